"""Single values of policy, each with its dates and citation, one TOML file each.

A file has `label`, `unit` and `[[values]]`; a value has `from` (first day of service), `published` (the day it was
known; `from` when not given), `value` (`ended = true` when the policy stops instead), `verified` and `cites`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from claims.errors import UnreadableInput
from scrubber.registry import Citation
from scrubber.tables.release import TableGap

FOLDER = Path(__file__).parent


class UnreadableParameter(UnreadableInput):
    """A parameter's file is missing or not what it should be."""


class ParameterGap(TableGap):
    """No value of a parameter speaks for a day; rules turn it into `Unchecked`."""

    def __init__(self, name: str, day: date, first: date) -> None:
        self.table = name
        LookupError.__init__(self, f"no value of {name} covers {day}; the earliest we hold starts {first}.")


@dataclass(frozen=True, slots=True)
class Value:
    """A value of policy, and the text that sets it."""

    value: Decimal | int | str
    citation: Citation
    verified: bool
    # the parts of a value that lists several, such as global periods; apart once, since a rule asks for every line
    words: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", tuple(str(self.value).split()))


@dataclass(frozen=True, slots=True)
class Dated:
    """A value from a day of service on, since a day of publication; None where the policy ended."""

    effective: date
    published: date
    value: Value | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A single value of policy over time, oldest first."""

    name: str
    label: str
    unit: str
    values: tuple[Dated, ...]

    def on(self, day: date, as_of: date) -> Value | None:
        """The value that speaks for a day of service, among those published on or before `as_of`.

        None where the policy had ended. Raises TableGap before the first value.
        """
        for dated in reversed(self.values):
            if dated.effective <= day and dated.published <= as_of:
                return dated.value
        raise ParameterGap(self.name, day, self.values[0].effective)

    def text_on(self, day: date, as_of: date) -> str:
        """The value of the day as a message names it, or as a list to take apart; empty where the policy had ended."""
        value = self.on(day, as_of)
        return "" if value is None else str(value.value)


@cache
def parameter(name: str) -> Parameter:
    """A parameter by its name, which is its file's.

    >>> parameter("esi_sessions_per_region").on(date(2026, 3, 1), as_of=date(2026, 3, 2)).value
    4
    """
    return read_parameter(FOLDER / f"{name}.toml")


def parameters() -> Iterator[Parameter]:
    """Every parameter, by name."""
    for file in sorted(FOLDER.glob("*.toml")):
        yield parameter(file.stem)


def versions() -> dict[str, str]:
    """What a bundle records of each parameter: the day of its newest value, and a digest of its values."""
    return {
        p.name: f"{p.values[-1].effective} {sha256(repr(p.values).encode()).hexdigest()[:12]}" for p in parameters()
    }


def read_parameter(file: Path) -> Parameter:
    """A parameter from its file. Raises UnreadableParameter, which says what is wrong with it."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        known = ", ".join(sorted(f.stem for f in FOLDER.glob("*.toml")))
        raise UnreadableParameter(f"parameter {file.stem}", found="no file", expected=f"one of {known}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableParameter(file.name, found=f"broken TOML ({error})", expected="a TOML file") from None
    for key in ("label", "unit", "values"):
        if not content.get(key):
            raise UnreadableParameter(f"{file.name}, {key}", found="nothing", expected="label, unit and [[values]]")
    dated = [_dated(f"{file.name}, value {n}", v) for n, v in enumerate(content["values"], 1)]
    for before, after in pairwise(dated):
        if after.effective < before.effective:
            raise UnreadableParameter(file.name, found=f"{after.effective} after {before.effective}", expected="order")
    return Parameter(file.stem, content["label"], content["unit"], tuple(dated))


def _dated(where: str, v: Mapping[str, Any]) -> Dated:
    effective = _day(where, "from", v.get("from"))
    published = _day(where, "published", v.get("published", effective))
    if v.get("ended"):
        return Dated(effective, published, None)
    value, verified, cites = v.get("value"), v.get("verified"), v.get("cites", {})
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise UnreadableParameter(f"{where}, value", found=repr(value), expected="a number or a text")
    if not isinstance(verified, bool):
        raise UnreadableParameter(f"{where}, verified", found=repr(verified), expected="true or false")
    if not cites.get("text") or not str(cites.get("url", "")).startswith("https://"):
        raise UnreadableParameter(f"{where}, cites", found=repr(cites), expected="a text and an https url")
    return Dated(effective, published, Value(value, Citation(cites["text"], cites["url"]), verified))


def _day(where: str, key: str, value: object) -> date:
    if not isinstance(value, date):
        raise UnreadableParameter(f"{where}, {key}", found=repr(value), expected="a day such as 2024-07-01")
    return value
