"""UDT-008: the check of the specimen billed beside the drug test."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import drug_tests, ncci, places
from scrubber.registry import Answer, Case, Change, Citation, Hit, RemedyKind, Severity, rule

_TESTS = frozenset({drug_tests.PRESUMPTIVE, drug_tests.DEFINITIVE})


@rule(
    "UDT-008",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97",),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter X, section E, and the NCCI procedure-to-procedure edits",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.PROCEDURE,
    remedy="Do not bill it: checking that a specimen is fit for the drug test is part of the drug test. Only where the "
    "record shows that it was ordered to find or follow an illness was it a test of its own.",
    remedy_kind=RemedyKind.DO_NOT_BILL,
    requires="the test was done to check the specimen of the drug test",
    payer_types=ncci.PAYER_TYPES,
    supersedes=("NCC-002",),
    families=(drug_tests.VALIDITY,),
)
def specimen_check_billed(case: Case, line: Line) -> Iterator[Answer]:
    """Creatinine, acidity or a urinalysis is billed beside the drug test whose specimen it checks.

    The drug test codes hold the validity tests of the specimen, so NCCI takes these to be part of them unless a
    modifier says that they were done for a reason of their own. Medicare and Medicare Advantage deny; other payers
    follow these edits or edits of their own, so there the rule warns.
    """
    tests = [
        pair.column1
        for pair in ncci.pairs(case, line)
        if case.tables.family(pair.column1.code) in _TESTS and ncci.lifted(case, pair) is False
    ]
    if tests:
        beside = ", ".join(f"{other.code} (line {other.number})" for other in tests)
        yield Hit(
            f"{line.code} checks the specimen of {beside}, and is part of that test.",
            severity=ncci.severity(case.payer_type),
            change=Change("drop_line", line.number, ""),
        )
