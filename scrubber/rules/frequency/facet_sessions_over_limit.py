"""FRQ-005: more facet injections in a region than the coverage policies allow."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, session_limits
from scrubber.look_back import Marked
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, RemedyKind, Severity, rule

_FAMILIES = ("facet_injection",)
_DIAGNOSTIC = "KX"
_WITH, _WITHOUT = Marked(carrying=_DIAGNOSTIC), Marked(without=_DIAGNOSTIC)


@rule(
    "FRQ-005",
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
def facet_sessions_over_limit(case: Case, line: Line) -> Iterable[Answer]:
    """More facet injections of one kind in a spinal region within 12 months than the policy allows.

    Modifier KX says that a block was diagnostic, and diagnostic and therapeutic sessions have a count each. Both sides
    of a day are one session; the right side on one day and the left on another are two. What another payer was billed
    for without KX counts as therapeutic: nothing on those claims says otherwise.
    """
    if _DIAGNOSTIC in line.modifiers:
        most = parameter("facet_diagnostic_sessions_per_region")
        kind, marked = "diagnostic", _WITH
    else:
        most = parameter("facet_therapeutic_sessions_per_region")
        kind, marked = "therapeutic", _WITHOUT
    length, session = parameter("facet_look_back_months"), f"{kind} facet session {{n}}"
    return session_limits.over_in_region(case, line, _FAMILIES, most, length, session, marked)
