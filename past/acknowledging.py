"""Which submissions a front end speaks of, and whether its last word on one is that it was rejected.

A 277CA names a claim by its number (CLM01), its provider and its days, or a whole batch by BHT03; a 999 names a
transaction set by GS06 and ST02. What was sent after the front end spoke cannot be meant, so a claim that was rejected
and sent again is two submissions, and the second one is not rejected. The order of arrival plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from claims.acknowledgment import ClaimAcknowledgment, SetAcknowledgment
from claims.claim import Claim, Origin
from past.exchange import Candidate, Rejection, Sent, Told, claim_key

# Front ends answer within days. A number met again later than this is another file's: senders start over at 1.
SET_ANSWERED_WITHIN = timedelta(days=14)
CLAIM_ANSWERED_WITHIN = timedelta(days=45)

NO_CLAIM = "no submission of this claim number is in the store"
NO_SET = "no transaction set of these control numbers (GS06, ST02) from this sender is in the store"
NO_BATCH = "no submission of this batch (BHT03) is in the store"
NOT_YET = "it is dated before any submission it could speak of"
TOO_LATE = "every submission it could speak of was sent long before"
OTHER_PROVIDER = "submissions of this claim number were billed by another provider"
OTHER_DAYS = "no submission of this claim number has a service on these days"
TWO_FILES = "several files of its day bear the same control numbers: which one it speaks of cannot be told"
NO_REFERENCE = "it speaks of a whole batch without naming it (TRN02)"


class OnWire(NamedTuple):
    """A submission by its place on the wire, without the claim."""

    ref: str
    known_on: date
    origin: Origin
    billing_npi: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """The submissions an acknowledgment speaks of; none and why."""

    acknowledgment: str
    submissions: tuple[str, ...] = ()
    why: str = ""
    candidates: tuple[Candidate, ...] = ()


def set_key(sender: str, group: str) -> str:
    """What a 999 is looked up by: the sender of the 837 (ISA06) and its group (GS06, a number).

    >>> set_key("SENDER ", "0017") == set_key("SENDER", "17")
    True
    """
    return f"{sender.strip()}|{group.strip().lstrip('0')}"


def join_set(told: Told, candidates: Iterable[OnWire]) -> Joined:
    """The submissions of the transaction set, or of the whole group, that a 999 answers."""
    ack, origin = told.acknowledgment, told.acknowledgment.origin or Origin()
    assert isinstance(ack, SetAcknowledgment)
    number, key = ack.transaction.strip().lstrip("0"), set_key(origin.receiver, ack.group)
    of_set = [
        s
        for s in candidates
        if set_key(s.origin.sender, s.origin.group) == key
        and (not number or s.origin.transaction.strip().lstrip("0") == number)
    ]
    to_sender = [s for s in of_set if s.origin.receiver.strip() == origin.sender.strip()]
    return _latest_file(told, to_sender or of_set, NO_SET, SET_ANSWERED_WITHIN)


def join_batch(told: Told, candidates: Iterable[OnWire]) -> Joined:
    """The submissions of the batch, or of one provider's in it, that a 277CA speaks of as a whole."""
    ack = told.acknowledgment
    assert isinstance(ack, ClaimAcknowledgment)
    if not ack.batch_reference.strip():
        return Joined(told.ref, why=NO_REFERENCE)
    meant = [
        s
        for s in candidates
        if s.origin.batch.strip() == ack.batch_reference.strip()
        and (ack.level == "batch" or not ack.provider_npi or s.billing_npi.strip() == ack.provider_npi.strip())
    ]
    return _latest_file(told, meant, NO_BATCH, CLAIM_ANSWERED_WITHIN)


def _latest_file(told: Told, meant: Sequence[OnWire], none: str, within: timedelta) -> Joined:
    """Those of the newest file sent by the day of the answer; nothing when two files would do."""
    known = [s for s in meant if s.known_on <= told.known_on]
    if not known:
        return Joined(told.ref, why=NOT_YET if meant else none)
    newest = max(s.known_on for s in known)
    if told.known_on - newest > within:
        return Joined(told.ref, why=TOO_LATE)
    known = [s for s in known if s.known_on == newest]
    if len({(s.origin.sender, s.origin.interchange) for s in known}) > 1:
        return Joined(told.ref, why=TWO_FILES)
    return Joined(told.ref, tuple(sorted(s.ref for s in known)))


