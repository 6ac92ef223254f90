"""DOC-013: the record has no plan for the opioids a drug test is to watch."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule


@rule(
    "DOC-013",
    severity=Severity.WARN,
    reason=Reason.DOCUMENTATION,
    carcs=("50", "252"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Have the note say which medicines are given and what the plan is, as it was on that day.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires=wanted_records.REQUIRES,
    payer_types=MEDICARE_PLANS,
    families=(
        "udt_definitive",
        "udt_presumptive",
    ),
    settled=True,
)
def opioid_plan_not_told(case: Case, line: Line) -> Iterable[Answer]:
    """The record has no plan for the opioids a drug test is to watch.

    A drug test is covered as a part of managing treatment: the medicines and the plan have to stand in the record.
    Nothing told of it is not a finding: it stays unchecked.
    """
    return wanted_records.check(case, line, "DOC-013")
