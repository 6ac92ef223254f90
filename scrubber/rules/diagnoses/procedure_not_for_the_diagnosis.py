"""DX-009: an epidural for axial pain, or a facet procedure for radiculopathy."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import coverage, places
from scrubber.diagnoses import listed, placed, pointed
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "DX-009",
    severity=Severity.DENY,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50", "11"),
    citation=Citation(
        "LCDs on epidural steroid injections and facet joint interventions: limitations",
        "https://www.cms.gov/medicare-coverage-database/search.aspx",
    ),
    place=places.DIAGNOSES,
    remedy="Ask the clinician what was treated. If the chart shows the condition the policy wants, code that condition "
    "and point the line to it; if the diagnosis is right as it stands, the service is not covered for it.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the chart shows the condition, from history, examination and imaging",
    supersedes=("DX-001", "DX-004"),
    families=("esi_interlaminar", "esi_transforaminal", "facet_injection", "facet_rfa"),
    by_diagnoses=True,
)
def procedure_not_for_the_diagnosis(case: Case, line: Line) -> Iterator[Answer]:
    """Every diagnosis of the line is one the procedure does not treat, in the policy's own words.

    Epidural steroids are covered for radicular pain and claudication, not for pain of the spine alone; facet
    procedures for pain of the spine, not for untreated radiculopathy. Medicare and its Advantage plans deny by their
    contractor's policy; other payers hold the same view, so there the rule warns. Pain as such (G89, R52) and
    circumstances (Z codes) beside it change nothing. What our lists only infer is left to DX-001.
    """
    day = case.day(line)
    release = case.tables.coverage.on(day, case.as_of)
    if not coverage.KNOWN_TO_BE_DOUBTFUL.isdisjoint(line.modifiers):
        return
    bound = case.payer_type in MEDICARE_PLANS
    rows = coverage.policies_here(case, line) if bound else coverage.policies(case, line)
    named, policies = placed(case, line), []
    for code in named:
        policy = coverage.excluding(rows, code)
        if policy is None:
            return
        policies.append(policy)
    if not policies or any(coverage.covered(rows, code) for code in pointed(case, line)):
        return
    if not release.holds_on(day):
        yield Gap(("coverage table",), f"the coverage lists {release.name} are not known to hold on {day}")
        return
    yield Hit(
        f"{line.code} is not covered for {listed(named)}, which the policy on it rules out.",
        severity=Severity.DENY if bound else Severity.WARN,
        citation=Citation(policies[0].citation, policies[0].url),
    )
