"""EM-002: a visit of a higher level than the record bears out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from claims.claim import Line
from claims.evidence import in_own_unit
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_DECISIONS = ("straightforward", "low", "moderate", "high")


@rule(
    "EM-002",
    severity=Severity.WARN,
    reason=Reason.CODING,
    carcs=("150",),
    rarcs=("M25",),
    citation=Citation(
        "CMS, Medicare Learning Network: evaluation and management services (office visits since 2021)",
        "https://www.cms.gov/outreach-and-education/medicare-learning-network-mln/mlnproducts/mln-publications-items/cms1243514",
    ),
    place=places.PROCEDURE,
    remedy="Ask the clinician which level the note bears out, by decision making or by the time of that day, and bill "
    "that one.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the note bears out the level billed",
    payer_types=ncci.PAYER_TYPES,
    effective="2021-01-01",
    codes=("99202", "99203", "99204", "99205", "99212", "99213", "99214", "99215"),
    settled=True,
)
def visit_level_not_borne_out(case: Case, line: Line) -> Iterator[Answer]:
    """The record bears out neither the decision making nor the time of the level billed.

    Since 2021 the level of an office visit follows from medical decision making or from the clinician's time on the
    day, whichever is told; one of the two is enough. A level below what the record would bear is not pointed out: what
    to bill is the clinician's word, and more is never suggested.
    """
    levels = parameter("visit_levels").text_on(case.day(line), case.as_of).split()
    if line.code not in levels:
        return
    at = levels.index(line.code)
    wanted, least = levels[at + 1], Decimal(levels[at + 2])
    decision = case.told("decision_making", line)
    if decision and _DECISIONS.index(decision) >= _DECISIONS.index(wanted):
        return
    facts = case.facts("visit_minutes", line)
    minutes = in_own_unit(facts[0]) if facts else None
    if minutes is not None and minutes >= least:
        return
    missing = []
    if not decision and not case.absent("decision_making", line):
        missing.append("evidence decision_making")
    if minutes is None and not case.absent("visit_minutes", line):
        missing.append("evidence visit_minutes")
    if missing:
        yield Gap(tuple(missing), f"what bears {line.code} out is not recorded, or only in part", of_claim=True)
    else:
        time = f"{minutes.normalize():f} minutes" if minutes is not None else "no word of the time"
        yield Hit(
            f"{line.code} asks for {wanted} decision making or {least} minutes; the record tells of {decision or 'no'} "
            f"decision making and {time}."
        )
