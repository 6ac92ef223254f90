"""What has this payer done with lines like this one?

Each rate is of the payer and the line's code over a year, drawn towards wider knowledge where decisions are few
(`features.habits`). A rate of denials for a cause carries that cause; PAYER_HABIT is only what no cause explains.
"""

from __future__ import annotations

import math

from claims.claim import PayerType
from claims.reasons import Reason
from features.habits import CAUSES, Rates, code_rates, decided, shifts
from features.registry import Direction, Look, feature

# Causes common enough for a change within a quarter to be more than chance
SHIFTING = (
    Reason.AUTHORIZATION,
    Reason.ELIGIBILITY,
    Reason.MEDICAL_NECESSITY,
    Reason.DOCUMENTATION,
    Reason.MODIFIER,
    Reason.BUNDLING,
    Reason.CODING,
    Reason.FREQUENCY,
)


@feature(reason=Reason.PAYER_HABIT, categorical=True)
def payer_id(look: Look) -> str | None:
    """Payer the claim goes to."""
    return look.claim.payer.id


@feature(reason=Reason.PAYER_HABIT, categorical=True)
def payer_type(look: Look) -> str | None:
    """Kind of payer: Medicare, Medicare Advantage, Medicaid, commercial and so on."""
    kind = look.once("payer type", lambda: look.tables.payer_type(look.claim))
    return None if kind is PayerType.UNKNOWN else kind.value


def _of(rates: Rates | None, reason: Reason) -> float | None:
    return None if rates is None else rates[reason]


def _denial_rate(reason: Reason) -> None:
    def rate(look: Look) -> float | None:
        return _of(code_rates(look), reason)

    words = reason.value.replace("_", " ")
    rate.__doc__ = f"Share of this payer's decisions on the code denied for {words} reasons, last 365 days, smoothed."
    name = f"payer_code_{reason.value}_denial_rate"
    feature(reason=reason, unit="share", risk=Direction.RAISES, name=name)(rate)


def _denial_shift(reason: Reason) -> None:
    def shift(look: Look) -> float | None:
        return _of(shifts(look), reason)

    words = reason.value.replace("_", " ")
    shift.__doc__ = (
        f"Last 90 days' {words} denial rate of this payer and the code's family less that of 365 days, smoothed."
    )
    name = f"payer_family_{reason.value}_denial_shift"
    feature(reason=reason, unit="share", risk=Direction.RAISES, name=name)(shift)


for _cause in CAUSES:
    _denial_rate(_cause)
for _common in SHIFTING:
    _denial_shift(_common)


@feature(reason=Reason.PAYER_HABIT, unit="share", risk=Direction.RAISES)
def payer_code_other_denial_rate(look: Look) -> float | None:
    """Share of this payer's decisions on the code denied for no cause that has a rate, last 365 days, smoothed."""
    return _of(code_rates(look), Reason.OTHER)


@feature(reason=Reason.PAYER_HABIT, unit="share", risk=Direction.RAISES)
def payer_family_other_denial_shift(look: Look) -> float | None:
    """Last 90 days' uncaused denial rate of this payer and the code's family less that of 365 days, smoothed."""
    return _of(shifts(look), Reason.OTHER)


@feature(reason=Reason.PAYER_HABIT, unit="ln(1 + decisions)")
def payer_code_decisions(look: Look) -> float | None:
    """This payer's decisions on the code, last 365 days."""
    return math.log1p(decided(look, look.claim.payer.id, code=look.line.code).total)
