"""How long after the service is the line sent, and with which numbers?"""

from __future__ import annotations

from claims.reasons import Reason
from features.line_tables import filing_limit
from features.registry import Direction, Look, feature


@feature(reason=Reason.TIMELY_FILING, unit="days", risk=Direction.RAISES)
def days_to_submission(look: Look) -> float | None:
    """Days from the line's last day of service to the day it is sent."""
    last = look.line.service_end
    return None if last is None else (look.as_of - last).days


@feature(reason=Reason.TIMELY_FILING, unit="ratio", risk=Direction.RAISES)
def filing_limit_used(look: Look) -> float | None:
    """Days from the line's last day of service to the day it is sent, over the days this payer gives."""
    last, limit = look.line.service_end, filing_limit(look)
    return (look.as_of - last).days / limit if last is not None and limit else None


@feature(reason=Reason.AUTHORIZATION, unit="0/1", risk=Direction.LOWERS)
def has_authorization_number(look: Look) -> float | None:
    """Whether line or claim carries a prior authorization number."""
    return bool(look.line.authorization_number or look.claim.authorization_number)


@feature(reason=Reason.AUTHORIZATION, unit="0/1", risk=Direction.LOWERS)
def has_referral_number(look: Look) -> float | None:
    """Whether line or claim carries a referral number."""
    return bool(look.line.referral_number or look.claim.referral_number)


@feature(reason=Reason.COORDINATION, unit="rank")
def payer_turn(look: Look) -> float | None:
    """The payer's turn: 1 primary, 2 secondary, 3 tertiary."""
    return {"P": 1.0, "S": 2.0, "T": 3.0}.get(look.claim.payer.sequence)


@feature(reason=Reason.COORDINATION, unit="0/1")
def has_accident(look: Look) -> float | None:
    """Whether the claim names an accident or an employment cause (CLM11)."""
    return bool(look.claim.accident_causes)
