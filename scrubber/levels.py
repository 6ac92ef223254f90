"""How many spinal levels a claim bills for a day, on a side: what level limits of coverage policies are held against.

A level is a unit of a base code or of its add-on. Modifier 50 bills one level on each side; two units with it are taken
for that one level, too (whether they may be billed so is another rule's question). Units that name no side belong to
the one side the other lines name, or half to each where they name both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from claims.claim import ZERO, Line
from scrubber import payer_profile, sides
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
    most = payer_profile.value(case, limit, day)
    if most is None:
        return
    levels = beyond(case, line, codes, row.family, row.region, int(most.value), but)
    if levels is not None:
        region = row.region.replace("_", " and ")
        yield Hit(
            f"{line.code} brings the {way} levels of the {region} region on {day} to {levels.normalize():f} on a side; "
            f"the policy covers {most.value}.",
            severity=Severity.DENY if most.verified else Severity.WARN,
            citation=payer_profile.cited(most),
        )


def beyond(
    case: Case,
    line: Line,
    codes: Release[CodeRow],
    family: str,
    region: str,
    most: int,
    but: Iterable[str] = (),
) -> Decimal | None:
    """The levels of the busier side, where this line is what takes the day's session past `most`; else None.

    The base codes come first, then the lines in their order. `but` are codes another limit already speaks of; the
    line's own is none of them.
    """
    left_out = frozenset(but)
    levels = case.once(
        ("levels of", line.service_from, family, region, left_out),
        lambda: _levels(_session(case, line, codes, (family, region), left_out)),
    )[id(line)]
    return levels if levels > most else None


def _session(
    case: Case, line: Line, codes: Release[CodeRow], what: tuple[str, str], left_out: frozenset[str]
) -> list[Line]:
    found = []
    for other in case.claim.lines:
        row = codes.get(other.code)
        if other.service_from != line.service_from or row is None or other.code in left_out:
            continue
        if (row.family, row.region) == what:
            found.append((row.is_addon, other.number, other))
    return [other for _, _, other in sorted(found, key=lambda each: each[:2])]


def _levels(session: Sequence[Line]) -> Mapping[int, Decimal]:
    """At each line of the session (by its identity) the levels so far, of the side with more of them."""
    found: dict[int, Decimal] = {}
    of_side = dict.fromkeys(sides.BOTH, ZERO)
    of_neither = ZERO
    named = NEITHER
    for line in session:
        there = sides.of_line(line)
        units = _units(line)
        named |= there
        for side in there:
            of_side[side] += units
        if not there:
            of_neither += units
        shared = of_neither / TWO if named == sides.BOTH else of_neither
        found[id(line)] = max(of_side.values()) + shared
    return found


def _units(line: Line) -> Decimal:
    return line.units / TWO if BILATERAL in line.modifiers and line.units > 1 else line.units
