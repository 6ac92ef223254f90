"""How many spinal levels a claim bills for a day, on a side: what level limits of coverage policies are held against.

A level is a unit of a base code or of its add-on. Modifier 50 bills one level on each side; two units with it are taken
for that one level, too (whether they may be billed so is another rule's question). Units that name no side belong to
the one side the other lines name, or half to each where they name both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from claims.claim import ZERO, Line
from scrubber import look_back, payer_profile, sides
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
    but: tuple[str, ...] = (),
) -> Sequence[Hit]:
    """A hit where this line takes the day's levels of its family and region past the limit of a policy.

    `row` is the line's own in `codes`; `way` names the levels, as "transforaminal" does.
    """
    day = case.day(line)
    most = payer_profile.value(case, limit, day)
    if most is None:
        return ()
    levels = beyond(case, line, codes, row.family, row.region, int(most.value), but)
    if levels is None:
        return ()
    region = row.region.replace("_", " and ")
    return [
        Hit(
            f"{line.code} brings the {way} levels of the {region} region on {day} to {levels.normalize():f} on a side; "
            f"the policy covers {most.value}.",
            severity=Severity.DENY if most.verified else Severity.WARN,
            citation=payer_profile.cited(most),
        )
    ]


def beyond(
    case: Case,
    line: Line,
    codes: Release[CodeRow],
    family: str,
    region: str,
    most: int,
    but: tuple[str, ...] = (),
) -> Decimal | None:
    """The levels of the busier side, where this line is what takes the day's session past `most`; else None.

    The base codes come first, then the lines in their order. `but` are codes another limit already speaks of; the
    line's own is none of them.
    """
    day, here = line.service_from, look_back.codes_of(case, codes, (family,), region)

    def counted() -> Mapping[int, Decimal]:
        session = [x for x in case.claim.lines if x.code in here and x.service_from == day and x.code not in but]
        if len(session) <= most and not any(x.units > 1 for x in session):  # no side can have more levels than lines
            return {}
        return _levels(_in_order(session, codes))

    levels = case.once(("levels of", day, family, region, most, but), counted).get(id(line))
    return levels if levels is not None and levels > most else None


def _in_order(session: Sequence[Line], codes: Release[CodeRow]) -> Sequence[Line]:
    """The base codes, then their add-ons, each by the numbers of their lines."""
    found = [(row.is_addon, x.number, x) for x in session if (row := codes.get(x.code)) is not None]
    return [x for _, _, x in sorted(found, key=lambda each: each[:2])]


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
