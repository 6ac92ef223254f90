"""How a remittance and a submission are compared: what forbids that one answers the other, and what speaks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from claims.claim import Claim
from claims.remittance import Remittance
from past.exchange import Candidate, Received, Sent, ServiceLink, claim_key, control_key
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
NOT_SENT_TO = "a payer passed the claim on to this one (CLP02 19, 20, 21 or 23): we sent it none"
SENT_LATER = "it came before the replacement or void of this claim number was sent"

VETOES = ("", SENT_LATER, OTHER_PAYEE, OTHER_SEQUENCE, OTHER_DAYS, OTHER_SERVICES)  # the nearest miss last


def vetoes(s: Sent, answer: Received, services: Sequence[ServiceLink]) -> Iterator[str]:
    """Everything for which the submission cannot be the one answered."""
    claim, r = s.claim, answer.remittance
    if claim.frequency in (REPLACEMENT, VOID) and answer.known_on < s.known_on:
        yield SENT_LATER
    if _another_payee(claim, r):
        yield OTHER_PAYEE
    if same_sequence(claim, r) < 0 and not same_payer(claim, r):
        yield OTHER_SEQUENCE
    if _other_days(claim, r):
        yield OTHER_DAYS
    if r.lines and all(service.line is None for service in services):
        yield OTHER_SERVICES


def agreeing(s: Sent, answer: Received) -> tuple[str, ...]:
    """The points of linking on which an answer and the submission it went to agree, in words without patient data."""
    claim, r = s.claim, answer.remittance
    numbers = {key for n in (r.payer_control_number, r.original_reference) if (key := control_key(n))}
    ours = (claim.billing.npi.strip(), _alphanumeric(claim.billing.tax_id))
    theirs = (r.payment.payee_npi.strip(), _alphanumeric(r.payment.payee_tax_id))
    days_told = any(start for start, _ in days_answered(r))
    points = (
        ("claim number", claim_key(claim.id) == claim_key(r.claim_id)),
        ("payer's number announced by a front end", bool(numbers & {control_key(n) for n in s.announced})),
        ("payer's number the claim names as replaced", control_key(claim.original_reference) in numbers),
        ("payee", any(a and a == b for a, b in zip(ours, theirs, strict=True))),
        ("turn of the payer", same_sequence(claim, r) > 0),
        ("payer", same_payer(claim, r) > 0),
        ("days of service", days_told and not _other_days(claim, r)),
        ("total charge", claim.charge == abs(r.charge)),
        ("member id", same_member(claim, r)),
        ("frequency", bool(r.frequency) and r.frequency == claim.frequency),
    )
    return tuple(word for word, agrees in points if agrees)


CANDIDATES = 3  # shown for an answer that found no submission


def nearest(answer: Received, sent: Iterable[Sent]) -> tuple[Candidate, ...]:
    """The submissions that come nearest to an answer that went to none, and what differs: the fewest differences first.

    `sent` is what shares its number, or a service on one of its days.
    """
    told = [(s, _differences(s, answer)) for s in sent]
    told.sort(key=lambda pair: (len(pair[1]), abs(answer.known_on - pair[0].known_on), pair[0].ref))
    return tuple(Candidate(s.ref, s.claim.id, s.known_on, differed) for s, differed in told[:CANDIDATES])


_DIFFERENCES = {
    SENT_LATER: "it was sent after the answer's day",
    OTHER_PAYEE: "the billing provider is not the payee",
    OTHER_SEQUENCE: "it went to another payer in the chain",
}


def _differences(s: Sent, answer: Received) -> tuple[str, ...]:
    """What of a submission is not as the answer says, in words without a patient's data."""
    claim, r = s.claim, answer.remittance
    differed = []
    if claim_key(claim.id) != claim_key(r.claim_id):
        differed.append("another claim number")
    for veto in vetoes(s, answer, match_services(claim, r)):
        if veto == OTHER_DAYS:
            ours, theirs = sorted(_starts(claim)), sorted({d for d, _ in days_answered(r) if d})
            differed.append(f"services of {_said(ours)}, the answer's are of {_said(theirs)}")
        elif veto == OTHER_SERVICES:
            codes = sorted({x.submitted_code or x.code for x in r.lines})
            differed.append(f"codes {_said(sorted({x.code for x in claim.lines}))}, the answer's are {_said(codes)}")
        else:
            differed.append(_DIFFERENCES[veto])
    if claim.charge != abs(r.charge):
        differed.append(f"charge {claim.charge:.2f}, the answer's is {abs(r.charge):.2f}")
    if claim.subscriber.member_id and r.member_id and not same_member(claim, r):
        differed.append("another member id")
    if s.known_on > answer.known_on and SENT_LATER not in vetoes(s, answer, ()):
        differed.append(_DIFFERENCES[SENT_LATER])
    return tuple(differed)


