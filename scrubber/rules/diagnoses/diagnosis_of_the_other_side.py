"""DX-003: the diagnosis is on the other side than the modifier."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, sides
from scrubber.diagnoses import listed, placed
from scrubber.registry import ANY_MODIFIER, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "DX-003",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("11", "4"),
    citation=Citation(
        "ICD-10-CM Official Guidelines for Coding and Reporting, section I.B.13: laterality",
        "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    ),
    place=places.DIAGNOSES,
    remedy="Read in the record which side was treated, and correct the diagnosis or the modifier, whichever was "
    "mistyped.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows the side that the corrected claim names",
    modifiers=ANY_MODIFIER,
    by_diagnoses=True,
)
def diagnosis_of_the_other_side(case: Case, line: Line) -> Iterator[Answer]:
    """The diagnoses the line points to name one side, and its modifiers bill the other.

    Payers compare the two and deny the line as inconsistent. The rule speaks where every diagnosis that could explain
    the procedure names a side, and none names the one billed. Where both sides are billed and all the diagnoses name
    the same one, it warns. Pain as such (G89, R52) and circumstances (Z codes) have no side and are passed over; any
    other diagnosis without a side may explain the procedure, and then the rule is silent.
    """
    billed = sides.of_line(line)
    if not billed:
        return
    codes = placed(case, line)
    if not codes:
        return
    release = case.tables.icd10.on(case.day(line), case.as_of)
    told, unknown = sides.NEITHER, []
    for code in codes:
        row = release.get(code)
        if row is None:
            unknown.append(code)
            continue
        named = sides.of_diagnosis(row)
        if not named:
            return
        told |= named
    if billed <= told:
        return
    if unknown:
        if not release.complete:
            yield Gap(("icd10 table",), f"the ICD-10-CM table {release.name} does not hold {listed(unknown)}")
        return
    yield Hit(
        f"{line.code} is billed for {sides.words(billed)}, and {listed(codes)} "
        f"{'names' if len(codes) == 1 else 'name'} {sides.words(told)}"
        f"{' alone' if told & billed else ''}.",
        severity=Severity.WARN if told & billed else Severity.DENY,
    )
