"""UDT-009: an outside laboratory's drug test billed by the practice, or without who ordered it."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import drug_tests, places
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Hit, RemedyKind, Severity, rule

_OUTSIDE, _LABORATORY = "90", "81"


@rule(
    "UDT-009",
    severity=Severity.DENY,
    reason=Reason.ENROLMENT,
    carcs=("184",),
    rarcs=("N264",),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 16, sections 40 and 40.1: who may bill for laboratory tests",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c16.pdf",
    ),
    place=places.LINE_ORDERING_NPI,
    remedy="Put the name and NPI of the clinician who ordered the test on the line (loop 2420E, box 17b).",
    remedy_kind=RemedyKind.CORRECT,
    requires="the order shows that this clinician ordered the test",
    payer_types=MEDICARE_PLANS,
    supersedes=("PRV-006",),
    families=(drug_tests.PRESUMPTIVE, drug_tests.DEFINITIVE, drug_tests.VALIDITY),
)
def outside_laboratory_test_billed(case: Case, line: Line) -> Iterator[Answer]:
    """A test of an outside laboratory is billed by a practice, or a laboratory's test does not say who ordered it.

    Medicare pays a laboratory test to the laboratory that did it; only an independent laboratory (place 81) may bill
    one it referred to another (90). Whoever bills as a laboratory names the clinician who ordered. Tests a practice did
    itself are PRV-006's, as is whether the one who ordered is enrolled.
    """
    as_laboratory = case.claim.place_of(line) == _LABORATORY
    if _OUTSIDE in line.modifiers and not as_laboratory:
        yield Hit(
            f"{line.code} carries 90, so an outside laboratory did it; Medicare pays that laboratory, not who ordered.",
            severity=Severity.DENY if case.payer_type is PayerType.MEDICARE else Severity.WARN,
            carcs=("B7",),
            place=places.MODIFIERS,
            remedy="Look up which laboratory did the test. One an outside laboratory did is billed by that laboratory; "
            "if the practice did it itself, take the mistyped 90 off.",
            remedy_kind=RemedyKind.DO_NOT_BILL,
            requires="the laboratory's report shows who did the test",
        )
        return
    asked_by = line.ordering or line.referring or case.claim.referring
    if as_laboratory and not (asked_by and asked_by.npi):
        yield Hit(f"{line.code} is billed by a laboratory, and nothing on the claim says who ordered it.")