def _starts(claim: Claim) -> set[date]:
    return {line.service_from for line in claim.lines if line.service_from}


def _said(values: Sequence[object], shown: int = 4) -> str:
    """A few values in words; the rest is counted."""
    more = f" and {len(values) - shown} more" if len(values) > shown else ""
    return ", ".join(str(value) for value in values[:shown]) + more


def _another_payee(claim: Claim, r: Remittance) -> bool:
    """True when the payee is known not to be the billing provider: the NPI speaks first, else the tax id."""
    npis = claim.billing.npi.strip(), r.payment.payee_npi.strip()
    tax_ids = _alphanumeric(claim.billing.tax_id), _alphanumeric(r.payment.payee_tax_id)
    if all(tax_ids) and tax_ids[0] == tax_ids[1]:
        return False
    if all(npis):
        return npis[0] != npis[1]
    return all(tax_ids)


def same_sequence(claim: Claim, r: Remittance) -> int:
    """1 when CLP02 says the turn (primary, secondary, tertiary) the claim was sent in, -1 when another, 0 when none."""
    said = _SEQUENCES.get(r.status)
    if said is None or not claim.payer.sequence:
        return 0
    return 1 if said == claim.payer.sequence else -1


def same_payer(claim: Claim, r: Remittance) -> int:
    """1 when id or name agree. That they do not says little: the ids on an 835 are often not those of an 837."""
    ids = _alphanumeric(claim.payer.id), _alphanumeric(r.payment.payer_id)
    names = _alphanumeric(claim.payer.name), _alphanumeric(r.payment.payer_name)
    return int(any(a and a == b for a, b in (ids, names)))


def same_member(claim: Claim, r: Remittance) -> bool:
    """True when the member ids agree; one may carry a suffix for the person."""
    ours, theirs = _alphanumeric(claim.subscriber.member_id), _alphanumeric(r.member_id)
    return bool(ours and theirs) and (ours.startswith(theirs) or theirs.startswith(ours))


Days = Sequence[tuple[date | None, date | None]]


def _other_days(claim: Claim, r: Remittance) -> bool:
    """True when both sides give days of service and share none."""
    ours = [(start, end) for x in claim.lines if (start := x.service_from) and (end := x.service_end)]
    theirs = [(start, end or start) for start, end in days_answered(r) if start]
    if not ours or not theirs:
        return False
    return not any(a <= d and c <= b for a, b in ours for c, d in theirs)


def days_answered(r: Remittance) -> Days:
    """First and last day of each service; those of the claim when no service has any."""
    of_services = [(x.service_from, x.service_to) for x in r.lines if x.service_from]
    return of_services or [(r.service_from, r.service_to)]


def days_of(spans: Days) -> set[date | None]:
    """Every day of the spans; None stands for days not given, and for a span too long to be one service."""
    days: set[date | None] = set()
    for start, end in spans:
        length = (end - start).days if start and end else 0
        if start is None or not 0 <= length <= LONGEST_SPAN:
            days.add(None)
        else:
            days.update(start + timedelta(days=i) for i in range(length + 1))
    return days or {None}


def agreement(claim: Claim, r: Remittance, services: Sequence[ServiceLink]) -> int:
    """How much the linked services say the same as the lines; a control number alone says little, it may be 1, 2, 3."""
    score = 0
    for adjudication, service in zip(r.lines, services, strict=True):
        if service.line is not None:
            line = claim.lines[service.line]
            score += 1 + 4 * same_code(line, adjudication) + 2 * same_day(line, adjudication, r)
            score += 2 * (line.charge == abs(adjudication.charge)) + same_modifiers(line, adjudication)
    return score


def _alphanumeric(text: str) -> str:
    return "".join(c for c in text if c.isalnum()).casefold()
