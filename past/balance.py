"""Whether a remittance adds up: what is charged, less what is adjusted, is what is paid.

X12 005010X221A1 section 1.10.2.1 asks it of every service and of every claim. One that does not add up has lost or
garbled something on its way, and what it says of a line cannot be learned from. It asks it of the whole payment too:
one that does not add up is stated, and its claims that do are heard all the same (decision 0015).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from claims.claim import ZERO
from claims.remittance import PREDETERMINATION, Adjustment, Remittance

CENT = Decimal("0.01")


def claim_imbalance(r: Remittance) -> str:
    """What does not add up in the claim as a whole (CLP03 less every CAS is CLP04); "" when all does."""
    if r.status == PREDETERMINATION:
        return ""
    adjusted = _sum(a for a in r.adjustments) + _sum(a for x in r.lines for a in x.adjustments)
    if off(r.charge, adjusted, r.paid):
        return f"the claim does not add up: {words(r.charge, adjusted, r.paid)}"
    charged = sum((x.charge for x in r.lines), ZERO)
    if r.lines and abs(charged - r.charge) >= CENT:
        return f"the claim does not add up: its services charge {charged:.2f}, the claim {r.charge:.2f}"
    return ""


def payment_imbalance(stated: Decimal, paid: Decimal, moved: Decimal) -> str:
    """What does not add up in a payment: the claims it pays less what is moved outside them is what is paid."""
    if not off(paid, moved, stated):
        return ""
    sums = f"{paid:.2f} paid on its claims less {moved:.2f} moved outside them (PLB) is {paid - moved:.2f}"
    return f"the payment does not add up: {sums}, but {stated:.2f} was paid (BPR02)"


def off(charge: Decimal, adjusted: Decimal, paid: Decimal) -> bool:
    """True when charge less adjustments is not what was paid, to the cent."""
    return abs(charge - adjusted - paid) >= CENT


def words(charge: Decimal, adjusted: Decimal, paid: Decimal) -> str:
    """The three amounts in a sentence."""
    return f"{charge:.2f} charged less {adjusted:.2f} adjusted is {charge - adjusted:.2f}, but {paid:.2f} was paid"


def _sum(adjustments: Iterable[Adjustment]) -> Decimal:
    return sum((a.amount for a in adjustments), ZERO)
