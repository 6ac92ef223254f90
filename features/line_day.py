"""The claim's other lines on the line's day of service; each day is counted once a claim, not once a line."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from claims.claim import ZERO, Line
from features.line_tables import code_row
from features.registry import Look, once_a_line

PROCEDURE_GLOBALS = frozenset({"000", "010", "090"})  # MPFS: a procedure has a global period of its own
VISIT = "em"  # families of the code table
GUIDANCE = "imaging_guidance"
DRUGS = frozenset({"drug", "drug_ha"})
SUPPLIES = DRUGS | {"contrast"}
SIDES = frozenset({"LT", "RT", "50"})


class Day(NamedTuple):
    """What the claim bills on one day, all its lines together."""

    codes: Counter[str]  # lines of each code
    families: Counter[str]  # lines of each family; "" unknown
    units: dict[str, Decimal]  # of each family
    procedures: int  # lines that bill a procedure
    unknown: int  # lines whose code the code table does not know


NO_DAY = Day(Counter(), Counter(), {}, 0, 0)


def of_day(look: Look) -> Day:
    """The line's day, the line itself included; nothing when the line has no day."""
    day = look.line.service_from
    return NO_DAY if day is None else look.once(("day", day), lambda: _counted(look, day))


def _counted(look: Look, day: date) -> Day:
    codes: Counter[str] = Counter()
    families: Counter[str] = Counter()
    units: dict[str, Decimal] = defaultdict(Decimal)
    for line in _lines_of(look, day):
        family = family_of(look, line.code)
        codes[line.code] += 1
        families[family] += 1
        units[family] += line.units
    billed = {code: _is_procedure(look, code) for code in codes}
    return Day(
        codes,
        families,
        units,
        procedures=sum(n for code, n in codes.items() if billed[code]),
        unknown=sum(n for code, n in codes.items() if billed[code] is None),
    )


def _lines_of(look: Look, day: date) -> list[Line]:
    def compute() -> dict[date | None, list[Line]]:
        lines: dict[date | None, list[Line]] = defaultdict(list)
        for line in look.claim.lines:
            lines[line.service_from].append(line)
        return lines

    return look.once("lines by day", compute)[day]


def _is_procedure(look: Look, code: str) -> bool | None:
    """None when the code table does not know the code on the line's day."""
    row = code_row(look, code)
    return None if row is None else row.global_days in PROCEDURE_GLOBALS


@once_a_line
def other_families(look: Look) -> frozenset[str]:
    """The families of the other lines of that day; "" for one unknown."""
    return frozenset(family for family, n in of_day(look).families.items() if n > (family == _own_family(look)))


def other_codes(look: Look) -> int:
    """How many codes the claim bills that day beside the line's own."""
    codes = of_day(look).codes
    return len(codes) - (look.line.code in codes)


def same_code_lines(look: Look) -> int:
    """The other lines of that day with the line's code."""
    codes = of_day(look).codes
    return codes[look.line.code] - 1 if codes else 0


def family_units(look: Look) -> Decimal:
    """Units of the line's family on that day, the line's own included."""
    return of_day(look).units.get(_own_family(look), ZERO)


def beside_procedure(look: Look) -> bool | None:
    """True when another line of that day bills a procedure; None when none does and one has a code nobody knows."""
    day = of_day(look)
    own = _is_procedure(look, look.line.code) if day.codes else False
    if day.procedures > (own is True):
        return True
    return None if day.unknown > (own is None) else False


def _own_family(look: Look) -> str:
    return family_of(look, look.line.code)


def family_of(look: Look, code: str) -> str:
    """The code's family; "" unknown."""
    return look.once(("family", code), lambda: look.tables.family(code))
