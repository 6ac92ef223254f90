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
from features.registry import Look
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


def code_rates(look: Look) -> Rates | None:
    """The payer's denial rates on the line's code over a year; None when no payer decided anything."""
    code, family = look.line.code, look.family

    def compute() -> Rates | None:
        above = family_rates(look)
        return above and _drawn(decided(look, look.claim.payer.id, code=code), above)

    return look.once(("code rates", code, family), compute)


def family_rates(look: Look) -> Rates | None:
    """The payer's denial rates on the family of the line's code over a year; without a family, on all codes."""
    family = look.family

    def compute() -> Rates | None:
        above = payer_rates(look)
        if above is None or not family:
            return above
        return _drawn(decided(look, look.claim.payer.id, family=family), above)

    return look.once(("family rates", family), compute)


def payer_rates(look: Look) -> Rates | None:
    """The payer's denial rates over a year, whatever was billed."""

    def compute() -> Rates | None:
        every = decided(look, EVERY_PAYER)
        if not every.total:
            return None
        top = {reason: every.denied.get(reason, 0) / every.total for reason in (*CAUSES, Reason.OTHER)}
        return _drawn(decided(look, look.claim.payer.id), top) if look.claim.payer.id else top

    return look.once("payer rates", compute)


def shifts(look: Look) -> Rates | None:
    """By how much the last quarter's rates of payer and family lie above the year's (drawn towards them); None unknown.

    A payer that starts a policy shows here first.
    """
    family = look.family

    def compute() -> Rates | None:
        year = family_rates(look)
        if year is None:
            return None
        recent = _drawn(decided(look, look.claim.payer.id, family=family, days=QUARTER), year)
        return {reason: recent[reason] - year[reason] for reason in year}

    return look.once(("shifts", family), compute)


def decided(look: Look, payer: str, *, code: str = "", family: str = "", days: int = YEAR) -> Decided:
    """What was decided in the `days` days before the look's day, and strictly before it."""
    return look.once(
        ("decided", payer, code, family, days),
        lambda: _by_reason(look, payer, code, family, days),
    )


def _by_reason(look: Look, payer: str, code: str, family: str, days: int) -> Decided:
    total, denied = look.payer.denials(payer, before=look.as_of, code=code, family=family, days=days)
    return Decided(total, denied)


def _drawn(own: Decided, above: Rates) -> Rates:
    if not own.total:
        return above
    n = own.total + WEIGHT
    return {reason: (own.denied.get(reason, 0) + WEIGHT * rate) / n for reason, rate in above.items()}
