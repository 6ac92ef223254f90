"""What writing claims and writing remittances have in common: the envelope, and values that cannot break a segment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from claims.claim import Address, Carried
from claims.x12.delimiters import Delimiters

_NOON = "1200"  # a file written from the same claims is the same file: no clock here

Value = str | date | Decimal | int | None | Sequence[str]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends a file to whom, under which control numbers, on which day.

    `day` becomes BHT04 of an 837 and GS04 of both. `contact` and `phone` fill the contact the guides demand.
    """

    sender: str
    receiver: str
    interchange: int
    group: int
    transaction: int
    day: date
    test: bool
    delimiters: Delimiters = field(default_factory=Delimiters)
    contact: str = "BILLING OFFICE"
    phone: str = "5555550100"
    header: tuple[Carried, ...] = ()


class Writer:
    """Collects the segments of one interchange with one group, and counts them."""

    def __init__(self, envelope: Envelope, *, group_code: str, set_code: str, version: str) -> None:
        self._envelope, self._set_code, self._version = envelope, set_code, version
        d = envelope.delimiters
        self._element, self.component, self._terminator = d.element, d.component, d.segment
        self.repetition = d.repetition
        self._unsayable = re.compile(f"[{re.escape(d.element + d.component + d.segment + d.repetition)}]")
        self._segments: list[str] = []
        self._sets = self._set_start = 0
        day = f"{envelope.day:%Y%m%d}"
        self._segments.append(self._isa())
        self.add("GS", group_code, envelope.sender, envelope.receiver, day, _NOON, envelope.group, "X", version)

    @property
    def set_number(self) -> str:
        """ST02 of the open transaction set."""
        return f"{self._envelope.transaction + self._sets - 1:04d}"

    @property
    def written(self) -> list[str]:
        """The segments so far."""
        return self._segments

    def open_set(self) -> None:
        """ST. A claim names its guide there too (ST03), a remittance does not."""
        self._sets += 1
        self._set_start = len(self._segments)
        self.add("ST", self._set_code, self.set_number, self._version if self._set_code == "837" else "")

    def close_set(self) -> None:
        """SE."""
        self.add("SE", len(self._segments) - self._set_start + 1, self.set_number)

    def finish(self) -> bytes:
        """GE, IEA, and all of it as bytes."""
        self.add("GE", self._sets, self._envelope.group)
        self.add("IEA", 1, f"{self._envelope.interchange:09d}")
        return "".join(segment + self._terminator for segment in self._segments).encode()

    def add(self, segment: str, *values: Value) -> None:
        """One segment. A sequence is a composite; empty values at the end are left out.

        Raises ValueError, which names the element, for a value that holds a delimiter or a line break: X12 has no way
        to write it.
        """
        self._segments.append(self.joined(self.elements(segment, *values)))

    def elements(self, segment: str, *values: Value) -> list[str]:
        """The elements of a segment, as text."""
        elements = [segment]
        for value in values:
            if value is None or value == "":
                elements.append("")
            elif isinstance(value, str):
                elements.append(self._plain(value, elements))
            elif isinstance(value, Sequence):
                parts = [self._plain(part, elements) for part in value]
                elements.append(self.component.join(_without_empty_end(parts)))
            else:
                elements.append(self._plain(_text(value), elements))
        return elements

    def joined(self, elements: list[str]) -> str:
        """One segment as text."""
        return self._element.join(_without_empty_end(elements))

    def put(self, segment: str) -> None:
        """One segment, already text."""
        self._segments.append(segment)

    def plain(self, text: str) -> str:
        """A carried value, if it can be said with these delimiters."""
        return self._plain(text, ["a carried segment"])

    def address(self, address: Address | None) -> None:
        """N3 and N4, as far as there is something to say."""
        if address is None:
            return
        if address.street or address.street2:
            self.add("N3", address.street, address.street2)
        if address.city or address.state or address.postal_code or address.country:
            self.add("N4", address.city, address.state, address.postal_code, address.country)

    def reference(self, qualifier: str, value: str) -> None:
        """REF, when there is one."""
        if value:
            self.add("REF", qualifier, value)

    def _plain(self, text: str, before: list[str]) -> str:
        """The text, if it can be said; `before` are the segment's id and elements so far."""
        if self._unsayable.search(text) or not text.isprintable():
            name = f"{before[0]}{len(before):02d}" if len(before[0]) <= 3 else before[0]
            raise ValueError(f"{name} holds a delimiter or a line break, which X12 cannot say: choose other delimiters")
        return text.strip()

    def _isa(self) -> str:
        e, d = self._envelope, self._envelope.delimiters
        for party in (e.sender, e.receiver):
            if not 2 <= len(party) <= 15:
                raise ValueError(f"ISA06 and ISA08 take 2 to 15 characters, not {len(party)}")
        elements = (
            "ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{self._plain(e.sender, ['ISA'] * 6):15}", "ZZ",
            f"{self._plain(e.receiver, ['ISA'] * 8):15}", f"{e.day:%y%m%d}", _NOON, d.repetition or "^", "00501",
            f"{e.interchange:09d}", "0", "T" if e.test else "P", d.component,
        )  # fmt: skip
        return self._element.join(elements)


def at_most(values: Sequence[str], limit: int, what: str) -> list[str]:
    """The values, filled up with empty ones; raises ValueError when there are more than X12 has room for."""
    if len(values) > limit:
        raise ValueError(f"X12 has room for {limit} {what}, not {len(values)}")
    return [*values, *[""] * (limit - len(values))]


def number(value: Decimal) -> str:
    """An amount or quantity as X12 writes it.

    >>> number(Decimal("120.50")), number(Decimal("-3")), number(Decimal("1E+2")), number(Decimal("0.00"))
    ('120.5', '-3', '100', '0')
    """
    return format(value.normalize(), "f") if value else "0"


def day_or_days(start: date, end: date | None) -> tuple[str, str]:
    """The qualifier and text of a day, or of a range of days."""
    return ("RD8", f"{start:%Y%m%d}-{end:%Y%m%d}") if end else ("D8", f"{start:%Y%m%d}")


def _text(value: date | Decimal | int) -> str:
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    return number(value) if isinstance(value, Decimal) else str(value)


def _without_empty_end(parts: list[str]) -> list[str]:
    end = len(parts)
    while end and not parts[end - 1]:
        end -= 1
    return parts[:end]
