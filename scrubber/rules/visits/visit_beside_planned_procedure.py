"""EM-001: a visit beside a procedure that had been planned before."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import global_periods, ncci, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import first_of_each


@rule(
    "EM-001",
    severity=Severity.WARN,
    reason=Reason.BUNDLING,
    carcs=("97",),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter I, section D (evaluation and management services)",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.PROCEDURE,
    remedy="Ask the clinician what the visit was for beside the planned procedure. If there was nothing else, do not "
    "bill the visit.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the note shows a problem, examination and plan of its own",
    payer_types=ncci.PAYER_TYPES,
    families=("em",),
    settled=True,
)
def visit_beside_planned_procedure(case: Case, line: Line) -> Iterator[Answer]:
    """A visit is billed on the day of a procedure that was decided at an earlier visit.

    The decision has been paid for with that earlier visit, and the look before the procedure belongs to the procedure.
    What the record says of the visit decides. Whether the record bears 25 out is MOD-002's question; beside a minor
    procedure MOD-001 speaks of a visit without any modifier, and what stays here is the visit that carries 24 or 57,
    or stands beside a major procedure. Where nobody told that the procedure was planned, there is nothing to ask.
    """
    if case.told("procedure_planned", line) != "yes" or "25" in line.modifiers:
        return
    separate = case.told("separate_visit", line)
    if separate == "yes":
        return
    release = case.tables.codes.on(case.day(line), case.as_of)
    if not ncci.is_visit(release.get(line.code)):
        return
    others = [(other, release.get(other.code)) for other in first_of_each(case, line)]
    procedure = next((o for o, row in others if row and row.global_days in global_periods.PROCEDURES), None)
    if procedure is None:
        return
    if separate == "no" or case.absent("separate_visit", line):
        yield Hit(
            f"{line.code} is billed beside {procedure.code} (line {procedure.number}), which was planned before, and "
            "the record shows no separate reason for the visit."
        )
    else:
        yield Gap(
            ("evidence separate_visit",), "whether the visit had a reason of its own is not recorded", of_claim=True
        )
