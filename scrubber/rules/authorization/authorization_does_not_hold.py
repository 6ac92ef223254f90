"""AUT-002: the authorization on the claim was refused, does not hold on the day, or is used up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from claims.claim import Authorization, Line
from claims.reasons import Reason
from scrubber import approvals, look_back, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "AUT-002",
    severity=Severity.DENY,
    reason=Reason.AUTHORIZATION,
    carcs=("197", "198"),
    citation=Citation(
        "X12 CARC 197 (authorization absent) and 198 (authorization exceeded)",
        "https://x12.org/codes/claim-adjustment-reason-codes",
    ),
    place=places.AUTHORIZATION,
    remedy="Compare the payer's letter with what is recorded. Where the record is right, ask the payer whether it "
    "extends or renews the authorization for this service, and hold the claim until it has answered.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the payer's approval covers this service on this date",
    supersedes=("AUT-001",),
    settled=True,
)
def authorization_does_not_hold(case: Case, line: Line) -> Iterable[Answer]:
    """The authorization on the claim was refused, does not hold on the day of service, or is used up.

    An approval is for certain days and often for so many units; payers deny what lies outside. Which approval a line
    relies on is told by its number. Units are counted over the claims we know to this payer within the authorization's
    days. Some of them may have gone by another approval, so a count that is over only warns.
    """
    number = line.authorization_number or case.claim.authorization_number
    return _looked(case, line, number) if number else ()


def _looked(case: Case, line: Line, number: str) -> Iterator[Answer]:
    held = approvals.relied_on(case, line)
    if not held:
        yield approvals.NO_RECORD
        return
    day = case.day(line)
    held = [one for one in held if approvals.concerns(case, line, one, day)]
    if not held:
        return
    granted = [one for one in held if one.status not in ("denied", "pending")]
    last = line.service_end or day
    holding = [one for one in granted if approvals.covers(one, day) and approvals.covers(one, last)]
    if not granted:
        yield _not_granted(line, held)
    elif holding:
        yield from _used_up(case, line, day, holding)
    else:
        days = f"from {granted[0].valid_from or 'an unrecorded day'} to {granted[0].valid_to or 'an open end'}"
        yield Hit(f"{number} holds {days}; {line.code} was done on {day}.", carcs=("197",))


def _not_granted(line: Line, held: Sequence[Authorization]) -> Hit:
    open_still = any(one.status == "pending" for one in held)
    return Hit(
        f"{held[0].number}, the authorization number for {line.code}, is recorded as "
        f"{'pending: the payer has not decided yet' if open_still else 'denied'}.",
        severity=Severity.WARN if open_still else Severity.DENY,
        remedy="Wait for the payer's decision, or ask for it, before the claim goes out."
        if open_still
        else "Ask the payer to look at the request again (peer to peer, or an appeal), and hold the claim until then.",
        carcs=("197",),
    )


def _used_up(case: Case, line: Line, day: date, holding: Sequence[Authorization]) -> Iterator[Answer]:
    listed = [allowed.units for one in holding for allowed in one.codes if allowed.code == line.code]
    units = [amount for amount in listed if amount is not None]
    if not units or len(units) < len(listed):
        return
    allowed, number = sum(units), holding[0].number
    like = [x for x in case.claim.lines if x.code == line.code and approvals.number_of(case.claim, x) == number]
    ours = sum(other.units for other in like)
    first = min((one.valid_from or one.decided_on or day for one in holding), default=day)
    if ours > allowed:  # AUT-003
        return
    earlier = approvals.units_used(case, line, first, day)
    if ours + earlier > allowed:
        yield Hit(
            f"{number} allows {allowed} of {line.code}; earlier claims since {first} billed {earlier}, this one "
            f"{ours}.",
            severity=Severity.WARN,
            carcs=("198",),
        )
    elif not look_back.covered(case, first):
        yield Gap((f"history since {first}",), f"{earlier} units of {line.code} are known to be used, maybe not all")
