"""FRQ-001: more epidural sessions in a region than the coverage policies allow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import look_back, places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule

_FAMILIES = ("esi_interlaminar", "esi_transforaminal")
_ALREADY_DONE = (
    "Ask the clinician whether region and earlier dates are right; correct what was mistyped. If they are, expect a "
    "denial: the session was done on its date, and that date never moves. Nor can the patient be told beforehand any "
    "more: where a notice was signed before the session (Medicare's ABN), say so with GA; where none was, the cost "
    "stays with the practice."
)


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
    remedy="Check the region in the record first. A session that has not taken place yet can wait until the window "
    "allows it, or the patient is told before it what is not covered (for Medicare, by an ABN). The date of a session "
    "that was done never changes.",
    remedy_kind=RemedyKind.HOLD,
    requires="the session has not taken place yet: the date of a service that was done never changes",
    payer_types=frozenset({PayerType.MEDICARE, PayerType.MEDICARE_ADVANTAGE}),
    effective="2021-12-01",
    families=_FAMILIES,
)
def epidural_sessions_over_limit(case: Case, line: Line) -> Iterator[Answer]:
    """More epidural steroid sessions in one spinal region within 12 months than the policy allows.

    A session is a day with any epidural injection of the region, whatever the levels and whoever paid. The window is
    the 12 months that end on this day of service: after 2026-03-10 it holds the days from 2025-03-11. Sessions the
    payer denied count, for the policy counts what is reported. Waiting is offered only for a session that lies after
    the day the claim would be sent; one that was done keeps its date, whatever it costs. Medicare Advantage plans
    follow the coverage policies of the contractor where they are (42 CFR 422.101(b)).
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    row = codes.get(line.code)
    if row is None or row.family not in _FAMILIES:
        return
    value = parameter("esi_sessions_per_region").on(day, case.as_of)
    window = parameter("esi_look_back_months").on(day, case.as_of)
    if value is None or window is None:
        return
    limit, months = int(value.value), int(window.value)
    start = look_back.first_day_of_window(day, months)
    earlier = look_back.between(look_back.sessions(case, codes, _FAMILIES, row.region), start, day)
    region = row.region.replace("_", " and ")
    if len(earlier) >= limit:
        severity = Severity.DENY if value.verified else Severity.WARN
        nth = f"session {len(earlier) + 1} in the {region} region from {start} to {day}; the policy allows {limit}."
        if day > case.as_of:
            yield _not_done_yet(line, nth, severity, look_back.first_day_without(earlier[-limit], months))
        else:
            yield _done(line, nth, severity)
    elif not look_back.covered(case, start):
        yield Gap((f"history since {start}",), f"{len(earlier)} earlier sessions are known, but not the whole window")


def _not_done_yet(line: Line, nth: str, severity: Severity, free: date) -> Hit:
    return Hit(
        f"{line.code} would be {nth} The next may take place from {free}.",
        severity=severity,
        change=Change("hold_until", line.number, free.isoformat()),
    )


def _done(line: Line, nth: str, severity: Severity) -> Hit:
    return Hit(
        f"{line.code} is {nth}",
        severity=severity,
        remedy=_ALREADY_DONE,
        remedy_kind=RemedyKind.ASK_CLINICIAN,
        requires="the record shows the region and the dates that go on the claim",
    )
