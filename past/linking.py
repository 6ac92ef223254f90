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
from datetime import date, timedelta
from typing import NamedTuple

from claims.claim import Claim
from claims.remittance import Remittance
from past.exchange import Link, Received, Sent, ServiceLink, claim_key, control_key
from past.matching import match_services, same_code, same_day, same_modifiers
from past.patient import REPLACEMENT, VOID

# CLP02 -> which payer in the chain answered (SBR01). 4 (patient unknown), 22, 23 and 25 do not say.
_SEQUENCES = {"1": "P", "2": "S", "3": "T", "19": "P", "20": "S", "21": "T"}

LONGEST_SPAN = 31  # days

NO_CLAIM = "no submission of this claim number is in the store"
OTHER_PAYEE = "submissions of this claim number were billed by another provider than the payee"
OTHER_DAYS = "no submission of this claim number has a service on these days"
OTHER_SERVICES = "none of its services is on a submission of this claim number"
OTHER_SEQUENCE = "it answers as another payer in the chain (primary, secondary) than the submission went to"
SENT_LATER = "it came before the replacement or void of this claim number was sent"


def link(sent: Iterable[Sent], received: Iterable[Received]) -> list[Link]:
    """The links of all answers, in the answers' own order."""
    linker = _Linker(sorted(sent, key=lambda s: (s.known_on, s.ref)))
    return [linker.link(answer) for answer in sorted(received, key=lambda r: r.order)]


