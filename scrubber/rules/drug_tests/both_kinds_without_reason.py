"""UDT-003: a presumptive and a definitive drug test of one day without a reason for both."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import drug_tests, places
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.same_day import codes_of_day


@rule(
    "UDT-003",
    severity=Severity.WARN,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50", "97"),
    citation=Citation(
        "LCD L35724 and its like: Urine Drug Testing, definitive testing after presumptive",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=35724",
    ),
    place=places.PROCEDURE,
    remedy="Ask the clinician what the first test left open for this patient. If the record says it, keep both; if the "
    "second was done by routine, do not bill it.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record of the day says why both tests were needed",
    payer_types=MEDICARE_PLANS,
    families=(drug_tests.DEFINITIVE,),
)
def both_kinds_without_reason(case: Case, line: Line) -> Iterator[Answer]:
    """A definitive drug test is billed with a presumptive one of the day, for a routine or for no reason.

    No NCCI edit stands between the two, but the coverage policies want a reason of this patient's for each definitive
    test: a result that surprises, a drug the first test cannot see. A protocol, a panel or a standing order is none.
    """
    day = case.day(line)
    if not any(case.tables.family(code) == drug_tests.PRESUMPTIVE for code in codes_of_day(case, day)):
        return
    if case.absent("both_tests_reason", line):
        yield Hit(f"{line.code} follows a presumptive test of {day}, and the record gives no reason for both.")
        return
    routine = parameter("udt_routine_words").text_on(day, case.as_of).split()
    found = drug_tests.routine_words(case.evidence("both_tests_reason", line), routine)
    if found:
        yield Hit(
            f"{line.code} follows a presumptive test of {day} for a reason that names a routine "
            f"({', '.join(found)}); the policies want one of this patient's."
        )
