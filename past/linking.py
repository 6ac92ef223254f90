"""Which submission a remittance answers, and which line each of its services answers.

Pure and deterministic: the links depend on what was sent and received, never on the order in which files were read. A
remittance answers a submission known on or before its own day; only when there is none, the earliest one after.

The claim's key is CLM01, echoed in CLP01 (`past.exchange.claim_key`). CLM01 need not be unique (many systems send the
patient's account number), so a candidate is left out when the payee is another provider, when no day of service is
shared, when none of the services is on it, or when another payer in the chain of payers answered. Among the rest the
best agreement wins; what counts, and in which order, is said by `_Fit`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from claims.claim import ZERO, Claim
from claims.remittance import Remittance
from past.answers import FORWARDED
from past.exchange import Link, Received, Sent, ServiceLink, claim_key, control_key
from past.likeness import (
    NO_CLAIM,
    NOT_SENT_TO,
    OTHER_DAYS,
    OTHER_SEQUENCE,
    VETOES,
    agreement,
    days_answered,
    days_of,
    same_member,
    same_payer,
    same_sequence,
    vetoes,
)
from past.matching import match_services
from past.patient import REPLACEMENT, VOID

_FORWARDS = ("19", "20", "21")  # and passed on to the next payer


def link(sent: Iterable[Sent], received: Iterable[Received]) -> list[Link]:
    """The links of all answers, in the answers' own order."""
    linker = _Linker(sorted(sent, key=lambda s: (s.known_on, s.ref)))
    return [linker.link(answer) for answer in sorted(received, key=lambda r: r.order)]


class _Fit(NamedTuple):
    """How well a submission fits an answer: the greatest wins, the first field first."""

    alive: bool  # no front end had rejected it by then: only what was accepted reaches a payer
    announced: bool  # a front end gave (277CA REF*1K) this very payer's number for it
    lineage: (
        int  # 1: it names (REF*F8) the payer's number this answer follows up; -1: the number this answer first gave
    )
    change: bool  # CLP09 says replacement or void, and so does the submission
    not_void: bool  # a void is answered by a reversal; take it for another answer last
    sequence: int  # primary, secondary or tertiary: 1 the same, 0 not said, -1 another
    payer: int  # the payer's id or name: 1 the same, 0 not known
    agreement: int  # of codes, modifiers, days and charges of the services
    charge: bool  # CLM02 and CLP03
    member: bool
    corrected: bool  # an answer of the same payer number, or of the one it corrects, went to this submission
    fresh: int  # lines this answer would be the first answer to
    received: bool  # sent on or before the day the payer says it received it (DTM*050)
    frequency: bool  # CLP09 and CLM05-3
    earliest: int  # the one that has waited longest


