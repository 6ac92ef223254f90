"""DX-002: every diagnosis of the line lies in another part of the body than the procedure."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.diagnoses import listed, placed, regions
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule

# Region of the code table -> regions of the body whose pain may be treated there: pain travels from the neck to the
# arm and from the low back to the leg, and never the other way round.
_TREATS = {
    "cervical_thoracic": frozenset({"head", "cervical", "thoracic", "shoulder", "upper_limb", "trunk"}),
    "lumbar_sacral": frozenset({"lumbar", "sacral", "pelvis", "hip", "lower_limb", "trunk"}),
    "sacroiliac": frozenset({"lumbar", "sacral", "pelvis", "hip", "lower_limb"}),
    "major_joint": frozenset({"shoulder", "upper_limb", "sacral", "pelvis", "hip", "knee", "lower_limb"}),
    "knee": frozenset({"knee", "lower_limb"}),
    "head_neck": frozenset({"head", "cervical"}),
}


@rule(
    "DX-002",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("11", "50"),
    citation=Citation(
        "ICD-10-CM Official Guidelines for Coding and Reporting, section IV.G: the diagnosis chiefly responsible for "
        "the service",
        "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    ),
    place=places.DIAGNOSES,
    remedy="Read in the record which region was treated. Correct the diagnosis, the pointer or the procedure code, "
    "whichever was mistyped.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows the region that the corrected code names",
    supersedes=("DX-001", "DX-004", "DX-009"),
    families=(
        "esi_interlaminar",
        "esi_transforaminal",
        "esi_catheter",
        "epidural_lysis",
        "discography",
        "neurolysis_spinal",
        "facet_injection",
        "facet_injection_us",
        "facet_rfa",
        "si_joint",
        "si_joint_rfa",
        "joint_injection",
        "genicular",
        "genicular_rfa",
        "nerve_block",
    ),
    where=lambda row, _modifiers: row.region in _TREATS,
    by_diagnoses=True,
)
def diagnosis_of_another_region(case: Case, line: Line) -> Iterator[Answer]:
    """Every diagnosis the line points to lies in another region of the body than the procedure.

    A lumbar diagnosis does not explain a cervical injection, and payers deny the line as inconsistent with its
    diagnosis. Pain as such (G89, R52) and circumstances (Z codes) name no place and are passed over; any other
    diagnosis that names no one place may explain the procedure, and then the rule is silent. Pain that travels to
    an arm or leg suits the region of the spine it travels from.
    """
    day = case.day(line)
    row = case.code_row(line)
    if row is None:
        return
    treated = _TREATS[row.region]
    codes = placed(case, line)
    if not codes:
        return
    for code in codes:
        named = regions(case, day, code)
        if not named or not named.isdisjoint(treated):
            return
    where = sorted(set().union(*(regions(case, day, code) for code in codes)))
    yield Hit(
        f"{line.code} treats the region {_words(row.region)}, and {listed(codes)} "
        f"{'names' if len(codes) == 1 else 'name'} another: {', '.join(_words(region) for region in where)}."
    )


def _words(region: str) -> str:
    return region.replace("_", " ")
