"""DX-004: an unspecified diagnosis alone explains a procedure."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import coverage, places
from scrubber.diagnoses import REGIONAL_PAIN, listed, pointed
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.tables import TableGap
from scrubber.tables.rows import DiagnosisRow

_SIDED = frozenset({"left", "right", "bilateral"})


@rule(
    "DX-004",
    severity=Severity.WARN,
    reason=Reason.CODING,
    carcs=("11", "50", "167"),
    citation=Citation(
        "ICD-10-CM Official Guidelines for Coding and Reporting, sections I.B.2 and I.B.18: the highest level of "
        "detail, and unspecified codes",
        "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    ),
    place=places.DIAGNOSES,
    remedy="Look in the chart for the side, site or kind it names, and use the code that says so. If the chart names "
    "none, ask the clinician; an unspecified code is right where nobody could know more.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the chart shows what the more exact code says",
    families=(
        "esi_interlaminar",
        "esi_transforaminal",
        "facet_injection",
        "facet_rfa",
        "si_joint",
        "si_joint_rfa",
        "joint_injection",
        "tendon_ligament",
        "trigger_point",
        "nerve_block",
        "neurolysis_peripheral",
        "genicular",
        "genicular_rfa",
        "sympathetic_block",
        "scs",
        "pns",
        "basivertebral",
        "mild",
        "si_fusion",
    ),
    by_diagnoses=True,
)
def diagnosis_unspecified(case: Case, line: Line) -> Iterator[Answer]:
    """The only diagnoses of a procedure leave open what a more exact code would say.

    Whoever puts a needle to a place knows the place: payers deny a procedure whose diagnosis leaves out the side or
    the site. The rule looks at primary procedures, not at visits, and is silent where one diagnosis is exact, or where
    a coverage policy lists the unspecified code for the procedure. Regional pain syndrome has a rule of its own.
    """
    codes = pointed(case, line)
    if not codes:
        return
    day = case.day(line)
    procedure = case.code_row(line)
    if procedure is None or procedure.is_addon:
        return
    release = case.tables.icd10.on(day, case.as_of)
    unknown = []
    for code in codes:
        row = release.get(code)
        if row is None:
            unknown.append(code)
        elif not _open(row):
            return
    if unknown:
        if not release.complete:
            yield Gap(("icd10 table",), f"the ICD-10-CM table {release.name} does not hold {listed(unknown)}")
    elif not _listed_by_a_policy(case, line, codes):
        left = "the side" if all(release.rows[code].side == "unspecified" for code in codes) else "something"
        yield Hit(
            f"{line.code} is explained by {listed(codes)} alone, which {'leaves' if len(codes) == 1 else 'leave'} "
            f"{left} open that another code names."
        )


def _open(row: DiagnosisRow) -> bool:
    return row.unspecified and row.side not in _SIDED and not row.code.startswith(REGIONAL_PAIN)


def _listed_by_a_policy(case: Case, line: Line, codes: tuple[str, ...]) -> bool:
    try:
        rows = coverage.policies(case, line)
    except TableGap:
        return False
    return any(coverage.covered(rows, code) for code in codes)
