"""COD-012: what belongs to a spinal cord stimulator trial, billed beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from claims.claim import Line
from claims.reasons import Reason
from scrubber import global_periods, look_back, places
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import codes_of_day

_LEAD, _REMOVAL, _GENERATOR = "63650", "63661", "63685"


@rule(
    "COD-012",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97",),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 12, section 40.1 (global surgical package), with 10 days for the "
        "percutaneous lead",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
    ),
    place=places.PROCEDURE,
    remedy="Do not bill it: taking out trial leads is part of placing them, and a trial has no implanted generator. If "
    "the leads were permanent, or the record of the trial is wrong, correct that first.",
    remedy_kind=RemedyKind.DO_NOT_BILL,
    requires="the stimulator was a trial",
    supersedes=("MOD-014",),
    codes=(_REMOVAL, _GENERATOR),
)
def stimulator_trial_service_not_billable(case: Case, line: Line) -> Iterator[Answer]:
    """Removal of trial leads, or a generator on the day of a trial, is billed as a service of its own.

    Leads of a trial are pulled out without surgery within days, which the placing of them pays for: a removal within
    the 10 days after 63650, with no generator since, is one of trial leads unless the record says they were permanent.
    Leads and generator on one day are the ordinary permanent implant; only where the record says it was a trial is the
    generator out of place. Removal on the day itself is a pair nothing lifts, which NCC-001 says.
    """
    day = case.day(line)
    intent = case.told("intent", line)
    if line.code == _GENERATOR:
        if intent == "trial" and _LEAD in codes_of_day(case, day):
            text = f"{_GENERATOR} is billed with leads on {day}, and the record says that it was a trial."
            yield Hit(text, change=Change("drop_line", line.number, ""))
        return
    if intent == "permanent":
        return
    codes = case.tables.codes.on(day, case.as_of)
    placed = next((p for p in global_periods.running(case, codes, line) if p.code == _LEAD), None)
    if placed is not None:
        if not look_back.between(look_back.days_of(case, (_GENERATOR,)), placed.done_on, day + timedelta(days=1)):
            yield _removal(line, placed.done_on, placed.last_day)
    else:
        since = day - timedelta(days=global_periods.DAYS_AFTER["010"])
        if not look_back.covered(case, since):
            yield Gap((f"history since {since}",), "whether the leads were placed for a trial is not known")


def _removal(line: Line, placed_on: date, last_day: date) -> Hit:
    text = f"{line.code} takes out leads placed on {placed_on}, without a generator since: {_LEAD} pays for it until"
    return Hit(f"{text} {last_day}.", change=Change("drop_line", line.number, ""))
