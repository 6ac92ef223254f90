"""What we knew of a patient's care before a day: the services of earlier claims, whoever paid for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from claims.claim import Authorization, Claim, Eligibility
from claims.reasons import Reason

VOID, REPLACEMENT = "8", "7"


@dataclass(frozen=True, slots=True)
class Service:
    """One line of one submission, as the patient's past remembers it.

    `known_on` is the day of the submission that told us; `submission`, `content` and `batch` are opaque keys (the
    submission's ref, its content hash, and its interchange); `decided_on` and `denied` are the payer's first
    adjudication of the line, None while there is none, and `reason` is the root cause of a denial; `rejected_on` is the
    day a front end refused the claim, so that the payer never saw it.
    """

    known_on: date
    service_date: date
    code: str
    modifiers: tuple[str, ...]
    units: Decimal
    charge: Decimal
    payer_id: str
    billing_npi: str
    rendering_npi: str
    place: str
    diagnoses: tuple[str, ...]  # dotted, those the line points to
    claim_id: str
    frequency: str
    line: int
    submission: str
    content: str
    batch: str
    decided_on: date | None = None
    denied: bool | None = None
    reason: Reason | None = None
    rejected_on: date | None = None
    authorization: str = ""  # the number that stands for the line (REF*G1): its own, else the claim's


@dataclass(frozen=True, slots=True)
class PatientPast:
    """A patient's past as it stood when a claim was to be sent.

    `services`: lines of earlier submissions known strictly before that day, without those since voided or replaced.
    `same_batch`: lines of the other claims in the same file that are not among them; only duplicate and same-day rules
    and features may look at them.
    `known_since`: the day from which the store holds this practice's claims; None when it holds nothing.
    `authorizations`, `eligibility`: what the practice had recorded of the patient's approvals and cover, beside what
    the claim brings itself; a record bears the day it was recorded on, and rules leave out what came later.
    """

    services: tuple[Service, ...] = ()
    same_batch: tuple[Service, ...] = ()
    known_since: date | None = None
    authorizations: tuple[Authorization, ...] = ()
    eligibility: tuple[Eligibility, ...] = ()

    @property
    def seen(self) -> bool:
        """True when the store holds an earlier claim of this patient."""
        return bool(self.services)

    def covers(self, since: date) -> bool:
        """True when the store's look-back reaches to `since` or further."""
        return self.known_since is not None and self.known_since <= since


def services_of(claim: Claim, *, known_on: date, submission: str, content: str, batch: str) -> tuple[Service, ...]:
    """The claim's lines as services; a line without a date of service is none."""
    return tuple(
        Service(
            known_on=known_on,
            service_date=line.service_from,
            code=line.code,
            modifiers=line.modifiers,
            units=line.units,
            charge=line.charge,
            payer_id=claim.payer.id,
            billing_npi=claim.billing.npi,
            rendering_npi=claim.rendering_of(line).npi,
            place=claim.place_of(line),
            diagnoses=tuple(d.dotted for d in claim.diagnoses_of(line)),
            claim_id=claim.id,
            frequency=claim.frequency,
            line=line.number,
            submission=submission,
            content=content,
            batch=batch,
            authorization=line.authorization_number or claim.authorization_number,
        )
        for line in claim.lines
        if line.service_from
    )


def patient_past(
    services: Iterable[Service], *, as_of: date, submission: str, content: str, batch: str, known_since: date | None
) -> PatientPast:
    """The past of one claim, out of everything known of its patient.

    Leaves out what was not known strictly before `as_of`, the submission itself, any with the same content, what a
    replacement or a void known by then took back, and what a front end had rejected by then: it is sent again. No
    decision of `as_of` or later shows, on the same file's claims too.
    """
    others = sorted(
        (s for s in services if s.submission != submission and s.content != content),
        key=lambda s: (s.known_on, s.service_date, s.submission, s.line),
    )
    same_batch = tuple(
        _as_known(s, as_of)
        for s in others
        if batch and s.batch == batch and s.frequency != VOID and s.known_on >= as_of
    )
    before = [s for s in others if s.known_on < as_of and not (s.rejected_on and s.rejected_on < as_of)]
    gone = _taken_back(before)
    kept = tuple(_as_known(s, as_of) for s in before if s.submission not in gone)
    since = known_since if known_since is not None and known_since < as_of else None
    return PatientPast(kept, same_batch, since)


def _taken_back(services: list[Service]) -> set[str]:
    """The submissions that a later replacement or void stands for, and the voids themselves.

    CLM01 alone names no claim, for it may be the patient's account number: a replacement takes back what went to its
    payer with its CLM01, billing NPI and first day of service, and where no such claim is known (the day was what was
    wrong) the latest of its CLM01. Other visits of the account stay, and what went to another payer.
    """
    if not any(s.frequency in (VOID, REPLACEMENT) for s in services):
        return set()
    lines: dict[str, list[Service]] = {}
    for s in services:
        lines.setdefault(s.submission, []).append(s)
    gone: set[str] = set()
    visits: dict[tuple[str, str, str, date], list[str]] = {}  # the submissions that stand for a visit
    newest: dict[tuple[str, str, str], list[str]] = {}
    for ref, (s, *_) in sorted(lines.items(), key=lambda item: _in_order(*item)):
        account = s.payer_id, s.billing_npi, s.claim_id
        visit = (*account, min(line.service_date for line in lines[ref]))
        change = s.frequency in (VOID, REPLACEMENT)
        standing = visits.get(visit) or (newest.get(account) if change else None) or []
        if change:
            gone.update(standing)
            standing.clear()
        standing.append(ref)
        visits[visit] = newest[account] = standing
        if s.frequency == VOID:
            gone.add(ref)
    return gone


def _in_order(ref: str, lines: list[Service]) -> tuple[date, bool, str]:
    return lines[0].known_on, lines[0].frequency in (VOID, REPLACEMENT), ref


def _as_known(service: Service, as_of: date) -> Service:
    """The service without a decision or rejection that was not known yet."""
    if service.rejected_on is not None and service.rejected_on >= as_of:
        service = replace(service, rejected_on=None)
    if service.decided_on is None or service.decided_on < as_of:
        return service
    return replace(service, decided_on=None, denied=None, reason=None)
