"""The building blocks of the claim JSON: each knows how to read a value, write it, and describe it as JSON Schema.

One table of members (`claims.claim_json`) drives all three, so that the published schema cannot fall out of step.
"""

# ruff: noqa: D102  (read, write and schema mean what `Kind` says of them)
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, Protocol

from claims.errors import UnreadableClaim
from claims.wording import described, shown

Json = Mapping[str, Any]

_DAY = r"(18[5-9][0-9]|19[0-9]{2}|2[01][0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_NUMBER = r"-?[0-9]{1,16}(\.[0-9]{1,8})?"
_LARGEST = Decimal(10) ** 16
_UNFIT = re.compile("[\0\ud800-\udfff]")  # no file and no hash could hold them


class Kind(Protocol):
    """How one kind of value is read, written and described."""

    def read(self, value: Any, pointer: str) -> Any:
        """The value in our terms; raises UnreadableClaim with the pointer."""

    def write(self, value: Any) -> Any:
        """The value in JSON terms."""

    def schema(self) -> dict[str, Any]:
        """The value in JSON Schema terms."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string, as it is."""

    may_be_empty: bool = True

    def read(self, value: Any, pointer: str) -> str:
        if not isinstance(value, str) or not (value or self.may_be_empty):
            raise unreadable(pointer, value, "text" if self.may_be_empty else "text that is not empty")
        if _UNFIT.search(value):
            raise unreadable(pointer, value, "text without NUL and without halves of characters")
        return value

    def write(self, value: str) -> str:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string"} if self.may_be_empty else {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class Amount:
    """Money or a quantity: a string, or a number that JSON carries exactly."""

    money: bool = True

    def read(self, value: Any, pointer: str) -> Decimal:
        text = value if isinstance(value, str) else _digits(value)
        if text is None or not re.fullmatch(_NUMBER, text, re.ASCII):
            expected = 'an amount such as "120.50"' if self.money else 'a quantity such as "1"'
            raise unreadable(pointer, value, expected, show=True)
        return Decimal(text)

    def write(self, value: Decimal) -> str:
        if self.money and value == round(value, 2):
            return f"{value:.2f}"
        return format(value.normalize(), "f") if value else "0"

    def schema(self) -> dict[str, Any]:
        number = {"type": "number", "exclusiveMinimum": -int(_LARGEST), "exclusiveMaximum": int(_LARGEST)}
        return {"anyOf": [{"type": "string", "pattern": f"^{_NUMBER}$"}, number]}


