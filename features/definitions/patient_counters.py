"""What has been done for this patient before?

Counted over all payers, from claims known before the day; unknown for a patient the store has never seen. Where the
store does not reach back a year the counts are of what it holds. How far it reaches is no feature: it grows with the
calendar alone, and a model takes that for a cause.
"""

from __future__ import annotations

from claims.reasons import Reason
from features.registry import Direction, Look, feature
from features.sessions import answers, same_day, sessions


@feature(reason=Reason.FREQUENCY, unit="sessions", risk=Direction.RAISES)
def family_sessions_365d(look: Look) -> float | None:
    """Earlier days of service of the same code family in the same body region, 365 days before the line's day."""
    past = sessions(look)
    return None if past is None else past.of_family


@feature(reason=Reason.FREQUENCY, unit="sessions", risk=Direction.RAISES)
def region_sessions_365d(look: Look) -> float | None:
    """Earlier days with a procedure of any family in the line's body region, 365 days before the line's day."""
    past = sessions(look)
    return None if past is None else past.of_region


@feature(reason=Reason.FREQUENCY, unit="days", risk=Direction.LOWERS)
def days_since_family(look: Look) -> float | None:
    """Days since the patient's last service of the same code family in the same body region."""
    past = sessions(look)
    return None if past is None else past.days_since_family


@feature(reason=Reason.FREQUENCY, unit="days", risk=Direction.LOWERS)
def days_since_code(look: Look) -> float | None:
    """Days since the patient last had the line's very code."""
    past = sessions(look)
    return None if past is None else past.days_since_code


@feature(reason=Reason.DUPLICATE, unit="lines", risk=Direction.RAISES)
def sent_before(look: Look) -> float | None:
    """Lines sent to this payer on earlier claims, or others of the same file, with the line's code on its day."""
    that_day = same_day(look)
    return None if that_day is None else that_day.same_code


@feature(reason=Reason.BUNDLING, unit="lines", risk=Direction.RAISES)
def other_claims_that_day(look: Look) -> float | None:
    """Lines sent to this payer on earlier claims, or others of the same file, with other codes on the line's day."""
    that_day = same_day(look)
    return None if that_day is None else that_day.other_codes


@feature(reason=Reason.PAYER_HABIT, unit="lines", risk=Direction.RAISES)
def code_denials_of_patient(look: Look) -> float | None:
    """The patient's earlier lines with this code that this payer is known to have denied."""
    known = answers(look)
    return None if known is None else known.code_denials


@feature(reason=Reason.PAYER_HABIT, unit="share", risk=Direction.RAISES)
def payer_denials_of_patient_180d(look: Look) -> float | None:
    """Share of this payer's decisions on the patient's lines, made known in the last 180 days, that were denials."""
    known = answers(look)
    return known.recent_denied / known.recent if known is not None and known.recent else None


@feature(reason=Reason.ELIGIBILITY, unit="0/1", risk=Direction.LOWERS)
def payer_has_accepted_patient(look: Look) -> float | None:
    """Whether this payer is known to have answered an earlier line of the patient without denying it."""
    known = answers(look)
    return None if known is None else known.accepted > 0


@feature(reason=Reason.ELIGIBILITY, unit="days", risk=Direction.LOWERS)
def days_known(look: Look) -> float | None:
    """Days from the patient's first known service to the line's day of service."""
    past = sessions(look)
    return None if past is None else past.days_known