@dataclass
class _Linker:
    """Links answers one by one, in order, remembering what was answered before."""

    sent: Sequence[Sent]
    by_key: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    by_day: dict[tuple[str, date | None], list[Sent]] = field(default_factory=lambda: defaultdict(list))
    by_reference: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    by_control: dict[str, Sent] = field(default_factory=dict)  # the payer's number -> what its last answer went to
    by_announced: dict[str, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    by_amounts: dict[tuple[object, ...], list[Sent]] = field(default_factory=lambda: defaultdict(list))
    forwarded: set[str] = field(default_factory=set)  # claim numbers a payer passed on
    answered: dict[str, dict[int, Decimal]] = field(default_factory=lambda: defaultdict(dict))  # charges, by line
    repeats: dict[tuple[object, ...], Sent] = field(default_factory=dict)
    matched: dict[str, tuple[ServiceLink, ...]] = field(default_factory=dict)  # by submission, for the answer in hand

    def __post_init__(self) -> None:
        for s in self.sent:
            if key := claim_key(s.claim.id):
                self.by_key[key].append(s)
                for day in days_of([(line.service_from, line.service_end) for line in s.claim.lines]):
                    self.by_day[key, day].append(s)
            if reference := control_key(s.claim.original_reference):
                self.by_reference[reference].append(s)
            for number in filter(None, map(control_key, s.announced)):
                self.by_announced[number].append(s)

    def link(self, answer: Received) -> Link:
        self.matched = {}
        chosen, why = self._choose(answer)
        r = answer.remittance
        if chosen is None:
            return Link(answer.ref, None, tuple(ServiceLink(None, why=why) for _ in r.lines), why)
        services = self._match(chosen, r)
        for number in (r.payer_control_number, r.original_reference):
            if key := control_key(number):
                self.by_control[key] = chosen
        repeat = _repeat_key(r)
        if not r.is_reversal and (repeat is None or repeat not in self.repeats):
            for i, charge in _charges_answered(chosen.claim, r, services).items():
                self.answered[chosen.ref][i] = self.answered[chosen.ref].get(i, ZERO) + charge
            for amounts in _amounts(r):
                self.by_amounts[amounts].append(chosen)
            if r.status in (*_FORWARDS, FORWARDED):
                self.forwarded.add(claim_key(r.claim_id))
        if repeat is not None:
            self.repeats[repeat] = chosen
        return Link(answer.ref, chosen.ref, services)

    def _match(self, s: Sent, r: Remittance) -> tuple[ServiceLink, ...]:
        if s.ref not in self.matched:
            self.matched[s.ref] = match_services(s.claim, r)
        return self.matched[s.ref]

    def _choose(self, answer: Received) -> tuple[Sent | None, str]:
        """The submission the answer goes to, or None and why no candidate would do."""
        candidates = self._candidates(answer.remittance)
        if not candidates:
            return None, OTHER_DAYS if claim_key(answer.remittance.claim_id) in self.by_key else NO_CLAIM
        against = {s.ref: self._veto(s, answer) for s in candidates}
        possible = [s for s in candidates if not against[s.ref]]
        if not possible:
            why = max(against.values(), key=VETOES.index)
            passed_on = why == OTHER_SEQUENCE and claim_key(answer.remittance.claim_id) in self.forwarded
            return None, NOT_SENT_TO if passed_on else why
        known = [s for s in possible if s.known_on <= answer.known_on]
        if not known:
            first = min(s.known_on for s in possible)
            known = [s for s in possible if s.known_on == first]
        repeated = self.repeats.get(_repeat_key(answer.remittance) or ())
        if repeated in known:
            return repeated, ""
        if answer.remittance.is_reversal and (reversed_ := self._reversed(answer.remittance, known)):
            return reversed_, ""
        if len(known) == 1:
            return known[0], ""
        return max(known, key=lambda s: (self._fit(s, answer), s.ref)), ""

    def _reversed(self, r: Remittance, known: Sequence[Sent]) -> Sent | None:
        """The submission whose answer a reversal takes back.

        That of an equal and opposite answer under the same payer's number, else of the last answer of that number, else
        of an equal and opposite one of the claim number; each answer is taken back once.
        """
        by_number, by_claim = _amounts(r, -1)
        of_number = self.by_control.get(control_key(r.payer_control_number))
        equal, of_claim = self.by_amounts[by_number], self.by_amounts[by_claim]
        candidates: list[Sent] = [*reversed(equal), *([of_number] if of_number else ()), *reversed(of_claim)]
        for s in candidates:
            if s in known:
                for answers in (equal, of_claim):
                    if s in answers:
                        answers.remove(s)
                return s
        return None

    def _candidates(self, r: Remittance) -> list[Sent]:
        found = {s.ref: s for s in self._of_number(r)}
        for number in (r.payer_control_number, r.original_reference):
            if key := control_key(number):
                found.update((s.ref, s) for s in self.by_reference.get(key, ()))
                found.update((s.ref, s) for s in self.by_announced.get(key, ()))
                if before := self.by_control.get(key):
                    found[before.ref] = before
        return sorted(found.values(), key=lambda s: (s.known_on, s.ref))

    def _of_number(self, r: Remittance) -> Iterable[Sent]:
        """The submissions of the claim number, of the answer's days where it gives some.

        The days come first for the sake of systems that send one number with thousands of claims.
        """
        key, days = claim_key(r.claim_id), days_of(days_answered(r))
        if None in days:
            return self.by_key.get(key, ())
        return [s for day in {*days, None} for s in self.by_day.get((key, day), ())]

    def _fit(self, s: Sent, answer: Received) -> _Fit:
        claim, r = s.claim, answer.remittance
        numbers = {key for n in (r.payer_control_number, r.original_reference) if (key := control_key(n))}
        services = self._match(s, r)
        before, now = self.answered[s.ref], _charges_answered(claim, r, services)
        # a line is open to a first answer while the parts a payer split it into do not exceed its charge
        fresh = sum(i not in before or before[i] + charge <= claim.lines[i].charge for i, charge in now.items())
        answered = sum(i in before for i in now)
        return _Fit(
            alive=s.rejected_on is None or s.rejected_on > answer.known_on,
            announced=control_key(r.payer_control_number) in map(control_key, filter(None, s.announced)),
            lineage=self._lineage(claim, r),
            change=r.frequency in (REPLACEMENT, VOID) and r.frequency == claim.frequency,
            not_void=claim.frequency != VOID,
            sequence=same_sequence(claim, r),
            payer=same_payer(claim, r),
            agreement=agreement(claim, r, services),
            charge=claim.charge == abs(r.charge),
            member=same_member(claim, r),
            corrected=any(self.by_control.get(n) == s for n in numbers),
            fresh=answered if r.is_reversal else fresh,
            received=r.received_on is None or s.known_on <= r.received_on,
            frequency=bool(r.frequency) and r.frequency == claim.frequency,
            earliest=-s.known_on.toordinal(),
        )

    def _lineage(self, claim: Claim, r: Remittance) -> int:
        """Whether the answer follows up what the submission names as replaced.

        An answer that gives a number for the first time cannot answer the claim that already names it, even when both
        are of one day: the practice read the answer in the morning and sent the replacement in the afternoon.
        """
        named = control_key(claim.original_reference)
        if not named or r.is_reversal:
            return 0
        if named == control_key(r.payer_control_number):
            return 1 if named in self.by_control else -1
        return int(named == control_key(r.original_reference))

    def _veto(self, s: Sent, answer: Received) -> str:
        """Why the submission cannot be the one answered; "" when it can."""
        return next(vetoes(s, answer, self._match(s, answer.remittance)), "")


def _repeat_key(r: Remittance) -> tuple[object, ...] | None:
    """What a remittance delivered twice has in common with its first copy; None when it carries no trace number."""
    if not r.payment.trace:
        return None
    return (claim_key(r.claim_id), r.payer_control_number, r.status, r.charge, r.paid, r.payment.trace, r.lines)


def _charges_answered(claim: Claim, r: Remittance, services: Sequence[ServiceLink]) -> dict[int, Decimal]:
    """What of each line's charge an answer speaks of; of every line when it has no services."""
    if not r.lines:
        return {i: line.charge for i, line in enumerate(claim.lines)}
    charges: dict[int, Decimal] = {}
    for adjudication, service in zip(r.lines, services, strict=True):
        if service.line is not None:
            charges[service.line] = charges.get(service.line, ZERO) + abs(adjudication.charge)
    return charges


def _amounts(r: Remittance, sign: int = 1) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """What an answer and its reversal have in common, under the payer's number and under the claim's."""
    lines = tuple(sorted((x.code, x.modifiers, sign * x.charge, sign * x.paid) for x in r.lines))
    amounts = (sign * r.charge, sign * r.paid, lines)
    return ("number", control_key(r.payer_control_number), amounts), ("claim", claim_key(r.claim_id), amounts)
