"""FRQ-002: an epidural injection too soon after the one before."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import look_back, places, session_limits
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, RemedyKind, Severity, rule

_FAMILIES = ("esi_interlaminar", "esi_transforaminal")


@rule(
    "FRQ-002",
    severity=Severity.WARN,
    reason=Reason.FREQUENCY,
    carcs=("151",),
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
    confidence="medium",
    families=_FAMILIES,
)
def epidural_too_soon(case: Case, line: Line) -> Iterable[Answer]:
    """An epidural injection follows the one before in its region within two weeks.

    A payer wants to see what an injection did before it pays for another, and two weeks is the least it takes for that.
    The other region has its own count, and two injections of one day are one session. The same interval stands in
    eviCore's guideline, which FRQ-015 holds against the payers that follow it.
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    row = codes.get(line.code)
    if row is None:
        return ()
    days = look_back.sessions(case, codes, _FAMILIES, row.region)
    session = f"an epidural session in the {row.region.replace('_', ' and ')} region"
    return session_limits.too_soon(case, line, days, parameter("esi_interval_days"), session)
