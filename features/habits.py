"""What share of its decisions a payer denies, and for which Reason, shrunk towards what is known more widely.

Few decisions are no habit. A rate is drawn towards that of the level above as if `WEIGHT` decisions more had been seen
at that rate: this payer and code, towards this payer and the code's family, towards this payer, towards every payer:

    rate = (denied + WEIGHT * rate of the level above) / (decisions + WEIGHT)

So an unseen code has its family's rate at this payer, an unseen payer the rate of all payers, and only where nothing at
all was decided in the window is the rate unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from claims.reasons import Reason
from features.registry import Look, once_a_line
from past.payer import EVERY_PAYER

WEIGHT = 20.0
YEAR = 365
QUARTER = 90
# Reasons with a rate of their own; what a payer denies for any other is its habit, left unexplained
CAUSES = tuple(r for r in Reason if r not in (Reason.PAYER_HABIT, Reason.CLAIM_CONTENT, Reason.OTHER))


class Decided(NamedTuple):
    """Decisions in a window: how many, and how many denied for each Reason."""

    total: int
    denied: Mapping[Reason, int]


Rates = Mapping[Reason, float]  # one for each of CAUSES, and OTHER for all the rest


@once_a_line
def code_rates(look: Look) -> Rates | None:
    """The payer's denial rates on the line's code over a year; None when no payer decided anything."""
    payer, code = look.claim.payer.id, look.line.code

    def compute() -> Rates | None:
        above = family_rates(look)
        return above and _drawn(decided(look, payer, code=code), above)

    return look.once_of_payers(("code rates", payer, code, look.family), compute)


@once_a_line
def family_rates(look: Look) -> Rates | None:
    """The payer's denial rates on the family of the line's code over a year; without a family, on all codes."""
    payer, family = look.claim.payer.id, look.family

    def compute() -> Rates | None:
        above = payer_rates(look)
        return _drawn(decided(look, payer, family=family), above) if above and family else above

    return look.once_of_payers(("family rates", payer, family), compute)


def payer_rates(look: Look) -> Rates | None:
    """The payer's denial rates over a year, whatever was billed."""
    payer = look.claim.payer.id

    def compute() -> Rates | None:
        every = decided(look, EVERY_PAYER)
        if not every.total:
            return None
        top = _drawn(every, dict.fromkeys((*CAUSES, Reason.OTHER), 0.0), weight=0.0)
        return _drawn(decided(look, payer), top) if payer else top

    return look.once_of_payers(("payer rates", payer), compute)


@once_a_line
def shifts(look: Look) -> Rates | None:
    """By how much the last quarter's rates of payer and family lie above the year's (drawn towards them); None unknown.

    A payer that starts a policy shows here first.
    """
    payer, family = look.claim.payer.id, look.family

    def compute() -> Rates | None:
        year = family_rates(look)
        if year is None:
            return None
        recent = _drawn(decided(look, payer, family=family, days=QUARTER), year)
        return {reason: recent[reason] - year[reason] for reason in year}

    return look.once_of_payers(("shifts", payer, family), compute)


def decided(look: Look, payer: str, *, code: str = "", family: str = "", days: int = YEAR) -> Decided:
    """What was decided in the `days` days before the look's day, and strictly before it."""

    def compute() -> Decided:
        return Decided(*look.payer.denials(payer, before=look.as_of, code=code, family=family, days=days))

    return look.once_of_payers(("decided", payer, code, family, days), compute)


def _drawn(own: Decided, above: Rates, weight: float = WEIGHT) -> Rates:
    if not own.total:
        return above
    n = own.total + weight
    rates = {reason: weight * rate / n for reason, rate in above.items()}
    for reason, denied in own.denied.items():
        rates[reason if reason in rates else Reason.OTHER] += denied / n
    return rates
