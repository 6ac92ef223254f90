"""Is the line billed as this practice usually bills the code?"""

from __future__ import annotations

from claims.reasons import Reason
from features.line_tables import mue_units
from features.registry import Direction, Look, feature


@feature(reason=Reason.CODING, unit="ratio")
def charge_to_usual(look: Look) -> float | None:
    """Charge per unit, over the mean charge per unit of this code's lines that payers are known to have allowed."""
    usual = look.once_of_payers(
        ("usual", look.line.code), lambda: look.payer.allowed(before=look.as_of, code=look.line.code)
    )
    if usual.units <= 0 or usual.charge_cents <= 0 or look.line.units <= 0:
        return None
    return float(look.line.charge / look.line.units) / (usual.charge_cents / 100 / usual.units)


@feature(reason=Reason.FREQUENCY, unit="ratio", risk=Direction.RAISES)
def units_to_limit(look: Look) -> float | None:
    """Units billed, over the code's Medically Unlikely Edit; unknown where we hold no limit, or a limit of none."""
    limit = mue_units(look)
    return float(look.line.units) / limit if limit else None