def join_claim(told: Told, candidates: Iterable[Sent]) -> Joined:
    """The submission a 277CA speaks of: of its claim number, provider and days the newest by its day."""
    ack = told.acknowledgment
    assert isinstance(ack, ClaimAcknowledgment)
    named = [s for s in candidates if claim_key(s.claim.id) == claim_key(ack.claim_id)]
    if not named:
        return Joined(told.ref, why=NO_CLAIM)
    vetoes = {s.ref: _vetoes(s, told, ack) for s in named}
    possible = [s for s in named if not vetoes[s.ref]]
    if possible:
        return Joined(told.ref, (max(possible, key=lambda s: _fit(s, ack)).ref,))
    nearest = sorted(named, key=lambda s: (len(vetoes[s.ref]), abs(told.known_on - s.known_on), s.ref))
    shown = tuple(Candidate(s.ref, s.claim.id, s.known_on, vetoes[s.ref]) for s in nearest[:3])
    return Joined(told.ref, why=vetoes[nearest[0].ref][0], candidates=shown)


def _vetoes(s: Sent, told: Told, ack: ClaimAcknowledgment) -> tuple[str, ...]:
    """Why the submission cannot be the one meant."""
    wrong = []
    if _another_provider(s.claim, ack):
        wrong.append(OTHER_PROVIDER)
    if _other_days(s.claim, ack):
        wrong.append(OTHER_DAYS)
    if s.known_on > told.known_on:
        wrong.append(NOT_YET)
    elif told.known_on - s.known_on > CLAIM_ANSWERED_WITHIN:
        wrong.append(TOO_LATE)
    return tuple(wrong)


def _fit(s: Sent, ack: ClaimAcknowledgment) -> tuple[object, ...]:
    """How well a submission fits: the greatest wins, the first part first."""
    claim, batch = s.claim, (s.claim.origin.batch.strip() if s.claim.origin else "")
    return (
        bool(batch) and batch == ack.batch_reference.strip(),
        ack.source_kind == "PR" and _plain(ack.source_id) == _plain(claim.payer.id),
        ack.charge is not None and ack.charge == claim.charge,
        ack.received_on is None or s.known_on <= ack.received_on,
        s.known_on,
        bool(ack.member_id) and _plain(ack.member_id) == _plain(claim.subscriber.member_id),
        s.ref,
    )


def _another_provider(claim: Claim, ack: ClaimAcknowledgment) -> bool:
    if ack.provider_npi and claim.billing.npi:
        return ack.provider_npi.strip() != claim.billing.npi.strip()
    ours, theirs = _plain(claim.billing.tax_id), _plain(ack.provider_tax_id)
    return bool(ours and theirs) and ours != theirs


def _other_days(claim: Claim, ack: ClaimAcknowledgment) -> bool:
    """True when both sides give days of service and share none."""
    spans = [(ack.service_from, ack.service_to), *((x.service_from, x.service_to) for x in ack.lines)]
    told = [(start, end or start) for start, end in spans]
    theirs = [(start, end) for start, end in told if start and end]
    ours = [(start, end) for x in claim.lines if (start := x.service_from) and (end := x.service_end)]
    return bool(ours and theirs) and not any(a <= d and c <= b for a, b in ours for c, d in theirs)


def rejection(told: Iterable[Told]) -> Rejection | None:
    """The last word of the front ends, when it is that the claim was rejected; None when it went on.

    A claim passes one front end after the other: a 999 that accepts takes back no rejection by a 277CA, and of one
    day's words a rejection is the last. The day is that of the first word that was never taken back.
    """
    standing: tuple[int, Rejection] | None = None
    for one in sorted(told, key=lambda t: (t.known_on, t.acknowledgment.rejects, t.ref)):
        ack = one.acknowledgment
        stage = 1 if isinstance(ack, ClaimAcknowledgment) else 0
        if not ack.rejects:
            if standing is not None and standing[0] <= stage:
                standing = None
        elif standing is None:
            standing = stage, Rejection(one.known_on, ack.why, one.ref)
    return standing[1] if standing else None


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isalnum()).casefold()
