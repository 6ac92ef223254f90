"""FRQ-013: a joint injected again too soon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from claims.claim import Line
from claims.reasons import Reason
from scrubber import look_back, places, sides
from scrubber.diagnoses import pointed
from scrubber.parameters import Parameter, parameter
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.same_day import codes_of_day
from scrubber.tables import Release
from scrubber.tables.rows import CodeRow, DrugRow

_JOINT, _STEROID = "joint_injection", "steroid"
_HYALURONATE = ("drug_ha",)
_CATEGORY = 3  # characters of an ICD-10-CM category


@rule(
    "FRQ-013",
    severity=Severity.WARN,
    reason=Reason.FREQUENCY,
    carcs=("151",),
    citation=Citation(
        "LCD L39260, Hyaluronic Acid Injections for Knee Osteoarthritis; for steroids, common practice of payers",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=39260",
    ),
    place=places.SERVICE_DATE,
    remedy="Check joint, side and earlier dates in the record, and correct what was mistyped. If they are right, have "
    "the reason for the early repeat ready; this payer's own policy tells whether it pays.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record shows the joint, the side and the dates that go on the claim",
    confidence="medium",
    families=(_JOINT,),
)
def joint_injected_too_soon(case: Case, line: Line) -> Iterable[Answer]:
    """A joint gets steroid again within three months, or a new course of hyaluronate within six.

    A joint is told by its size, its side and what it is treated for, since no code names it: where side or diagnosis is
    not on both claims, nothing is said. Injections of one course of hyaluronate, a week or so apart, are one. For
    steroids it is a hint: the interval is common practice, and seldom written down.
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    today = codes_of_day(case, day)
    hyaluronates = look_back.codes_of(case, codes, _HYALURONATE)
    if not today.isdisjoint(hyaluronates):
        return _new_course(case, line, [*_earlier(case, line, codes, hyaluronates), day])
    steroids = _steroids(case, case.tables.drugs.on(day, case.as_of))
    if today.isdisjoint(steroids):
        return ()
    months = parameter("joint_steroid_interval_months")
    interval = months.on(day, case.as_of)
    if interval is None:
        return ()
    days = _earlier(case, line, codes, steroids, look_back.first_day_of_window(day, int(interval.value)))
    return _within(case, line, days, day, months, "gives steroid into a joint", Severity.INFO)


def _new_course(case: Case, line: Line, days: Sequence[date]) -> Iterable[Answer]:
    """Where the course that this day belongs to began too soon after the one before."""
    day = case.day(line)
    apart, months = parameter("hyaluronate_course_days"), parameter("hyaluronate_interval_months")
    of_one_course = apart.on(day, case.as_of)
    first = len(days) - 1
    while of_one_course and first > 0 and (days[first] - days[first - 1]).days <= int(of_one_course.value):
        first -= 1
    what = "belongs to a new course of hyaluronate in a joint"
    return _within(case, line, days[:first], days[first], months, what, Severity.WARN)


def _within(
    case: Case,
    line: Line,
    earlier: Sequence[date],
    begun: date,
    months: Parameter,
    what: str,
    severity: Severity,
) -> Iterable[Answer]:
    interval = months.on(begun, case.as_of)
    if interval is None:
        return ()
    start = look_back.first_day_of_window(begun, int(interval.value))
    if earlier and earlier[-1] >= start:
        text = f"{line.code} {what} that had it on {earlier[-1]}, less than {interval.value} months before {begun}."
        return [Hit(text, severity=severity)]
    if look_back.covered(case, start):
        return ()
    return [look_back.not_covered(start, "no earlier injection of this joint is known, but not the whole window")]


def _earlier(
    case: Case, line: Line, codes: Release[CodeRow], given: AbstractSet[str], since: date = date.min
) -> Sequence[date]:
    """The earlier days, from a day on, on which this joint got one of the drugs."""
    row, before, there = codes.get(line.code), case.day(line), sides.of_line(line)
    if row is None or not there:
        return ()
    joints = look_back.codes_of(case, codes, (row.family,), row.region)
    known = [s for s in case.past.services if s.code in joints and since <= s.service_date < before]
    if not known:
        return ()
    for_what = {code[:_CATEGORY] for code in pointed(case, line)}
    days = set()
    for service in known:
        same_side = there & sides.of_modifiers(service.modifiers)
        if same_side and not for_what.isdisjoint([diagnosis[:_CATEGORY] for diagnosis in service.diagnoses]):
            days.add(service.service_date)
    return [day for day in sorted(days) if not given.isdisjoint(look_back.codes_on(case, day))]


def _steroids(case: Case, drugs: Release[DrugRow]) -> AbstractSet[str]:
    return case.tables.once(
        ("steroids", id(drugs)), lambda: {code for code, row in drugs.rows.items() if row.kind == _STEROID}
    )
