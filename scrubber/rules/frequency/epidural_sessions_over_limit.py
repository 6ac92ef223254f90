"""FRQ-001: more epidural sessions in a region than the coverage policies allow."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, session_limits
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, RemedyKind, Severity, rule

_FAMILIES = ("esi_interlaminar", "esi_transforaminal")


@rule(
    "FRQ-001",
    severity=Severity.DENY,
    reason=Reason.FREQUENCY,
    carcs=("119", "151"),
    citation=Citation(
        "LCD L33906 and its like: Epidural Steroid Injections for Pain Management",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=33906",
    ),
    place=places.SERVICE_DATE,
    remedy=session_limits.NOT_DONE_YET,
    remedy_kind=RemedyKind.HOLD,
    requires=session_limits.NEVER_MOVES,
    payer_types=MEDICARE_PLANS,
    effective="2021-12-01",
    families=_FAMILIES,
)
def epidural_sessions_over_limit(case: Case, line: Line) -> Iterable[Answer]:
    """More epidural steroid sessions in one spinal region within 12 months than the policy allows.

    A session is a day with any epidural injection of the region, whatever the levels and whoever paid. The window is
    the 12 months that end on this day of service: after 2026-03-10 it holds the days from 2025-03-11. Sessions the
    payer denied count, for the policy counts what is reported. Waiting is offered only for a session that lies after
    the day the claim would be sent; one that was done keeps its date, whatever it costs. Medicare Advantage plans
    follow the coverage policies of the contractor where they are (42 CFR 422.101(b)).
    """
    most, length = parameter("esi_sessions_per_region"), parameter("esi_look_back_months")
    return session_limits.over_in_region(case, line, _FAMILIES, most, length, "session {n}")
