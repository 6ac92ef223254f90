"""MOD-008: a side where there is none, or sides that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places, sides
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_ONE_SIDE = frozenset({"RT", "LT"})
_WITHOUT_SIDES = {"midline": "lies in the midline", "bilateral_code": "has both sides in it"}
_TAKES_50 = frozenset({"1", "3"})  # MPFS bilateral indicators


@rule(
    "MOD-008",
    severity=Severity.WARN,
    reason=Reason.MODIFIER,
    carcs=("4",),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 12, section 40.7 (bilateral surgeries)",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
    ),
    place=places.MODIFIERS,
    remedy="See in the record which side was treated, and leave what it says: RT, LT or 50 alone, and none on a code "
    "without sides.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows the side",
    payer_types=ncci.PAYER_TYPES,
    modifiers=_ONE_SIDE,
    settled=True,
)
def side_modifier_does_not_fit(case: Case, line: Line) -> Iterator[Answer]:
    """A side stands on a code without sides, or the line names its side in two ways.

    A code of the midline has no right or left, and a code for both sides has them in it. 50 says both sides, so RT or
    LT beside it contradicts it, and RT with LT on one line leaves open whether one service or two were done. 50 on a
    code that does not take it is MOD-005's.
    """
    named = _ONE_SIDE.intersection(line.modifiers)
    if not named:
        return
    row = case.code_row(line)
    which = " and ".join(sorted(named))
    if row is not None and row.side_expected in _WITHOUT_SIDES:
        yield Hit(f"{line.code} carries {which}, and {_WITHOUT_SIDES[row.side_expected]}.")
    elif sides.BILATERAL in line.modifiers:
        if row is None or row.bilateral in _TAKES_50:
            yield Hit(f"{line.code} carries 50, both sides, and {which} beside it.")
    elif named == _ONE_SIDE:
        yield Hit(f"{line.code} carries {which} on one line.")
    elif row is None:
        yield Gap(("codes table",), f"whether {line.code} has sides is not in the code table")
