"""Which sides of the body a line, a fact of the record and a diagnosis speak of.

A set of sides is empty where nothing is said of one: that is no answer, and never the middle.
"""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from scrubber.registry import Case
from scrubber.tables.rows import DiagnosisRow

Sides = frozenset[str]

NEITHER: Sides = frozenset()
LEFT: Sides = frozenset({"left"})
RIGHT: Sides = frozenset({"right"})
BOTH: Sides = LEFT | RIGHT

BILATERAL = "50"
_SIDES = {"left": LEFT, "right": RIGHT, "bilateral": BOTH}

# HCPCS level II: the modifiers whose meaning is a side, or a finger, toe or eyelid of one
_OF_MODIFIER: dict[str, Sides] = {
    BILATERAL: BOTH,
    **dict.fromkeys(("LT", "E1", "E2", "FA", "F1", "F2", "F3", "F4", "TA", "T1", "T2", "T3", "T4"), LEFT),
    **dict.fromkeys(("RT", "E3", "E4", "F5", "F6", "F7", "F8", "F9", "T5", "T6", "T7", "T8", "T9"), RIGHT),
}


def of_line(line: Line) -> Sides:
    """The sides the line's modifiers bill: `50` is both, so are RT and LT together; empty where they name none."""
    return of_modifiers(line.modifiers)


def of_modifiers(modifiers: Iterable[str]) -> Sides:
    """The sides a service's modifiers bill, on this claim or an earlier one."""
    found = NEITHER
    for modifier in modifiers:
        found |= _OF_MODIFIER.get(modifier, NEITHER)
    return found


def of_record(case: Case, line: Line) -> Sides | None:
    """The sides the record says were treated, empty for the midline; None where it says nothing."""
    told = case.told("side", line)
    return None if told is None else _SIDES.get(told, NEITHER)


def of_diagnosis(row: DiagnosisRow) -> Sides:
    """The side an ICD-10-CM code has in it; empty where it has none, or says `unspecified side`."""
    return _SIDES.get(row.side, NEITHER)


def words(sides: Sides) -> str:
    """The sides as a message names them.

    >>> words(BOTH), words(LEFT), words(NEITHER)
    ('both sides', 'the left side', 'no side')
    """
    if sides == BOTH:
        return "both sides"
    return f"the {next(iter(sides))} side" if sides else "no side"
