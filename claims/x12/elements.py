"""Reading one element: amounts, days and numbers, or what is wrong with them in words that hold no patient's data."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache, wraps
from typing import TypeVar

from claims.wording import described, shown

EARLIEST_YEAR, LATEST_YEAR = 1850, 2199  # outside it is a slip of the keyboard, and arithmetic on it may overflow

_AMOUNT = re.compile(r"-?(?:[0-9]{1,16}(?:\.[0-9]{0,8})?|\.[0-9]{1,8})")
_LONGEST_AMOUNT = 26  # longer is none
_DAY = re.compile(r"[0-9]{8}")

Elements = list[str]


Value = TypeVar("Value")


class Memory(dict[str, Value]):
    """What texts were read as: one met before costs no call, only a look into a dict.

    Long texts, which are noise, are not kept; when it is full it begins anew.
    """

    __slots__ = ("_longest", "_most", "_read")

    def __init__(self, read: Callable[[str], Value], most: int, longest: int) -> None:
        super().__init__()
        self._read, self._most, self._longest = read, most, longest

    def __missing__(self, text: str) -> Value:
        value = self._read(text)
        if len(text) <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[text] = value
        return value


def remembered(
    most: int, longest: int = 100
) -> Callable[[Callable[[str, str], Value]], Callable[[str], Memory[Value]]]:
    """Turn a function of an element and the separator in it into one from the separator to a Memory of elements."""

    def keep(read: Callable[[str, str], Value]) -> Callable[[str], Memory[Value]]:
        @lru_cache(maxsize=8)
        @wraps(read)
        def memory(separator: str) -> Memory[Value]:
            return Memory(lambda text: read(text, separator), most, longest)

        return memory

    return keep


class BadElement(Exception):
    """One element that cannot be read; the reader adds which segment of the file it stands in."""

    def __init__(self, element: str, *, found: str, expected: str, advice: str = "") -> None:
        super().__init__(element)
        self.element, self.found, self.expected, self.advice = element, found, expected, advice


def at(elements: Elements, i: int) -> str:
    """Element i, "" when the segment ends before it."""
    return elements[i] if len(elements) > i else ""


def amount(elements: Elements, i: int) -> Decimal:
    """Element i as an amount or quantity; raises BadElement when it is none."""
    value = _AMOUNTS[elements[i]] if len(elements) > i else None
    if value is None:
        raise BadElement(name(elements, i), found=shown(at(elements, i)), expected="an amount such as 120.50")
    return value


def optional_amount(elements: Elements, i: int) -> Decimal | None:
    """Element i as an amount, None when it is empty; raises BadElement when it is none."""
    return amount(elements, i) if len(elements) > i and elements[i] else None


def day(elements: Elements, i: int, *, private: bool = False) -> date:
    """Element i as a day; raises BadElement when it is none. `private` keeps the value out of the message."""
    text = elements[i] if len(elements) > i else ""
    value = _DAYS[text]
    if value is None:
        found = described(text) if private else shown(text)
        raise BadElement(name(elements, i), found=found, expected="a date as CCYYMMDD")
    return value


def days(elements: Elements, i: int) -> tuple[date, date | None]:
    """Element i as a day (D8) or a range of days (RD8); the second is None for a single day."""
    text = elements[i] if len(elements) > i else ""
    start = _DAYS[text]
    if start is not None:
        return start, None
    first, dash, last = text.partition("-")
    start, end = _DAYS[first[:8]], _DAYS[last[:8]] if dash else None
    if start is None or (dash and end is None):
        expected = "a date as CCYYMMDD, or a range of two with a hyphen"
        raise BadElement(name(elements, i), found=shown(text), expected=expected)
    return start, end


def whole_number(elements: Elements, i: int) -> int:
    """Element i as a number from 1; raises BadElement when it is none."""
    value = _WHOLE_NUMBERS[elements[i]] if len(elements) > i else None
    if value is None:
        raise BadElement(name(elements, i), found=shown(at(elements, i)), expected="a whole number from 1")
    return value


def required(elements: Elements, i: int, what: str) -> str:
    """Element i, which must not be empty; raises BadElement when it is."""
    text = elements[i] if len(elements) > i else ""
    if not text:
        raise BadElement(name(elements, i), found="nothing", expected=what)
    return text


def name(elements: Elements, i: int) -> str:
    """The element's name in the guides, such as SV102."""
    return f"{elements[0]}{i:02d}"


def date_of(text: str) -> date | None:
    """The day of a CCYYMMDD text, None when it is none."""
    return _DAYS[text]


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text) or not EARLIEST_YEAR <= int(text[:4]) <= LATEST_YEAR:
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def _whole_number(text: str) -> int | None:
    return int(text) or None if text.isascii() and text.isdigit() and len(text) <= 6 else None


_DAYS = Memory(_day, most=1 << 14, longest=8)
_AMOUNTS = Memory(_decimal, most=1 << 14, longest=_LONGEST_AMOUNT)
_WHOLE_NUMBERS = Memory(_whole_number, most=1 << 12, longest=6)
