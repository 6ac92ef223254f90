"""The operators of own rules: which fit which kind of value, and what they ask of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from claims.claim import Diagnosis
from scrubber.own_rules.faults import Faults, shown
from scrubber.own_rules.fields import Kind

MOST_VALUES = 500  # of one list
LONGEST_TEXT = 500
LONGEST_SPAN = 3660  # days: ten years

Test = Callable[[Any, date | None], bool]  # a value that is there, and the day of service
Reads = Callable[[object], Any]  # what the file gives, as it is compared; None where it does not fit


@dataclass(frozen=True, slots=True)
class Operator:
    """One comparison: for people, and for each kind of value how it is made from what the file gives."""

    name: str
    meaning: str
    of: Mapping[
        Kind, tuple[str, Callable[[Any], Test]]
    ]  # by kind: what the file gives (`one`, `many`, `days`), the test


def _is_text(wanted: str) -> Test:
    return lambda value, _: bool(value == wanted)


def _in(wanted: frozenset[Any]) -> Test:
    return lambda value, _: value in wanted


def _not_in(wanted: frozenset[Any]) -> Test:
    return lambda value, _: value not in wanted


def _list_is(wanted: str) -> Test:
    return lambda values, _: wanted in values


def _list_in(wanted: frozenset[str]) -> Test:
    return lambda values, _: not wanted.isdisjoint(values)


def _list_not_in(wanted: frozenset[str]) -> Test:
    return lambda values, _: wanted.isdisjoint(values)


def _starts(wanted: frozenset[str]) -> Test:
    beginnings = tuple(sorted(wanted))
    return lambda value, _: bool(value.startswith(beginnings))


def _list_starts(wanted: frozenset[str]) -> Test:
    beginnings = tuple(sorted(wanted))
    return lambda values, _: any(value.startswith(beginnings) for value in values)


def _at_least(wanted: Decimal) -> Test:
    return lambda value, _: bool(value >= wanted)


def _at_most(wanted: Decimal) -> Test:
    return lambda value, _: bool(value <= wanted)


def _before(wanted: date) -> Test:
    return lambda value, _: bool(value < wanted)


def _after(wanted: date) -> Test:
    return lambda value, _: bool(value > wanted)


def _older(days: Decimal) -> Test:
    return lambda value, of_service: of_service is not None and (of_service - value).days >= days


def _newer(days: Decimal) -> Test:
    return lambda value, of_service: of_service is not None and (of_service - value).days <= days


_T, _L, _N, _D, _Y = Kind.TEXT, Kind.LIST, Kind.NUMBER, Kind.DAY, Kind.YES_NO

OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator(
            "is",
            "equals the value; of a list: it holds the value",
            {_T: ("one", _is_text), _N: ("one", _is_text), _D: ("one", _is_text), _Y: ("one", _is_text)}
            | {_L: ("one", _list_is)},
        ),
        Operator(
            "in",
            "is one of the values; of a list: it holds one of them",
            {_T: ("many", _in), _N: ("many", _in), _D: ("many", _in), _L: ("many", _list_in)},
        ),
        Operator(
            "not_in",
            "is none of the values; of a list: it holds none of them",
            {_T: ("many", _not_in), _N: ("many", _not_in), _D: ("many", _not_in), _L: ("many", _list_not_in)},
        ),
        Operator(
            "starts_with",
            "begins with the text, or with one of several; of a list: one of it does",
            {_T: ("many", _starts), _L: ("many", _list_starts)},
        ),
        Operator(
            "at_least",
            "is that much or more; of a day: lies that many days or more before the day of service",
            {_N: ("one", _at_least), _D: ("days", _older)},
        ),
        Operator(
            "at_most",
            "is that much or less; of a day: lies at most that many days before the day of service",
            {_N: ("one", _at_most), _D: ("days", _newer)},
        ),
        Operator("before", "lies before the day", {_D: ("one", _before)}),
        Operator("after", "lies after the day", {_D: ("one", _after)}),
    )
}

PRESENCE = {  # these say nothing of the value
    "present": "`true`: the claim or the record says it",
    "missing": "`true`: it does not",
}

_WANTED = {
    Kind.TEXT: "a text in quotes",
    Kind.LIST: "a text in quotes",
    Kind.NUMBER: "a number",
    Kind.DAY: "a day such as 2026-03-31, without quotes",
    Kind.YES_NO: "true or false",
}


def text_of(value: object) -> str | None:
    """A text as it is compared: without blanks around it, in capitals."""
    fits = isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_TEXT
    return value.strip().upper() if fits and isinstance(value, str) else None


def dotted(value: object) -> str | None:
    """A diagnosis or its beginning, with its dot where it has one."""
    return Diagnosis(value).dotted if isinstance(value, str) and text_of(value) else None


def number_of(value: object) -> Decimal | None:
    """A number of the file; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return number if number.is_finite() and abs(number) < 10**12 else None


