"""FRQ-004: more facet levels in a session than the coverage policies allow."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import levels, places
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "FRQ-004",
    severity=Severity.DENY,
    reason=Reason.FREQUENCY,
    carcs=("50", "96"),
    citation=Citation(
        "LCD L33930 and its like: Facet Joint Interventions for Pain Management, limitations",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=33930",
    ),
    place=places.PROCEDURE,
    remedy="Count the levels again from the procedure note and correct what was mistyped, a side left out too. If they "
    "were done as billed, the levels past the limit are not covered: where the patient signed Medicare's ABN before, "
    "say so with GA; where not, the cost stays with the practice.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the procedure note shows the levels and sides that go on the claim",
    payer_types=MEDICARE_PLANS,
    effective="2024-08-11",
    supersedes=("NCC-008",),
    families=("facet_injection", "facet_rfa"),
)
def facet_levels_over_limit(case: Case, line: Line) -> Iterable[Answer]:
    """A third facet level is billed, or more than two levels of a region in one session.

    Medicare covers one or two levels of a region in a session, on one side or both. Since the revisions of July and
    August 2024 the codes of a third level (64492, 64495) are not covered at all; before, the contractors differed, and
    this rule is silent. Radiofrequency has no code of its own for a third level: there the units of the add-on tell.
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    row = codes.get(line.code)
    if row is None:
        return ()
    value = parameter("facet_third_level_codes").on(day, case.as_of)
    third = value.words if value is not None else ()
    if line.code in third:
        return [Hit(f"{line.code} is a third facet level, which Medicare does not cover on {day}.")]
    return levels.over(case, line, codes, row, parameter("facet_levels"), "facet", third)
