"""MOD-006: the two sides of one level on two lines, where Medicare wants one."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.payer_profile import profile
from scrubber.registry import Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.same_day import lines_by_code, units_of_day
from scrubber.tables import TableGap

_OTHER = {"RT": "LT", "LT": "RT"}


@rule(
    "MOD-006",
    severity=Severity.DENY,
    reason=Reason.MODIFIER,
    carcs=("4", "18", "151"),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 12, section 40.7 (bilateral surgeries)",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
    ),
    place=places.MODIFIERS,
    remedy="Make one line of the two: the code once, with modifier 50 and one unit, and the charge for both sides.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows the same procedure on both sides",
    payer_types=frozenset({PayerType.MEDICARE}),
    where=lambda row, modifiers: row.bilateral == "1" and not _OTHER.keys().isdisjoint(modifiers),
    supersedes=("NCC-008",),
)
def both_sides_on_two_lines(case: Case, line: Line) -> Iterator[Hit]:
    """A procedure on both sides is billed to Medicare on two lines, RT and LT, instead of one with modifier 50.

    Where the fee schedule gives a code bilateral indicator 1, Medicare takes both sides as a single line with 50. Two
    lines are denied where together they bill more than the code's Medically Unlikely Edit, as most spine injections
    do; with room for two units they may be paid, so there the rule warns.
    """
    mine = next((side for side in line.modifiers if side in _OTHER), "")
    if not mine or _OTHER[mine] in line.modifiers:
        return
    row = case.code_row(line)
    if row is None:
        return
    others = lines_by_code(case, line)[line.code]
    other = next((o for o in others if _OTHER[mine] in o.modifiers and mine not in o.modifiers), None)
    if other is None or _wants_two_lines(case):
        return
    yield Hit(
        f"{line.code} is billed on line {line.number} ({mine}) and line {other.number} ({_OTHER[mine]}); Medicare "
        "takes both sides of one level as one line with modifier 50 and one unit.",
        severity=Severity.DENY if _over_mue(case, line) else Severity.WARN,
    )


def _wants_two_lines(case: Case) -> bool:
    payer = profile(case)
    return payer is not None and "two_lines_for_both_sides" in payer.wants


def _over_mue(case: Case, line: Line) -> bool:
    try:
        limit = case.tables.mue.on(case.day(line), case.as_of).get(line.code)
    except TableGap:
        return False
    return limit is not None and units_of_day(case, line) > limit.units
