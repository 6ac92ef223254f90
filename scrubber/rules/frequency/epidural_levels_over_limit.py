"""FRQ-003: more epidural levels in a session than the coverage policies allow."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import levels, places
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, RemedyKind, Severity, rule

_TRANSFORAMINAL = "esi_transforaminal"


@rule(
    "FRQ-003",
    severity=Severity.DENY,
    reason=Reason.FREQUENCY,
    carcs=("50", "151"),
    citation=Citation(
        "LCD L33906 and its like: Epidural Steroid Injections for Pain Management, limitations",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=33906",
    ),
    place=places.UNITS,
    remedy="Count the levels again from the procedure note and correct what was mistyped, a side left out too. If they "
    "were done as billed, the levels past the limit are not covered: where the patient signed Medicare's ABN before, "
    "say so with GA; where not, the cost stays with the practice.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the procedure note shows the levels and sides that go on the claim",
    payer_types=MEDICARE_PLANS,
    effective="2021-12-01",
    supersedes=("NCC-008",),
    families=("esi_interlaminar", _TRANSFORAMINAL),
)
def epidural_levels_over_limit(case: Case, line: Line) -> Iterable[Answer]:
    """More levels of a spinal region are injected in one epidural session than the policy covers.

    Transforaminal injections are counted by side, so that both sides of two levels are two levels; an interlaminar or
    caudal injection reaches both sides by itself, and is covered at one level. Where the units also pass the MUE, this
    says why the payer does not want them.
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    row = codes.get(line.code)
    if row is None:
        return ()
    if row.family == _TRANSFORAMINAL:
        return levels.over(case, line, codes, row, parameter("esi_transforaminal_levels"), "transforaminal")
    return levels.over(case, line, codes, row, parameter("esi_interlaminar_levels"), "interlaminar")
