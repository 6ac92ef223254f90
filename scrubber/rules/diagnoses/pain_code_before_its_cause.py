"""DX-005: a pain code comes first where the procedure treats what causes the pain."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.diagnoses import pointed
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule

_PAIN = "G89"  # pain, not elsewhere classified: the category the guideline is about


@rule(
    "DX-005",
    severity=Severity.WARN,
    reason=Reason.CODING,
    carcs=("11", "16"),
    citation=Citation(
        "ICD-10-CM Official Guidelines for Coding and Reporting, section I.C.6.b.1(a): category G89 as the first "
        "diagnosis",
        "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    ),
    place=places.DIAGNOSES,
    remedy="Point the line first to the condition the procedure treated (the fracture, the stenosis, the joint), as "
    "the record names it.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows the condition the procedure treated",
    families=("vertebral_augmentation", "si_fusion", "mild"),
    by_diagnoses=True,
)
def pain_code_before_its_cause(case: Case, line: Line) -> Iterator[Answer]:
    """A procedure that treats the cause of the pain points first to a code for pain as such.

    The guidelines put category G89 first only where controlling the pain is the reason for the encounter. Where a
    procedure treats the underlying condition, as the mending of a broken vertebra does, that condition comes first.
    Injections, ablations and stimulators control pain; for them either order is right and the rule says nothing.
    """
    codes = pointed(case, line)
    if codes and codes[0].startswith(_PAIN):
        yield Hit(f"{line.code} treats what causes the pain, and points first to {codes[0]}, a code for pain as such.")
