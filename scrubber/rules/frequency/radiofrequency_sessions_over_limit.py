"""FRQ-006: more facet radiofrequency sessions in a region than the coverage policies allow."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, session_limits
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, RemedyKind, Severity, rule

_FAMILIES = ("facet_rfa",)


@rule(
    "FRQ-006",
    severity=Severity.DENY,
    reason=Reason.FREQUENCY,
    carcs=("119", "151"),
    citation=Citation(
        "LCD L33930 and its like: Facet Joint Interventions for Pain Management",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=33930",
    ),
    place=places.SERVICE_DATE,
    remedy=session_limits.NOT_DONE_YET,
    remedy_kind=RemedyKind.HOLD,
    requires=session_limits.NEVER_MOVES,
    payer_types=MEDICARE_PLANS,
    effective="2021-04-25",
    families=_FAMILIES,
)
def radiofrequency_sessions_over_limit(case: Case, line: Line) -> Iterable[Answer]:
    """More facet radiofrequency sessions in one spinal region within 12 months than the policy allows.

    A session may treat both sides at once; the right side on one day and the left on another are two sessions of the
    region, and with them the 12 months are used up.
    """
    most, length = parameter("rfa_sessions_per_region"), parameter("facet_look_back_months")
    return session_limits.over_in_region(case, line, _FAMILIES, most, length, "radiofrequency session {n}")
