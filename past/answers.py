"""What one remittance says of one line: its services added up, with the line's share of what was said of the claim.

A claim-level adjustment is shared out to the lines in cents: in proportion to what each line leaves unexplained (charge
less paid less its own adjustments), and where nothing is, or the remittance names no services, in proportion to charge.
A remittance without services likewise shares out its payment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from claims.claim import ZERO, Claim, Line
from claims.remittance import PREDETERMINATION, REVERSAL, Adjudication, Adjustment
from past.balance import CENT, claim_imbalance, off, words
from past.exchange import Link, Received

FORWARDED = "23"  # CLP02: not this payer's claim, passed on to another
PENDED = frozenset({"133", "257"})  # X12 CARCs by which a line waits (review, premium grace period): no adjudication


@dataclass(frozen=True, slots=True)
class Answer:
    """What one remittance said about one line: one service, or the parts it came back in, added up."""

    received: Received
    charge: Decimal
    paid: Decimal
    adjustments: tuple[Adjustment, ...] = ()  # of the line, then its share of the claim's
    remarks: tuple[str, ...] = ()
    allowed: Decimal | None = None  # AMT*B6 when every part says it
    codes: tuple[str, ...] = ()  # adjudicated codes that are not the submitted one
    parts: int = 1
    unbalanced: str = ""  # what does not add up, of the line or of its claim; "" when all does

    @property
    def is_reversal(self) -> bool:
        """True when it takes back an earlier answer."""
        return self.received.remittance.status == REVERSAL

    @property
    def adjudicates(self) -> bool:
        """True when it decides: no reversal, no predetermination, not passed on and not set aside for review."""
        if self.received.remittance.status in (REVERSAL, PREDETERMINATION, FORWARDED):
            return False
        return not (self.paid <= 0 and any(a.carc in PENDED and a.amount for a in self.adjustments))


def answers_of(claim: Claim, received: Received, link: Link) -> dict[int, Answer]:
    """What one remittance says of each line of the claim it is linked to, by the line's place in `claim.lines`."""
    r = received.remittance
    if not r.lines:
        return _without_services(claim, received)
    sign = -1 if r.is_reversal else 1  # a reversal repeats every amount negated
    unexplained = [
        max(ZERO, sign * (x.charge - x.paid - sum((a.amount for a in x.adjustments), ZERO))) for x in r.lines
    ]
    weights = unexplained if any(unexplained) else [abs(x.charge) for x in r.lines]
    shares = _shared(r.adjustments, weights)
    parts: dict[int, list[_Part]] = defaultdict(list)
    for x, share, service in zip(r.lines, shares, link.services, strict=True):
        if service.line is not None:
            parts[service.line].append(_Part(x, share))
    whole = claim_imbalance(r)
    return {i: _added_up(claim.lines[i], received, of_line, whole) for i, of_line in sorted(parts.items())}


def _without_services(claim: Claim, received: Received) -> dict[int, Answer]:
    r = received.remittance
    weights = [line.charge for line in claim.lines]
    paid = _share(r.paid, weights)
    shares = _shared(r.adjustments, weights)
    charges = _share(r.charge, weights)
    whole = claim_imbalance(r)
    return {
        i: Answer(received, charges[i], paid[i], shares[i], r.remarks, unbalanced=whole)
        for i in range(len(claim.lines))
        if any(weights)
    }


class _Part(NamedTuple):
    """One service of a line, with the line's share of the claim-level adjustments."""

    service: Adjudication
    share: tuple[Adjustment, ...]

    @property
    def imbalance(self) -> str:
        """What does not add up in the service, neither by itself nor with its share of the claim's adjustments."""
        x = self.service
        own = sum((a.amount for a in x.adjustments), ZERO)
        shared = own + sum((a.amount for a in self.share), ZERO)
        if off(x.charge, own, x.paid) and off(x.charge, shared, x.paid):
            return f"the service does not add up: {words(x.charge, shared, x.paid)}"
        return ""


def _added_up(line: Line, received: Received, of_line: Sequence[_Part], whole: str) -> Answer:
    parts = [part.service for part in of_line]
    allowed = [x.allowed for x in parts if x.allowed is not None]
    remarks = (*(mark for x in parts for mark in x.remarks), *received.remittance.remarks)
    return Answer(
        received,
        charge=sum((x.charge for x in parts), ZERO),
        paid=sum((x.paid for x in parts), ZERO),
        adjustments=tuple(a for part in of_line for a in (*part.service.adjustments, *part.share)),
        remarks=tuple(dict.fromkeys(remarks)),
        allowed=sum(allowed, ZERO) if len(allowed) == len(parts) else None,
        codes=tuple(dict.fromkeys(x.code for x in parts if x.code and x.code != line.code)),
        parts=len(parts),
        unbalanced=next((text for part in of_line if (text := part.imbalance)), whole),
    )


def _shared(adjustments: Sequence[Adjustment], weights: Sequence[Decimal]) -> list[tuple[Adjustment, ...]]:
    """Each line's share of the claim-level adjustments."""
    shares: list[list[Adjustment]] = [[] for _ in weights]
    for adjustment in adjustments:
        for share, amount in zip(shares, _share(adjustment.amount, weights), strict=True):
            if amount:
                share.append(replace(adjustment, amount=amount, quantity=None))
    return [tuple(share) for share in shares]


def _share(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """The amount in proportion to the weights, in cents, adding up to it exactly."""
    whole = sum(weights, ZERO)
    if not whole:
        return [ZERO for _ in weights]
    given, passed, shares = ZERO, ZERO, []
    for weight in weights:
        passed += weight
        upto = amount if passed == whole else (amount * passed / whole).quantize(CENT, ROUND_HALF_UP)
        shares.append(upto - given)
        given = upto
    return shares
