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
_LONGEST_AMOUNT = 26  # longer is none, and is not to be kept in a cache
_DAY = re.compile(r"[0-9]{8}")

Elements = list[str]


Value = TypeVar("Value")


def remembered(most: int, longest: int = 100) -> Callable[[Callable[[str, str], Value]], Callable[[str, str], Value]]:
    """Like lru_cache for what is read of an element and a separator, but long texts, which are noise, are not kept."""

    def keep(read: Callable[[str, str], Value]) -> Callable[[str, str], Value]:
        kept = lru_cache(maxsize=most)(read)

        @wraps(read)
        def value(text: str, separator: str) -> Value:
            return kept(text, separator) if len(text) <= longest else read(text, separator)

        return value

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
    value = _decimal(elements[i]) if len(elements) > i and len(elements[i]) <= _LONGEST_AMOUNT else None
    if value is None:
        raise BadElement(name(elements, i), found=shown(at(elements, i)), expected="an amount such as 120.50")
    return value


def optional_amount(elements: Elements, i: int) -> Decimal | None:
    """Element i as an amount, None when it is empty; raises BadElement when it is none."""
    return amount(elements, i) if at(elements, i) else None


def day(elements: Elements, i: int, *, private: bool = False) -> date:
    """Element i as a day; raises BadElement when it is none. `private` keeps the value out of the message."""
    text = at(elements, i)
    value = date_of(text)
    if value is None:
        found = described(text) if private else shown(text)
        raise BadElement(name(elements, i), found=found, expected="a date as CCYYMMDD")
    return value


def days(elements: Elements, i: int) -> tuple[date, date | None]:
    """Element i as a day (D8) or a range of days (RD8); the second is None for a single day."""
    first, dash, last = at(elements, i).partition("-")
    start, end = date_of(first[:8]), date_of(last[:8]) if dash else None
    if start is None or (dash and end is None):
        expected = "a date as CCYYMMDD, or a range of two with a hyphen"
        raise BadElement(name(elements, i), found=shown(at(elements, i)), expected=expected)
    return start, end


def whole_number(elements: Elements, i: int) -> int:
    """Element i as a number from 1; raises BadElement when it is none."""
    text = at(elements, i)
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text)):
        raise BadElement(name(elements, i), found=shown(text), expected="a whole number from 1")
    return int(text)


def required(elements: Elements, i: int, what: str) -> str:
    """Element i, which must not be empty; raises BadElement when it is."""
    text = at(elements, i)
    if not text:
        raise BadElement(name(elements, i), found="nothing", expected=what)
    return text


def name(elements: Elements, i: int) -> str:
    """The element's name in the guides, such as SV102."""
    return f"{elements[0]}{i:02d}"


def date_of(text: str) -> date | None:
    """The day of a CCYYMMDD text, None when it is none."""
    return _day_of(text) if len(text) == 8 else None  # nothing longer is to be kept in a cache


@lru_cache(maxsize=1 << 14)
def _day_of(text: str) -> date | None:
    if not _DAY.fullmatch(text) or not EARLIEST_YEAR <= int(text[:4]) <= LATEST_YEAR:
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


@lru_cache(maxsize=1 << 14)
def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if _AMOUNT.fullmatch(text) else None
