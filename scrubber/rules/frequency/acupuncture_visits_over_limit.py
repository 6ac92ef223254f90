"""FRQ-014: more acupuncture than Medicare covers."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import look_back, places, session_limits
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Hit, RemedyKind, Severity, rule

_FAMILIES = ("acupuncture", "dry_needling")
_IMPROVING = "KX"


@rule(
    "FRQ-014",
    severity=Severity.DENY,
    reason=Reason.FREQUENCY,
    carcs=("119",),
    citation=Citation(
        "NCD 30.3.3, Acupuncture for Chronic Lower Back Pain",
        "https://www.cms.gov/medicare-coverage-database/view/ncd.aspx?ncdid=373",
    ),
    place=places.SERVICE_DATE,
    remedy="Check the earlier visits first. A visit that has not taken place yet can wait until the year allows it, or "
    "the patient is told before it what is not covered (for Medicare, by an ABN). The date of a visit that was done "
    "never changes.",
    remedy_kind=RemedyKind.HOLD,
    requires=session_limits.NEVER_MOVES,
    payer_types=MEDICARE_PLANS,
    effective="2020-01-21",
    families=_FAMILIES,
)
def acupuncture_visits_over_limit(case: Case, line: Line) -> Iterator[Answer]:
    """More acupuncture visits for chronic low back pain than the policy covers.

    Medicare covers 12 visits in 90 days, 8 more where the patient is improving, and never more than 20 in a year; what
    does not help has to stop. KX on the line, or the record, says that the patient improves. Dry needling is counted
    with acupuncture, as the NCD does. The year is taken as the 12 months that end on the day of service.
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    days = look_back.sessions(case, codes, _FAMILIES)
    a_year = session_limits.limit(
        case, line, parameter("acupuncture_visits_a_year"), parameter("acupuncture_year_months")
    )
    answers = list(session_limits.over(case, line, days, a_year, "acupuncture visit {n}"))
    yield from answers
    improving = "yes" if _IMPROVING in line.modifiers else case.told("improving", line)
    if improving == "yes" or any(isinstance(answer, Hit) for answer in answers):
        return
    within = session_limits.limit(
        case, line, parameter("acupuncture_visits"), parameter("acupuncture_visits_days"), "days"
    )
    passed = session_limits.passed(case, line, days, within)
    if within and passed:
        start, earlier = passed
        said = "the record says the patient is not improving" if improving else "nothing says the patient is improving"
        yield Hit(
            f"{line.code} is acupuncture visit {len(earlier) + 1} from {start} to {day}; past {within.most} the policy "
            f"covers only patients who improve, and {said}.",
            severity=Severity.DENY if improving else Severity.WARN,
            remedy="Look up what the visits so far have changed. If the patient improves, record how it was measured; "
            "if not, the policy wants the treatment to stop, and does not cover this visit.",
            remedy_kind=RemedyKind.DOCUMENT,
            requires="the record shows the improvement and how it was measured",
        )
