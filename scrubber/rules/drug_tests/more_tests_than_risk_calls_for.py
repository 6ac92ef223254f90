"""UDT-005: more drug tests than the patient's risk calls for."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import drug_tests, look_back, places, session_limits
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Gap, RemedyKind, Severity, rule

_KINDS = {drug_tests.PRESUMPTIVE: "presumptive", drug_tests.DEFINITIVE: "definitive"}
_HIGHEST = "high"
_EXPECTED = {  # risk -> the parameters of how many tests in how many days
    "low": ("udt_low_risk_tests", "udt_low_risk_days"),
    "moderate": ("udt_moderate_risk_tests", "udt_moderate_risk_days"),
    _HIGHEST: ("udt_high_risk_tests", "udt_high_risk_days"),
}
_DONE = (
    "Compare the risk assessment and the earlier dates with the record, and correct what was mistyped. If they are "
    "right, the record has to say what made this test necessary now; a test done by routine is not covered."
)


@rule(
    "UDT-005",
    severity=Severity.WARN,
    reason=Reason.FREQUENCY,
    carcs=("151",),
    citation=Citation(
        "LCD L39981 and its like: Urine Drug Testing, frequency by risk",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=39981",
    ),
    place=places.SERVICE_DATE,
    remedy="Compare the risk assessment and the earlier dates with the record. A test that has not taken place yet "
    "waits until the patient's risk calls for it, unless something new makes it necessary. The date of a test that was "
    "done never changes.",
    remedy_kind=RemedyKind.HOLD,
    requires=session_limits.NEVER_MOVES,
    payer_types=MEDICARE_PLANS,
    confidence="medium",
    families=tuple(_KINDS),
)
def more_tests_than_risk_calls_for(case: Case, line: Line) -> Iterable[Answer]:
    """More drug tests of a kind than the policy expects at the patient's risk of misuse.

    Presumptive and definitive tests have a count each. The numbers differ a little by contractor. Where no risk is
    recorded, only more tests than even a high risk calls for are told, and otherwise the risk is asked for.
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    row = codes.get(line.code)
    if row is None:
        return ()
    risk = case.told("risk_level", line)
    tests, within = _EXPECTED[risk or _HIGHEST]
    said = f"{{most}} at {risk or _HIGHEST} risk"
    limit = session_limits.limit(case, line, parameter(tests), parameter(within), "days", said)
    days = look_back.sessions(case, codes, (row.family,))
    if risk is None and session_limits.passed(case, line, days, limit) is None:
        why = "how many tests the policy expects depends on the patient's risk"
        return [Gap(("evidence risk_level",), why, line)]
    return session_limits.over(case, line, days, limit, f"{_KINDS[row.family]} drug test {{n}}", _DONE)
