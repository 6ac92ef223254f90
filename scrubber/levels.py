"""How many spinal levels a claim bills for a day, on a side: what level limits of coverage policies are held against.

A level is a unit of a base code or of its add-on. Modifier 50 bills one level on each side; two units with it are taken
for that one level, too (whether they may be billed so is another rule's question). Units that name no side belong to
the one side the other lines name, or half to each where they name both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from claims.claim import ZERO, Line
from scrubber import sides
from scrubber.parameters import Parameter
from scrubber.registry import Case, Hit, Severity
from scrubber.sides import BILATERAL, NEITHER
from scrubber.tables import Release
from scrubber.tables.rows import CodeRow

TWO = Decimal(2)


def over(
    case: Case,
    line: Line,
    codes: Release[CodeRow],
    row: CodeRow,
    limit: Parameter,
    way: str,
    but: Iterable[str] = (),
) -> Iterator[Hit]:
    """A hit where this line takes the day's levels of its family and region past the limit of a policy.

    `row` is the line's own in `codes`; `way` names the levels, as "transforaminal" does.
    """
    day = case.day(line)
    most = limit.on(day, case.as_of)
    if most is None:
        return
    levels = up_to(case, line, codes, row, but)
    if levels > int(most.value):
        region = row.region.replace("_", " and ")
        yield Hit(
            f"{line.code} brings the {way} levels of the {region} region on {day} to {levels.normalize():f} on a side; "
            f"the policy covers {most.value}.",
            severity=Severity.DENY if most.verified else Severity.WARN,
        )


def up_to(case: Case, line: Line, codes: Release[CodeRow], row: CodeRow, but: Iterable[str] = ()) -> Decimal:
    """The levels of the busier side that the day's lines of the family and region bill, up to this one.

    The base codes come first, then the lines in their order, so that a session's excess is told of the line that makes
    it. `row` is the line's own in `codes`; lines of the codes in `but` are left out, this one never.
    """
    left_out = frozenset(but) - {line.code}
    session = case.once(
        ("levels of", line.service_from, row.family, row.region, left_out),
        lambda: _session(case, line, codes, row, left_out),
    )
    return _levels(session[: session.index(line) + 1])


def _session(case: Case, line: Line, codes: Release[CodeRow], row: CodeRow, left_out: frozenset[str]) -> list[Line]:
    found = []
    for other in case.claim.lines:
        like = codes.get(other.code)
        if other.service_from != line.service_from or like is None or other.code in left_out:
            continue
        if (like.family, like.region) == (row.family, row.region):
            found.append((like.is_addon, other.number, other))
    return [other for _, _, other in sorted(found, key=lambda each: each[:2])]


def _levels(lines: Sequence[Line]) -> Decimal:
    """The levels of the side with more of them."""
    of_side = dict.fromkeys(sides.BOTH, ZERO)
    of_neither = ZERO
    named = NEITHER
    for line in lines:
        there = sides.of_line(line)
        units = _units(line)
        named |= there
        for side in there:
            of_side[side] += units
        if not there:
            of_neither += units
    shared = of_neither / TWO if named == sides.BOTH else of_neither
    return max(of_side.values()) + shared


def _units(line: Line) -> Decimal:
    return line.units / TWO if BILATERAL in line.modifiers and line.units > 1 else line.units
