"""A FHIR document as a tree of values that know where they stand, so that an error can point to its place.

Reading is tolerant: members we do not know are passed over, an absent member is nothing. A value of the wrong kind in a
member that is read raises UnreadableClaim with its JSON pointer; its text is not shown, for it may be a patient's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn

from claims.errors import UnreadableClaim, UnreadableFile
from claims.json_shapes import Amount, Day, Text, unreadable

_ADVICE = "Save the answer again from the system that received it, as FHIR R4 JSON."
_EXPECTED = "a FHIR R4 ClaimResponse of a prior authorization, or a Bundle that holds one, as JSON"
_PART_OF_DAY = re.compile(r"[0-9]{4}(-[0-9]{2})?")
_DAY_OF_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*")
_TEXT, _QUANTITY = Text(), Amount(money=False)
MOST_PARTS = 10_000  # members of one list that are read


@dataclass(frozen=True, slots=True)
class Node:
    """One JSON value and its pointer (RFC 6901)."""

    value: Any
    pointer: str = ""

    def __repr__(self) -> str:
        return f"Node({self.pointer!r})"

    def child(self, name: str) -> Node | None:
        """The member of an object; None when it is absent or null."""
        if not isinstance(self.value, dict):
            self.refuse("an object")
        held = self.value.get(name)
        return None if held is None else Node(held, f"{self.pointer}/{name.replace('~', '~0').replace('/', '~1')}")

    def at(self, *names: str) -> Node | None:
        """The member at the end of a path of objects."""
        node: Node | None = self
        for name in names:
            node = node.child(name) if node is not None else None
        return node

    def items(self, name: str) -> Iterator[Node]:
        """The members of a list; those that are null are passed over. A single value stands for a list of one."""
        node = self.child(name)
        if node is None:
            return
        if not isinstance(node.value, list):
            yield node
            return
        if len(node.value) > MOST_PARTS:
            expected = f"a list of at most {MOST_PARTS:,}"
            raise UnreadableClaim(node.pointer, found=f"a list of {len(node.value):,}", expected=expected)
        for i, item in enumerate(node.value):
            if item is not None:
                yield Node(item, f"{node.pointer}/{i}")

    def text(self, *names: str) -> str:
        """The string at the end of a path, "" when it is absent."""
        node = self.at(*names)
        return _TEXT.read(node.value, node.pointer).strip() if node is not None else ""

    def day(self, *names: str, private: bool = False) -> date | None:
        """The day at the end of a path; None when it is absent, or only a month or year."""
        node = self.at(*names)
        if node is None:
            return None
        value = node.value
        if isinstance(value, str) and _PART_OF_DAY.fullmatch(value):
            return None
        if isinstance(value, str) and _DAY_OF_TIME.fullmatch(value):
            value = value[:10]
        return Day(private=private).read(value, node.pointer)

    def number(self, *names: str) -> Decimal | None:
        """The number at the end of a path."""
        node = self.at(*names)
        return _QUANTITY.read(node.value, node.pointer) if node is not None else None

    def whole(self, name: str) -> int | None:
        """The whole number of that name."""
        node = self.child(name)
        if node is None:
            return None
        if isinstance(node.value, bool) or not isinstance(node.value, int):
            node.refuse("a whole number")
        return int(node.value)

    def refuse(self, expected: str) -> NoReturn:
        """Raise the error for a value of the wrong kind."""
        raise unreadable(self.pointer, self.value, expected)


def parsed(source: bytes | str | Mapping[str, Any]) -> Node:
    """The document as a node; raises UnreadableFile when it is not JSON, or not an object."""
    if isinstance(source, Mapping):
        return Node(dict(source))
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise nothing_to_read("bytes that are not UTF-8") from None
    except (ValueError, RecursionError):
        raise nothing_to_read("text that is not JSON" if source.strip() else "an empty file") from None
    if not isinstance(value, dict):
        raise nothing_to_read("a list" if isinstance(value, list) else "a single value")
    return Node(value)


def _no_number(_text: str) -> NoReturn:
    raise ValueError


def nothing_to_read(found: str) -> UnreadableFile:
    """The error for a document that holds no answer we read."""
    return UnreadableFile("file", found=found, expected=_EXPECTED, advice=_ADVICE)
