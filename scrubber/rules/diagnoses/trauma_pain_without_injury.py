"""DX-010: chronic pain due to trauma, and no trauma to be seen."""

from __future__ import annotations

from collections.abc import Iterator

from claims.reasons import Reason
from scrubber import places
from scrubber.diagnoses import of_claim
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_TRAUMA = frozenset({"G89.11", "G89.21"})  # acute and chronic pain due to trauma
_INJURY = ("S", "T", "Z87.81", "Z87.82")  # chapter XIX, and the personal history of fracture and other injury


@rule(
    "DX-010",
    severity=Severity.WARN,
    reason=Reason.DOCUMENTATION,
    carcs=("11", "252"),
    citation=Citation(
        "ICD-10-CM Official Guidelines for Coding and Reporting, section I.C.6.b: pain and its cause",
        "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    ),
    place=places.DIAGNOSES,
    remedy="Ask the clinician whether an injury caused the pain. If so, have the record tell of it, and code the "
    "injury or its sequela; if not, correct the pain code.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record tells of the injury",
    confidence="medium",
    by_diagnoses=True,
)
def trauma_pain_without_injury(case: Case) -> Iterator[Answer]:
    """Pain is coded as due to trauma, and neither the claim nor the record tells of an injury.

    The code claims a cause. Payers look for it: an injury or its sequela among the diagnoses, a history of one, an
    accident on the claim, or the account of it in the record when they ask.
    """
    codes = of_claim(case)
    trauma = [code for code in codes if code in _TRAUMA]
    if not trauma or any(code.startswith(_INJURY) for code in codes):
        return
    if case.claim.accident_causes or case.claim.accident_date:
        return
    told = case.told("injury_documented")
    if told is None:
        yield Gap(("evidence injury_documented",), f"{trauma[0]} says that an injury caused the pain", of_claim=True)
    elif told == "no":
        yield Hit(f"{trauma[0]} says that an injury caused the pain, and neither claim nor record tells of one.")