class _Fit(NamedTuple):
    """How well a submission fits an answer: the greatest wins, the first field first."""

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
    answered: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    repeats: dict[tuple[object, ...], Sent] = field(default_factory=dict)
    matched: dict[str, tuple[ServiceLink, ...]] = field(default_factory=dict)  # by submission, for the answer in hand

    def __post_init__(self) -> None:
        for s in self.sent:
            if key := claim_key(s.claim.id):
                self.by_key[key].append(s)
                for day in _days([(line.service_from, line.service_end) for line in s.claim.lines]):
                    self.by_day[key, day].append(s)
            if reference := control_key(s.claim.original_reference):
                self.by_reference[reference].append(s)

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
        if not r.is_reversal:
            self.answered[chosen.ref] |= _lines_answered(chosen.claim, r, services)
        if repeat := _repeat_key(r):
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
        vetoes = {s.ref: self._veto(s, answer) for s in candidates}
        possible = [s for s in candidates if not vetoes[s.ref]]
        if not possible:
            return None, max(vetoes.values(), key=_VETOES.index)
        known = [s for s in possible if s.known_on <= answer.known_on]
        if not known:
            first = min(s.known_on for s in possible)
            known = [s for s in possible if s.known_on == first]
        repeated = self.repeats.get(_repeat_key(answer.remittance) or ())
        if repeated in known:
            return repeated, ""
        if answer.remittance.is_reversal:
            reversed_ = self.by_control.get(control_key(answer.remittance.payer_control_number))
            if reversed_ in known:
                return reversed_, ""
        if len(known) == 1:
            return known[0], ""
        return max(known, key=lambda s: (self._fit(s, answer), s.ref)), ""

    def _candidates(self, r: Remittance) -> list[Sent]:
        found = {s.ref: s for s in self._of_number(r)}
        for number in (r.payer_control_number, r.original_reference):
            if key := control_key(number):
                found.update((s.ref, s) for s in self.by_reference.get(key, ()))
                if before := self.by_control.get(key):
                    found[before.ref] = before
        return sorted(found.values(), key=lambda s: (s.known_on, s.ref))

    def _of_number(self, r: Remittance) -> Iterable[Sent]:
        """The submissions of the claim number, of the answer's days where it gives some.

        The days come first for the sake of systems that send one number with thousands of claims.
        """
        key, days = claim_key(r.claim_id), _days(_days_answered(r))
        if None in days:
            return self.by_key.get(key, ())
        return [s for day in {*days, None} for s in self.by_day.get((key, day), ())]

    def _fit(self, s: Sent, answer: Received) -> _Fit:
        claim, r = s.claim, answer.remittance
        numbers = {key for n in (r.payer_control_number, r.original_reference) if (key := control_key(n))}
        services = self._match(s, r)
        lines = _lines_answered(claim, r, services)
        answered = len(lines & self.answered[s.ref]), len(lines - self.answered[s.ref])
        return _Fit(
            lineage=self._lineage(claim, r),
            change=r.frequency in (REPLACEMENT, VOID) and r.frequency == claim.frequency,
            not_void=claim.frequency != VOID,
            sequence=_same_sequence(claim, r),
            payer=_same_payer(claim, r),
            agreement=_agreement(claim, r, services),
            charge=claim.charge == abs(r.charge),
            member=_same_member(claim, r),
            corrected=any(self.by_control.get(n) == s for n in numbers),
            fresh=answered[0] if r.is_reversal else answered[1],
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
        claim, r = s.claim, answer.remittance
        if claim.frequency in (REPLACEMENT, VOID) and answer.known_on < s.known_on:
            return SENT_LATER
        if _another_payee(claim, r):
            return OTHER_PAYEE
        if _same_sequence(claim, r) < 0 and not _same_payer(claim, r):
            return OTHER_SEQUENCE
        if _other_days(claim, r):
            return OTHER_DAYS
        if r.lines and all(service.line is None for service in self._match(s, r)):
            return OTHER_SERVICES
        return ""


_VETOES = ("", SENT_LATER, OTHER_PAYEE, OTHER_SEQUENCE, OTHER_DAYS, OTHER_SERVICES)  # the nearest miss last


def _another_payee(claim: Claim, r: Remittance) -> bool:
    """True when the payee is known not to be the billing provider: the NPI speaks first, else the tax id."""
    npis = claim.billing.npi.strip(), r.payment.payee_npi.strip()
    tax_ids = _alphanumeric(claim.billing.tax_id), _alphanumeric(r.payment.payee_tax_id)
    if all(tax_ids) and tax_ids[0] == tax_ids[1]:
        return False
    if all(npis):
        return npis[0] != npis[1]
    return all(tax_ids)


def _same_sequence(claim: Claim, r: Remittance) -> int:
    said = _SEQUENCES.get(r.status)
    if said is None or not claim.payer.sequence:
        return 0
    return 1 if said == claim.payer.sequence else -1


def _same_payer(claim: Claim, r: Remittance) -> int:
    """1 when id or name agree. That they do not says little: the ids on an 835 are often not those of an 837."""
    ids = _alphanumeric(claim.payer.id), _alphanumeric(r.payment.payer_id)
    names = _alphanumeric(claim.payer.name), _alphanumeric(r.payment.payer_name)
    return int(any(a and a == b for a, b in (ids, names)))


def _same_member(claim: Claim, r: Remittance) -> bool:
    """True when the member ids agree; one may carry a suffix for the person."""
    ours, theirs = _alphanumeric(claim.subscriber.member_id), _alphanumeric(r.member_id)
    return bool(ours and theirs) and (ours.startswith(theirs) or theirs.startswith(ours))


Days = Sequence[tuple[date | None, date | None]]


def _other_days(claim: Claim, r: Remittance) -> bool:
    """True when both sides give days of service and share none."""
    ours = [(start, end) for x in claim.lines if (start := x.service_from) and (end := x.service_end)]
    theirs = [(start, end or start) for start, end in _days_answered(r) if start]
    if not ours or not theirs:
        return False
    return not any(a <= d and c <= b for a, b in ours for c, d in theirs)


def _days_answered(r: Remittance) -> Days:
    """First and last day of each service; those of the claim when no service has any."""
    of_services = [(x.service_from, x.service_to) for x in r.lines if x.service_from]
    return of_services or [(r.service_from, r.service_to)]


def _days(spans: Days) -> set[date | None]:
    """Every day of the spans; None stands for days not given, and for a span too long to be one service."""
    days: set[date | None] = set()
    for start, end in spans:
        length = (end - start).days if start and end else 0
        if start is None or not 0 <= length <= LONGEST_SPAN:
            days.add(None)
        else:
            days.update(start + timedelta(days=i) for i in range(length + 1))
    return days or {None}


def _agreement(claim: Claim, r: Remittance, services: Sequence[ServiceLink]) -> int:
    """How much the linked services say the same as the lines; a control number alone says little, it may be 1, 2, 3."""
    score = 0
    for adjudication, service in zip(r.lines, services, strict=True):
        if service.line is not None:
            line = claim.lines[service.line]
            score += 1 + 4 * same_code(line, adjudication) + 2 * same_day(line, adjudication, r)
            score += 2 * (line.charge == abs(adjudication.charge)) + same_modifiers(line, adjudication)
    return score


def _repeat_key(r: Remittance) -> tuple[object, ...] | None:
    """What a remittance delivered twice has in common with its first copy; None when it carries no trace number."""
    if not r.payment.trace:
        return None
    return (claim_key(r.claim_id), r.payer_control_number, r.status, r.charge, r.paid, r.payment.trace, r.lines)


def _lines_answered(claim: Claim, r: Remittance, services: Sequence[ServiceLink]) -> set[int]:
    """The lines an answer speaks of: those of its services; all of them when it has no services."""
    if not r.lines:
        return set(range(len(claim.lines)))
    return {service.line for service in services if service.line is not None}


def _alphanumeric(text: str) -> str:
    return "".join(c for c in text if c.isalnum()).casefold()
