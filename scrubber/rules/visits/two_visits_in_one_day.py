"""EM-003: two visits of one day by one clinician."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.same_day import lines_by_code, other_claims, same_service


@rule(
    "EM-003",
    severity=Severity.DENY,
    reason=Reason.DUPLICATE,
    carcs=("18", "B14"),
    citation=Citation(
        "CMS, Medicare Claims Processing Manual (Pub. 100-04), chapter 12, section 30.6.7.B: visits on the same day",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
    ),
    place=places.PROCEDURE,
    remedy="Keep the visit the record shows. Two visits of one day are billed only where the record shows two, for "
    "problems that have nothing to do with each other.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record shows two visits for unrelated problems",
    payer_types=ncci.PAYER_TYPES,
    supersedes=("NCC-001", "NCC-002"),
    families=("em",),
)
def two_visits_in_one_day(case: Case, line: Line) -> Iterator[Answer]:
    """A second office visit of the day by the same clinician is billed.

    A payer takes one visit a day from one clinician: a patient is not new and established on one day, and of two visits
    the lesser is part of the greater, as the NCCI pairs have it too. 25 on the lesser says it was separate; 25 on the
    greater may mean that, so there it warns. So does a visit on another claim, for one of the two may be a correction.
    Clinicians of one group and specialty count as one; the rendering NPI tells.
    """
    day = case.day(line)
    release = case.tables.codes.on(day, case.as_of)
    if not ncci.is_visit(release.get(line.code)) or "25" in line.modifiers:
        return
    new = parameter("new_patient_visits").text_on(day, case.as_of).split()
    for code, lines in lines_by_code(case, line).items():
        if (line.code in new, line.code) < (code in new, code) and ncci.is_visit(release.get(code)):
            text = f"{line.code} is a second visit of the day by the same clinician, beside {code}"
            marked = any("25" in other.modifiers for other in lines)
            severity = Severity.WARN if marked else ncci.severity(case.payer_type)
            yield Hit(f"{text} (line {lines[0].number}).", severity=severity)
            return
    elsewhere = [s for s in other_claims(case, line) if not same_service(case, line, s)]
    visits = sorted(s.code for s in elsewhere if ncci.is_visit(release.get(s.code)))
    if visits:
        text = f"{line.code} is a second visit of the day by the same clinician"
        yield Hit(f"{text}: another claim bills {visits[0]}.", severity=Severity.WARN)
