"""EM-005: a visit in the days a procedure's payment already pays for."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import global_periods, look_back, ncci, places
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule

_SETTLED = frozenset({"24", "57"})  # another problem; the visit at which a major operation was decided


@rule(
    "EM-005",
    severity=Severity.WARN,
    reason=Reason.BUNDLING,
    carcs=("97",),
    citation=Citation(
        "CMS, Medicare Claims Processing Manual (Pub. 100-04), chapter 12, section 40.1: the global surgical package",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
    ),
    place=places.PROCEDURE,
    remedy="Ask the clinician what the visit was for. Follow-up of the procedure is not billed: 99024 reports it. A "
    "visit for a problem that has nothing to do with it is told by 24.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the note shows a problem that has nothing to do with the procedure",
    payer_types=ncci.PAYER_TYPES,
    families=("em",),
)
def visit_in_global_period(case: Case, line: Line) -> Iterator[Answer]:
    """An office visit falls within the global period of an earlier procedure and does not say it is for something else.

    The payment of a procedure with a global period holds the visits of the 10 or 90 days after it by the same group. A
    visit for another problem carries 24, follow-up is reported as 99024 without a charge.
    """
    codes = case.tables.codes.on(case.day(line), case.as_of)
    if not ncci.is_visit(codes.get(line.code)) or not _SETTLED.isdisjoint(line.modifiers):
        return
    running = global_periods.running(case, codes, line)
    if running:
        period = running[0]
        days = global_periods.DAYS_AFTER[period.global_days]
        yield Hit(
            f"{line.code} falls within the {days} days after {period.code} of {period.done_on}, which are paid with it "
            f"until {period.last_day}, and carries no modifier 24."
        )
    elif not global_periods.known(case, line):
        why = "a procedure whose global period is running may be unknown to us"
        yield look_back.not_covered(global_periods.since(case, line), why, of_claim=True)
