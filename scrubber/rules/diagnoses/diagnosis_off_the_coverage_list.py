"""DX-001: no diagnosis of the line is on the list of the coverage policy."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import coverage, places
from scrubber.diagnoses import listed, pointed
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "DX-001",
    severity=Severity.DENY,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50", "167", "11"),
    citation=Citation(
        "Local coverage determinations and their billing and coding articles; 42 CFR 422.101(b) for Medicare Advantage",
        "https://www.cms.gov/medicare-coverage-database/search.aspx",
    ),
    place=places.DIAGNOSES,
    remedy="Look in the chart for the condition the procedure treated. If it is another one, and the contractor's "
    "article lists it, code it and point the line to it. If the diagnosis is right as it stands, the payer does not "
    "cover the service for it: before the service give the patient notice of that; afterwards expect the denial.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the chart shows the condition, and that the procedure treated it",
    payer_types=MEDICARE_PLANS,
    confidence="medium",
    supersedes=("DX-004",),
    by_diagnoses=True,
)
def diagnosis_off_the_coverage_list(case: Case, line: Line) -> Iterator[Answer]:
    """No diagnosis the line points to is on the coverage policy's list for the procedure.

    Medicare's contractors pay these procedures for listed diagnoses, each by its own article, and Medicare Advantage
    plans follow them. Our lists are general knowledge of the articles, so the rule only warns. One listed diagnosis is
    enough, and some, such as pain after an operation, stand outside the list. A line that says itself that coverage is
    doubtful (GA, GY, GZ) is left alone.
    """
    day = case.day(line)
    release = case.tables.coverage.on(day, case.as_of)
    if line.code not in release.rows or not coverage.KNOWN_TO_BE_DOUBTFUL.isdisjoint(line.modifiers):
        return
    rows = coverage.policies_here(case, line)
    policy = next(iter([row for row in rows if row.role == coverage.SUPPORTS]), None)
    if policy is None:
        return
    codes = pointed(case, line)
    if not codes:
        yield Gap(("diagnosis pointers",), f"{line.code} points to no diagnosis of the claim")
    elif not release.holds_on(day):
        yield Gap(("coverage table",), f"the coverage lists {release.name} are not known to hold on {day}")
    elif not any(coverage.covered(rows, code) for code in codes):
        yield Hit(
            f"{line.code} points to {listed(codes)}, and the policy's list for it does not hold "
            f"{'that' if len(codes) == 1 else 'any of them'}, as far as we know it.",
            citation=Citation(policy.citation, policy.url),
        )
