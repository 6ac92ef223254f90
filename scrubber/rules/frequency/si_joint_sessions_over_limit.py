"""FRQ-008: more sacroiliac joint injections than the coverage policies allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from claims.claim import Line
from claims.reasons import Reason
from scrubber import look_back, payer_profile, places, relief, session_limits
from scrubber.look_back import Marked
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.session_limits import Limit

_CODES = ("27096", "64451", "G0260")
_MARK = "KX"


@rule(
    "FRQ-008",
    severity=Severity.DENY,
    reason=Reason.FREQUENCY,
    carcs=("119", "151"),
    citation=Citation(
        "LCD L39402 and its like: Sacroiliac Joint Injections and Procedures",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=39402",
    ),
    place=places.SERVICE_DATE,
    remedy=session_limits.NOT_DONE_YET,
    remedy_kind=RemedyKind.HOLD,
    requires=session_limits.NEVER_MOVES,
    payer_types=MEDICARE_PLANS,
    effective="2023-03-19",
    codes=_CODES,
)
def si_joint_sessions_over_limit(case: Case, line: Line) -> Iterator[Answer]:
    """More sacroiliac joint sessions within 12 months than the policy allows, or a therapeutic one without its proof.

    Diagnostic and therapeutic sessions have a limit each. KX, or the record's intent, says that one is diagnostic; an
    earlier session without KX may have been either, so it is taken for diagnostic as long as there is room for one,
    and where the therapeutic limit is passed only without that kindness the rule warns. The first therapeutic
    injection after a diagnostic one also needs the relief that one has to bring. Both sides of a day are one session,
    and the facility's claim for it is none of its own.
    """
    trials = session_limits.limit(
        case, line, parameter("si_joint_diagnostic_sessions"), parameter("si_joint_look_back_months")
    )
    treatments = session_limits.limit(
        case, line, parameter("si_joint_therapeutic_sessions"), parameter("si_joint_look_back_months")
    )
    marked = look_back.days_of(case, _CODES, Marked(carrying=_MARK))
    if _MARK in line.modifiers or case.told("intent", line) == "diagnostic":
        yield from session_limits.over(case, line, marked, trials, "diagnostic sacroiliac joint session {n}")
    elif trials and treatments:
        yield from _therapeutic(case, line, marked, trials, treatments)


def _therapeutic(case: Case, line: Line, marked: Sequence[date], trials: Limit, treatments: Limit) -> Iterator[Answer]:
    day = case.day(line)
    start = treatments.window.first_day(day)
    unmarked = look_back.days_of(case, _CODES, Marked(without=_MARK))
    proofs, earlier = look_back.between(marked, start, day), look_back.between(unmarked, start, day)
    room = trials.most - len(proofs)
    allowed = treatments._replace(
        verified=treatments.verified and len(earlier) >= treatments.most + room,
        said=f"{treatments.most} therapeutic and {trials.most} diagnostic",
    )
    yield from session_limits.over(case, line, unmarked, allowed, "sacroiliac joint session {n} without KX")
    if proofs and not earlier:
        yield from _unproven(case, line)


def _unproven(case: Case, line: Line) -> Iterator[Answer]:
    """The first therapeutic injection after a diagnostic one that brought too little."""
    short = relief.short_of(case, line, relief.PERCENT, parameter("si_joint_diagnostic_relief_percent"))
    if short:
        found, wanted = short
        yield Hit(
            f"{line.code} follows a diagnostic injection that brought {found.normalize():f} % relief; a therapeutic "
            f"one needs {wanted.value} %.",
            severity=session_limits.severity(wanted),
            citation=payer_profile.cited(wanted),
            carcs=("50",),
            place=places.PROCEDURE,
            remedy="Look up the relief measured after the diagnostic injection and correct what was recorded wrongly. "
            "If it stands, the therapeutic injection is not covered.",
            remedy_kind=RemedyKind.DOCUMENT,
            requires="the record shows the pain scores before and after the diagnostic injection",
        )
