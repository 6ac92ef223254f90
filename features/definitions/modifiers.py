"""Which modifiers stand on the line?"""

from __future__ import annotations

from claims.reasons import Reason
from features.line_day import SIDES
from features.registry import Direction, Look, feature

SEPARATE_VISIT = frozenset({"25", "57", "24"})
DISTINCT_SERVICE = frozenset({"59", "XE", "XS", "XP", "XU"})
EXPECTED_TO_BE_DENIED = frozenset({"GZ", "GY"})  # the practice itself says: not covered


@feature(reason=Reason.MODIFIER, unit="modifiers")
def modifier_count(look: Look) -> float | None:
    """Modifiers on the line."""
    return len(look.line.modifiers)


@feature(reason=Reason.MODIFIER, unit="0/1")
def has_separate_visit_modifier(look: Look) -> float | None:
    """Whether the line says the visit stands apart from a procedure (24, 25 or 57)."""
    return not SEPARATE_VISIT.isdisjoint(look.line.modifiers)


@feature(reason=Reason.BUNDLING, unit="0/1")
def has_distinct_service_modifier(look: Look) -> float | None:
    """Whether the line says the service is distinct (59, XE, XS, XP or XU)."""
    return not DISTINCT_SERVICE.isdisjoint(look.line.modifiers)


@feature(reason=Reason.MODIFIER, unit="0/1")
def is_bilateral(look: Look) -> float | None:
    """Whether the line bills both sides at once (50)."""
    return "50" in look.line.modifiers


@feature(reason=Reason.MODIFIER, unit="0/1")
def has_side(look: Look) -> float | None:
    """Whether the line says which side (LT, RT or 50)."""
    return not SIDES.isdisjoint(look.line.modifiers)


@feature(reason=Reason.MODIFIER, unit="0/1")
def is_professional_part(look: Look) -> float | None:
    """Whether the line bills the professional component alone (26)."""
    return "26" in look.line.modifiers


@feature(reason=Reason.MEDICAL_NECESSITY, unit="0/1")
def has_policy_met_modifier(look: Look) -> float | None:
    """Whether the line says the coverage policy's conditions are met (KX)."""
    return "KX" in look.line.modifiers


@feature(reason=Reason.MEDICAL_NECESSITY, unit="0/1", risk=Direction.RAISES)
def is_expected_to_be_denied(look: Look) -> float | None:
    """Whether the line itself says that it is not covered (GZ or GY)."""
    return not EXPECTED_TO_BE_DENIED.isdisjoint(look.line.modifiers)
