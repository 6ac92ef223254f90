"""UDT-006: a drug test that was not ordered for this patient, or whose result nobody used."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import drug_tests, places
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_REASON, _USED = "order_reason", "result_used"


@rule(
    "UDT-006",
    severity=Severity.WARN,
    reason=Reason.DOCUMENTATION,
    carcs=("50", "252"),
    citation=Citation(
        "LCD L35724 and its like: Urine Drug Testing, blanket orders and routine standing orders",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=35724",
    ),
    place=places.PROCEDURE,
    remedy="Ask the clinician why this patient was tested and what the result changed. What the record of the time "
    "shows may be pointed to; what was never so is not written now. A test done by routine is not billed.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record of the time shows the patient's own reason, and what the result was used for",
    payer_types=MEDICARE_PLANS,
    families=(drug_tests.PRESUMPTIVE, drug_tests.DEFINITIVE),
    settled=True,
)
def drug_test_by_routine(case: Case, line: Line) -> Iterator[Answer]:
    """A drug test was ordered by routine, or its result was not used in the patient's treatment.

    The coverage policies want an order for this patient, with this patient's reason, and a result somebody acts on.
    The same panel for everyone, a standing order or a protocol is not covered, however good it is.
    """
    day = case.day(line)
    routine = parameter("udt_routine_words").text_on(day, case.as_of).split()
    reason, used = case.told(_REASON, line), case.told(_USED, line)
    found = drug_tests.routine_words(reason or "", routine)
    if found:
        yield Hit(
            f"{line.code} was ordered for a reason that names a routine ({', '.join(found)}); the policies want one of "
            "this patient's."
        )
    elif used == "no" or case.absent(_USED, line):
        yield Hit(f"{line.code} was done, and the record does not show that its result changed or confirmed anything.")
    elif case.absent(_REASON, line):
        yield Hit(f"{line.code} was done, and the record does not say why this patient was tested.")
    else:
        missing = tuple(f"evidence {item}" for item in (_REASON, _USED) if case.told(item, line) is None)
        if missing:
            yield Gap(missing, "whether the test was ordered for this patient and used is not recorded", line)