def _digits(value: Any) -> str | None:
    """A JSON number as the digits it stands for; None when it is none, or none that a claim can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return format(exact, "f") if exact.is_finite() and abs(exact) < _LARGEST else None


@dataclass(frozen=True, slots=True)
class Day:
    """A day as YYYY-MM-DD; `private` keeps the value out of the message."""

    private: bool = False

    def read(self, value: Any, pointer: str) -> date:
        if isinstance(value, str) and re.fullmatch(_DAY, value, re.ASCII):
            try:
                return date.fromisoformat(value)
            except ValueError:  # the 30th of February
                pass
        raise unreadable(pointer, value, "a day as YYYY-MM-DD", show=not self.private)

    def write(self, value: date) -> str:
        return value.isoformat()

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date", "pattern": f"^{_DAY}$"}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from 1."""

    def read(self, value: Any, pointer: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 999_999:
            raise unreadable(pointer, value, "a whole number from 1")
        return value

    def write(self, value: int) -> int:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": 999_999}


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, value: Any, pointer: str) -> bool:
        if not isinstance(value, bool):
            raise unreadable(pointer, value, "true or false")
        return value

    def write(self, value: bool) -> bool:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a closed list of words; `make` turns the word into our own term."""

    words: tuple[str, ...]
    make: Callable[[str], Any] = str

    def read(self, value: Any, pointer: str) -> Any:
        if not isinstance(value, str) or value not in self.words:
            error = unreadable(pointer, value, f"one of {', '.join(filter(None, self.words))}", show=True)
            raise UnreadableClaim(pointer, found=error.found, expected=error.expected, advice=self._meant(value))
        return self.make(value)

    def _meant(self, value: Any) -> str:
        near = get_close_matches(value, self.words, 1) if isinstance(value, str) else []
        return f"Did you mean {near[0]!r}?" if near else ""

    def write(self, value: str) -> str:
        return value.value if isinstance(value, StrEnum) else value

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one kind of value."""

    kind: Kind
    may_be_empty: bool = True

    def read(self, value: Any, pointer: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or not (value or self.may_be_empty):
            raise unreadable(pointer, value, "a list" if self.may_be_empty else "a list that is not empty")
        return tuple([self.kind.read(item, f"{pointer}/{i}") for i, item in enumerate(value)])

    def write(self, value: Sequence[Any]) -> list[Any]:
        return [self.kind.write(item) for item in value]

    def schema(self) -> dict[str, Any]:
        items = {"type": "array", "items": self.kind.schema()}
        return items if self.may_be_empty else {**items, "minItems": 1}


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object: its name in JSON, its kind, and the attribute it fills (the name, unless given)."""

    name: str
    kind: Kind
    attribute: str = ""
    required: bool = False
    always: bool = False  # written even when it holds its default

    @property
    def fills(self) -> str:
        """The attribute of the record."""
        return self.attribute or self.name


@dataclass(frozen=True, slots=True)
class Object:
    """An object that makes one of our records. A member that is absent or null leaves the record's default."""

    record: type[Any]
    members: tuple[Member, ...]
    _read: tuple[tuple[str, str, Callable[[Any, str], Any], bool], ...] = field(init=False, repr=False, compare=False)
    _unknown: tuple[str, ...] = field(init=False, repr=False, compare=False)  # None when absent: no default to leave

    def __post_init__(self) -> None:
        read = tuple((m.name, m.fills, m.kind.read, m.required) for m in self.members)
        filled = {m.fills for m in self.members if not m.required}
        unknown = tuple(f.name for f in fields(self.record) if f.name in filled and _default(f) is MISSING)
        object.__setattr__(self, "_read", read)
        object.__setattr__(self, "_unknown", unknown)

    def read(self, value: Any, pointer: str) -> Any:
        found = self.read_members(value, pointer)
        for name in self._unknown:
            found.setdefault(name, None)
        return self.record(**found)

    def read_members(self, value: Any, pointer: str) -> dict[str, Any]:
        """The members by attribute; members we do not know are passed over, so that the contract can grow."""
        if not isinstance(value, dict):
            raise unreadable(pointer, value, "an object")
        found = {}
        for name, fills, read, required in self._read:
            given = value.get(name)
            if given is not None:
                found[fills] = read(given, f"{pointer}/{name}")
            elif required:
                absent = "null" if name in value else "nothing"
                kind = next(m.kind for m in self.members if m.name == name)
                raise UnreadableClaim(f"{pointer}/{name}", found=absent, expected=_expected(kind))
        return found

    def write(self, value: Any) -> dict[str, Any]:
        defaults = {f.name: _default(f) for f in fields(self.record)}
        written = {}
        for member in self.members:
            held = getattr(value, member.fills)
            if held is not None and (member.required or member.always or held != defaults[member.fills]):
                written[member.name] = member.kind.write(held)
        return written

    def schema(self) -> dict[str, Any]:
        properties = {m.name: m.kind.schema() if m.required else _or_null(m.kind.schema()) for m in self.members}
        required = [m.name for m in self.members if m.required]
        described = {"type": "object", "properties": properties}
        return {**described, "required": required} if required else described


def unreadable(pointer: str, value: Any, expected: str, *, show: bool = False) -> UnreadableClaim:
    """The error for a value of the wrong kind; its text is shown only where it cannot be a patient's."""
    return UnreadableClaim(pointer, found=_found(value, show), expected=expected)


def _found(value: Any, show: bool) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        said = shown(value) if show else described(value)
        return "empty text" if not value else f"the text {said}" if said.startswith(("'", '"')) else said
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, dict):
        return "an object"
    text = shown(str(value)) if show else ""
    return f"the number {text}" if text.startswith("'") else "a number"


def _expected(kind: Kind) -> str:
    """What the kind would have liked, as it says of itself."""
    try:
        kind.read(object(), "")
    except UnreadableClaim as error:
        return error.expected
    raise AssertionError("a kind that reads anything")


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "anyOf" in schema:
        return {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _default(of: Field[Any]) -> Any:
    return of.default if of.default_factory is MISSING else of.default_factory()
