"""UDT-002: two definitive drug tests on one day."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import drug_tests, ncci, places
from scrubber.registry import Answer, Case, Citation, RemedyKind, Severity, rule


@rule(
    "UDT-002",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97",),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter X, section E, and the NCCI procedure-to-procedure edits",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.PROCEDURE,
    remedy="Look up which test was done. Bill that one, and take the other off: one definitive test a day is paid, "
    "whatever the number of drugs or specimens, and no modifier changes it.",
    remedy_kind=RemedyKind.DO_NOT_BILL,
    requires="the laboratory's report shows the test that stays on the claim",
    payer_types=ncci.PAYER_TYPES,
    supersedes=("NCC-001",),
    families=(drug_tests.DEFINITIVE,),
)
def second_definitive_test(case: Case, line: Line) -> Iterator[Answer]:
    """A second definitive drug test is billed for the patient and day.

    Each of the codes (G0480 to G0483 and G0659) stands for all definitive testing of a day, so NCCI pays one of
    them and never the other. Medicare and Medicare Advantage deny; other payers follow these edits or edits of their
    own, so there the rule warns, as it does where the other test is on another claim.
    """
    yield from drug_tests.one_of_a_kind(case, line, drug_tests.DEFINITIVE, "definitive")
