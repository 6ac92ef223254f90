"""UDT-007: a drug test without the laboratory's CLIA number, or beyond its certificate."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import drug_tests, places
from scrubber.parameters import parameter
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule

_QW, _OUTSIDE = "QW", "90"
_SIMPLE = frozenset({"waiver", "microscopy"})  # certificates of laboratories that may do waived tests only
_BOUND = frozenset({PayerType.MEDICARE, PayerType.MEDICARE_ADVANTAGE, PayerType.MEDICAID})
_LENGTH, _LETTER = 10, "D"  # a CLIA number: two digits, D, seven digits


@rule(
    "UDT-007",
    severity=Severity.DENY,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("B7", "B23", "16"),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 16, section 70: clinical laboratory improvement amendments",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c16.pdf",
    ),
    place=places.CLIA,
    remedy="Put the CLIA number of the laboratory that did the test on the claim (REF X4, box 23).",
    remedy_kind=RemedyKind.CORRECT,
    requires="that laboratory did the test, and its certificate covers it",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
    families=(drug_tests.PRESUMPTIVE, drug_tests.DEFINITIVE, drug_tests.VALIDITY),
)
def laboratory_number_missing(case: Case, line: Line) -> Iterator[Answer]:
    """A drug test is billed without a CLIA number, or as the laboratory's certificate does not allow.

    Every laboratory test of a person needs a certificate, and its number on the claim: without it Medicare returns the
    claim. A laboratory with a certificate of waiver does waived tests only, and says so with QW; a test that has no
    waived form never carries QW. Which certificate the laboratory holds no claim says, so the record is asked. A test
    another laboratory did (90) goes by that one's number, which has a segment of its own.
    """
    if _OUTSIDE in line.modifiers:
        return
    day = case.day(line)
    number = line.clia or case.claim.clia
    if not _is_clia(number):
        found = f"{number} is no CLIA number" if number else "the claim carries no CLIA number"
        yield Hit(
            f"{line.code} is a laboratory test, and {found}.",
            severity=Severity.DENY if case.payer_type in _BOUND else Severity.WARN,
        )
        return
    waived = parameter("clia_waived_codes").text_on(day, case.as_of).split()
    yield from _certificate(case, line, waivable=line.code in waived)


def _certificate(case: Case, line: Line, *, waivable: bool) -> Iterator[Answer]:
    if _QW in line.modifiers:
        if not waivable:
            yield Hit(
                f"{line.code} carries QW, and has no waived form.",
                severity=Severity.WARN,
                place=places.MODIFIERS,
                remedy="Look up which test was done and correct the code or the modifier, whichever was mistyped.",
                requires="the laboratory's report shows the test that goes on the claim",
            )
        return
    certificate = case.told("clia_certificate", line)
    if certificate is None:
        yield Gap(
            ("evidence clia_certificate",), "which CLIA certificate the laboratory holds is not recorded", of_claim=True
        )
    elif certificate in _SIMPLE and waivable:
        yield Hit(
            f"{line.code} was done under a certificate of {certificate} and does not carry QW.",
            severity=Severity.WARN,
            place=places.MODIFIERS,
            remedy="If the test system used is on the list of waived ones, say so with QW.",
            requires="the test system used is on CMS's list of waived tests for this code",
            change=Change("add_modifier", line.number, _QW),
        )
    elif certificate in _SIMPLE:
        yield Hit(
            f"{line.code} has no waived form, and the laboratory holds a certificate of {certificate}.",
            severity=Severity.WARN,
            place=places.PROCEDURE,
            remedy="Look up which test was done, and where. A test this laboratory may not do is not billed; one that "
            "another laboratory did is billed by that laboratory.",
            remedy_kind=RemedyKind.DO_NOT_BILL,
            requires="the laboratory's report shows the test that goes on the claim",
        )


def _is_clia(number: str) -> bool:
    digits = number[:2] + number[3:]
    return len(number) == _LENGTH and number[2].upper() == _LETTER and digits.isascii() and digits.isdigit()