def day_of(value: object) -> date | None:
    """A day of the file, without a time."""
    return value if type(value) is date else None


def yes_no(value: object) -> bool | None:
    """True or false."""
    return value if isinstance(value, bool) else None


READS: Mapping[Kind, Reads] = {_T: text_of, _L: text_of, _N: number_of, _D: day_of, _Y: yes_no}


def comparisons(
    kind: Kind, leaf: Mapping[str, object], key: str, faults: Faults, *, reads: Reads | None = None,
    choices: Sequence[str] = (),
) -> list[Test]:  # fmt: skip
    """The comparisons a condition makes; what does not fit is told, and left out."""
    found = []
    read = reads or READS[kind]
    for name in (name for name in OPERATORS if name in leaf):
        given, at = leaf[name], f"{key}.{name}"
        if kind not in OPERATORS[name].of:
            fitting = [n for n, operator in OPERATORS.items() if kind in operator.of]
            faults.tell(at, f"`{name}` for {_a(kind)}", f"one of {', '.join([*fitting, *PRESENCE])}")
            continue
        form, make = OPERATORS[name].of[kind]
        if form == "days":
            days = _span(given)
            if days is None:
                faults.tell(at, shown(given), f"a number of days from 0 to {LONGEST_SPAN}")
            else:
                found.append(make(days))
            continue
        wanted = _many(given, kind, read, at, faults, name) if form == "many" else _one(given, kind, read, at, faults)
        if wanted is None:
            continue
        strange = sorted(set(wanted if form == "many" else [wanted]) - set(choices)) if choices else []
        if strange:
            faults.tell(at, shown(strange[0].lower()), f"one of {', '.join(choices).lower()}")
            continue
        found.append(make(wanted))
    return found


def _one(given: object, kind: Kind, read: Reads, at: str, faults: Faults) -> Any:
    wanted = read(given)
    if wanted is None:
        advice = "Several values take `in`." if isinstance(given, list) else ""
        faults.tell(at, shown(given), _WANTED[kind], advice)
    return wanted


def _many(given: object, kind: Kind, read: Reads, at: str, faults: Faults, name: str) -> frozenset[Any] | None:
    if name == "starts_with" and isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or not given:
        faults.tell(at, shown(given), f"a list of values, each {_WANTED[kind]}", 'For example ["64493", "64494"].')
        return None
    if len(given) > MOST_VALUES:
        faults.tell(at, f"{len(given)} values", f"at most {MOST_VALUES}", "Ask for `line.family`, or part the rule.")
        return None
    wanted = [_one(value, kind, read, f"{at}[{n}]", faults) for n, value in enumerate(given, 1)]
    return None if None in wanted else frozenset(wanted)


def _span(given: object) -> Decimal | None:
    days = number_of(given)
    return days if days is not None and days == int(days) and 0 <= days <= LONGEST_SPAN else None


def _a(kind: Kind) -> str:
    return "a yes or no" if kind is Kind.YES_NO else f"a {kind.value}"
