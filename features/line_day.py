"""The claim's other lines on the line's day of service."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from features.line_tables import code_row
from features.registry import Look, once_a_line

PROCEDURE_GLOBALS = frozenset({"000", "010", "090"})  # MPFS: a procedure has a global period of its own
VISIT = "em"  # families of the code table
GUIDANCE = "imaging_guidance"
DRUGS = frozenset({"drug", "drug_ha"})
SUPPLIES = DRUGS | {"contrast"}
SIDES = frozenset({"LT", "RT", "50"})


@once_a_line
def others_that_day(look: Look) -> tuple[Line, ...]:
    """The other lines of that day; none when the line has no day."""
    day, own = look.line.service_from, look.line
    if day is None:
        return ()
    return tuple(line for line in look.claim.lines if line is not own and line.service_from == day)


@once_a_line
def other_families(look: Look) -> frozenset[str]:
    """The families of those lines' codes; "" for one unknown."""
    return frozenset(family_of(look, other.code) for other in others_that_day(look))


def family_of(look: Look, code: str) -> str:
    """The code's family; "" unknown."""
    return look.once(("family", code), lambda: look.tables.family(code))


def has_procedure(look: Look, lines: Iterable[Line]) -> bool | None:
    """True when one of the lines bills a procedure; None when none does and the code table does not know them all."""
    unknown = False
    for line in lines:
        row = code_row(look, line.code)
        if row is None:
            unknown = True
        elif row.global_days in PROCEDURE_GLOBALS:
            return True
    return None if unknown else False
