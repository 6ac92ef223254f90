"""FRQ-009: more trigger point injections than the coverage policies allow."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import approvals, look_back, places, relief, session_limits
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_FAMILIES = ("trigger_point",)


@rule(
    "FRQ-009",
    severity=Severity.DENY,
    reason=Reason.FREQUENCY,
    carcs=("119", "151"),
    citation=Citation(
        "LCD L36859 and its like: Trigger Point Injections",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=36859",
    ),
    place=places.SERVICE_DATE,
    remedy=session_limits.NOT_DONE_YET,
    remedy_kind=RemedyKind.HOLD,
    requires=session_limits.NEVER_MOVES,
    payer_types=MEDICARE_PLANS,
    effective="2024-04-01",
    families=_FAMILIES,
)
def trigger_points_over_limit(case: Case, line: Line) -> Iterator[Answer]:
    """More trigger point sessions within 12 months than the policy allows, or one that repeats what did not help.

    The contractors' policies of April 2024 cover three sessions in a rolling 12 months, whatever the muscles, and a
    repeat only where the last one brought half the pain relief for six weeks. Novitas and First Coast have older
    policies without these limits: the state of service tells.
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    state = approvals.state(case.claim)
    if state in parameter("trigger_point_other_states").text_on(day, case.as_of).split():
        return
    days = look_back.sessions(case, codes, _FAMILIES)
    limit = session_limits.limit(
        case, line, parameter("trigger_point_sessions"), parameter("trigger_point_look_back_months")
    )
    found = list(session_limits.over(case, line, days, limit, "trigger point session {n}"))
    earlier = look_back.between(days, limit.window.first_day(day), day) if limit else ()
    if earlier:
        percent = parameter("trigger_point_repeat_relief_percent")
        weeks = parameter("trigger_point_repeat_relief_weeks")
        found += relief.too_little(case, line, earlier[-1], percent, weeks)
    if not state and any(isinstance(answer, Hit) for answer in found):
        yield Gap(("state of service",), "the limits on trigger point injections differ by state", of_claim=True)
        return
    yield from found
