"""The rows of one claim number as the claims that were sent and the answers that came.

The identity of what is built rests on what it says, never on the file: an export that holds last month's rows again
brings nothing twice. A claim is known by the system, its number, its day of sending, frequency, payer and days of
service; an answer by its whole content. None is ever marked as a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from claims.claim import ZERO, Adjustment, Claim, Diagnosis, Line, Origin, Payer, Person, Provider, Subscriber
from claims.exports.cells import UnreadableCell
from claims.exports.export_map import BY_ADJUSTMENT, ExportMap
from claims.exports.rows import Row, Said
from claims.remittance import REVERSAL, Adjudication, Payment, Remittance

_STATUS = {"": "1", "P": "1", "S": "2", "T": "3"}  # CLP02 by the payer's turn
SENDER = "EXPORT"


class _Sending(NamedTuple):
    """What tells one submission of a claim number from another."""

    submitted_on: date
    frequency: str
    payer_id: str
    turn: str


class _Answering(NamedTuple):
    """What tells one answer to a submission from another."""

    decided_on: date
    reversal: bool
    payer_control_number: str


def records_of(m: ExportMap, claim_id: str, rows: Sequence[Row]) -> Iterator[Claim | Remittance]:
    """Each submission followed by its answers, by their days. Raises UnreadableCell where rows disagree."""
    sendings: dict[_Sending, list[Row]] = {}
    for row in rows:
        sendings.setdefault(_Sending(row.submitted_on, row.frequency, row.payer_id, row.turn), []).append(row)
    for sending, of_sending in sorted(sendings.items()):
        lines = _lines(m, of_sending)
        claim = _claim(m, claim_id, sending, of_sending[0], lines)
        yield claim
        yield from _answers(m, claim, of_sending, lines)


_Lines = dict[int, tuple[Row, Said]]  # by line number


def _lines(m: ExportMap, rows: Sequence[Row]) -> _Lines:
    """The lines of a submission, by number; a line's rows must say the same of what was sent.

    Without line numbers each row is a line of its own. One that says what another says may be that line's second
    answer, its reversal or the same row twice: taken for another line it would be a service nobody sent.
    """
    if "line" not in m.columns:
        _require_apart(m, rows)
    found: _Lines = {}
    for i, row in enumerate(rows, 1):
        first, said = found.setdefault(row.line or i, (row, row.said))
        for name in Said._fields:
            ours, theirs = getattr(row.said, name), getattr(said, name)
            if ours != theirs:
                column = m.columns.get(name, (name,))[0]
                raise UnreadableCell(
                    row.row, column, found="something else of the same line", expected=f"what row {first.row} says",
                    advice="A line as it was sent is one: correct the rows, or give them other line numbers.",
                )  # fmt: skip
        if row.whole != rows[0].whole:
            name = next(n for n in row.whole._fields if getattr(row.whole, n) != getattr(rows[0].whole, n))
            column = m.columns.get(name, (name,))[0]
            expected = f"what row {rows[0].row} says of the claim"
            raise UnreadableCell(row.row, column, found="something else of the same claim", expected=expected)
    return found


def _require_apart(m: ExportMap, rows: Sequence[Row]) -> None:
    seen: dict[Said, int] = {}
    for row in rows:
        first = seen.setdefault(row.said, row.row)
        if first != row.row or row.reversal:
            what = "a reversal" if row.reversal else f"the service of row {first} again"
            raise UnreadableCell(
                row.row, m.columns["code"][0], found=f"{what}, and no line number",
                expected="one row for each line, or line numbers",
                advice="Map the line number (line under [columns]): it tells a second answer from a second line.",
            )  # fmt: skip


def _claim(m: ExportMap, claim_id: str, sending: _Sending, row: Row, lines: _Lines) -> Claim:
    whole = row.whole
    diagnoses = list(dict.fromkeys(code for _, said in lines.values() for code in said.diagnoses))
    person = Person(whole.last_name, whole.first_name, birth_date=whole.birth_date, sex=whole.sex)
    places = {said.place for _, said in lines.values()}
    place = places.pop() if len(places) == 1 else ""
    clinicians = {said.rendering_npi for _, said in lines.values()}
    rendering = clinicians.pop() if len(clinicians) == 1 else ""
    first = min(said.service_from for _, said in lines.values())
    return Claim(
        id=claim_id,
        charge=sum((said.charge for _, said in lines.values()), ZERO),
        payer=Payer(id=sending.payer_id, name=whole.payer_name, sequence=sending.turn),
        billing=Provider(npi=whole.billing_npi),
        subscriber=Subscriber(person=person, member_id=whole.member_id),
        patient=person,
        diagnoses=tuple(map(Diagnosis, diagnoses)),
        lines=tuple(
            Line(
                number=number,
                code=said.code,
                charge=said.charge,
                units=said.units,
                service_from=said.service_from,
                service_to=said.service_to,
                modifiers=said.modifiers,
                place="" if said.place == place else said.place,
                diagnosis_pointers=tuple(diagnoses.index(code) + 1 for code in said.diagnoses),
                control_number=str(number),
                authorization_number=said.authorization_number,
                referral_number=said.referral_number,
                rendering=Provider(npi=said.rendering_npi) if said.rendering_npi != rendering else None,
            )
            for number, (_, said) in sorted(lines.items())
        ),
        frequency=sending.frequency,
        place_of_service=place,
        submitted_on=sending.submitted_on,
        rendering=Provider(npi=rendering) if rendering else None,
        original_reference=whole.original_reference,
        medical_record_number=whole.patient_id,
        origin=Origin(
            sender=f"{SENDER} {m.source}",
            transaction=_digest(claim_id, sending.frequency, sending.payer_id, sending.turn, str(first)),
            ordinal=1,
            known_on=sending.submitted_on,
            untold=m.untold,
        ),
    )


def _answers(m: ExportMap, claim: Claim, rows: Sequence[Row], lines: _Lines) -> Iterator[Remittance]:
    answers: dict[_Answering, dict[int, list[Row]]] = {}
    for i, row in enumerate(rows, 1):
        if row.decided_on is not None:
            answering = _Answering(row.decided_on, row.reversal, row.payer_control_number)
            answers.setdefault(answering, {}).setdefault(row.line or i, []).append(row)
    # of one day a reversal comes first: what is in its place follows it
    for answering, by_line in sorted(answers.items(), key=lambda item: (item[0][0], not item[0][1], item[0][2])):
        services = [_service(m, number, of_line, lines[number][1]) for number, of_line in sorted(by_line.items())]
        yield _remittance(m, claim, answering, tuple(services))


def _service(m: ExportMap, number: int, rows: Sequence[Row], said: Said) -> Adjudication:
    first = rows[0]
    for row in rows[1:]:
        if m.rows != BY_ADJUSTMENT:
            raise UnreadableCell(
                row.row, m.columns["line"][0], found=f"line {number} of claim and day again, as in row {first.row}",
                expected="one row for each line and answer", advice='Say rows = "adjustment" where each row is one.',
            )  # fmt: skip
        for name in ("paid", "allowed"):
            if getattr(row, name) != getattr(first, name):
                column = m.columns[name][0]
                raise UnreadableCell(row.row, column, found="another amount", expected=f"what row {first.row} says")
    sign = -1 if first.reversal else 1
    return Adjudication(
        code=said.code,
        charge=sign * said.charge,
        paid=first.paid,
        modifiers=said.modifiers,
        control_number=str(number),
        service_from=said.service_from,
        service_to=said.service_to,
        allowed=first.allowed,
        adjustments=_added_up([a for row in rows for a in row.adjustments]),
        remarks=tuple(dict.fromkeys(mark for row in rows for mark in row.remarks)),
    )


def _added_up(adjustments: Sequence[Adjustment]) -> tuple[Adjustment, ...]:
    """One adjustment a code, in the order they first appear."""
    found: dict[tuple[str, str], Decimal] = {}
    for a in adjustments:
        found[a.group, a.carc] = found.get((a.group, a.carc), ZERO) + a.amount
    return tuple(Adjustment(group, carc, value) for (group, carc), value in found.items())


def _remittance(m: ExportMap, claim: Claim, answering: _Answering, services: tuple[Adjudication, ...]) -> Remittance:
    paid = sum((x.paid for x in services), ZERO)
    said = repr([claim.id, claim.submitted_on, claim.frequency, claim.payer.id, answering, services])
    return Remittance(
        claim_id=claim.id,
        status=REVERSAL if answering.reversal else _STATUS[claim.payer.sequence],
        charge=sum((x.charge for x in services), ZERO),
        paid=paid,
        patient_responsibility=sum((a.amount for x in services for a in x.adjustments if a.group == "PR"), ZERO),
        payer_control_number=answering.payer_control_number,
        lines=services,
        payment=Payment(
            payer_id=claim.payer.id,
            payer_name=claim.payer.name,
            payee_npi=claim.billing.npi,
            amount=paid,
            trace=_digest(said),
            produced_on=answering.decided_on,
        ),
        known_on=answering.decided_on,
        received_on=claim.submitted_on,
        member_id=claim.subscriber.member_id,
        origin=Origin(
            sender=f"{SENDER} {m.source}",
            ordinal=1 if answering.reversal else 2,
            known_on=answering.decided_on,
            untold=m.untold,
        ),
    )


def _digest(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()[:16]
