"""What else does the claim bill on the line's day?"""

from __future__ import annotations

from claims.reasons import Reason
from features.line_day import (
    GUIDANCE,
    SUPPLIES,
    VISIT,
    beside_procedure,
    family_units,
    other_codes,
    other_families,
    same_code_lines,
)
from features.registry import Direction, Look, feature


@feature(reason=Reason.BUNDLING, unit="codes")
def other_codes_that_day(look: Look) -> float | None:
    """Different other codes the claim bills on the line's day of service."""
    if look.line.service_from is None:
        return None
    return other_codes(look)


@feature(reason=Reason.DUPLICATE, unit="lines", risk=Direction.RAISES)
def same_code_lines_that_day(look: Look) -> float | None:
    """Other lines of the claim with the line's code on its day of service."""
    if look.line.service_from is None:
        return None
    return same_code_lines(look)


@feature(reason=Reason.FREQUENCY, unit="units", risk=Direction.RAISES)
def family_units_that_day(look: Look) -> float | None:
    """Units of the code's family on the line's day, on all lines of the claim; unknown for drugs and contrast."""
    if look.line.service_from is None or not look.family or look.family in SUPPLIES:
        return None
    return float(family_units(look))


@feature(reason=Reason.BUNDLING, unit="0/1", risk=Direction.RAISES)
def is_visit_beside_procedure(look: Look) -> float | None:
    """Whether the line is an office visit and the claim bills a procedure on the same day."""
    if not look.family:
        return None
    return beside_procedure(look) if look.family == VISIT else 0.0


@feature(reason=Reason.BUNDLING, unit="0/1")
def is_procedure_beside_visit(look: Look) -> float | None:
    """Whether the claim bills an office visit on the same day as this line, which is none itself."""
    if not look.family:
        return None
    return look.family != VISIT and VISIT in other_families(look)


@feature(reason=Reason.BUNDLING, unit="0/1")
def is_guidance_beside_procedure(look: Look) -> float | None:
    """Whether the line bills imaging guidance and the claim a procedure on the same day."""
    if not look.family:
        return None
    return beside_procedure(look) if look.family == GUIDANCE else 0.0


@feature(reason=Reason.BUNDLING, unit="0/1")
def has_guidance_line(look: Look) -> float | None:
    """Whether the claim bills imaging guidance on the line's day, on another line."""
    if look.line.service_from is None:
        return None
    return GUIDANCE in other_families(look)


@feature(reason=Reason.BUNDLING, unit="families")
def other_families_that_day(look: Look) -> float | None:
    """Other code families the claim bills on the line's day, without visits and supplies."""
    if look.line.service_from is None:
        return None
    return len(other_families(look) - SUPPLIES - {VISIT, look.family, ""})
