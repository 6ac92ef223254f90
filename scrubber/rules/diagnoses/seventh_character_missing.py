"""DX-007: a diagnosis that is whole only with a seventh character."""

from __future__ import annotations

from collections.abc import Iterator

from claims.reasons import Reason
from scrubber import places
from scrubber.diagnoses import of_claim, wants_seventh
from scrubber.registry import Answer, Case, Citation, Hit, NotSaid, RemedyKind, Severity, rule


@rule(
    "DX-007",
    severity=Severity.REJECT,
    reason=Reason.CODING,
    carcs=("146", "16"),
    citation=Citation(
        "ICD-10-CM Official Guidelines for Coding and Reporting, sections I.A.4 and I.A.5: placeholder and seventh "
        "character",
        "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    ),
    place=places.DIAGNOSES,
    remedy="Use the code with the seventh character that tells this encounter (initial, subsequent, sequela ...), as "
    "the chart shows it, and X in the places between.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the chart shows which encounter it was",
    by_diagnoses=True,
)
def seventh_character_missing(case: Case) -> Iterator[Answer]:
    """A diagnosis lacks its seventh character, or has it in the wrong place.

    Injuries and fractures are coded with a seventh character that tells the encounter; a shorter code gets it after
    one X for every empty place. Without it the code is a heading, and payers return the claim. The rule knows the
    codes of the ICD-10-CM table that want one; other headings are told by COD-002.
    """
    codes = dict.fromkeys(of_claim(case))
    if not codes:
        return
    day = case.first_service
    if day is None:
        raise NotSaid("date of service", "no line of the claim has a date of service")
    release = case.tables.icd10.on(day, case.as_of)
    for code in codes:
        stem = wants_seventh(case, code, release)
        if stem is not None:
            fault = "lacks its seventh character" if stem.code == code else "has its seventh character out of place"
            yield Hit(
                f"{code} {fault}; whole are {', '.join(stem.replacement.split())}.",
                severity=Severity.REJECT if stem.verified else Severity.WARN,
            )
