"""Amounts and identifiers by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from claims.wording import described, shown
from claims.x12.validate.finding import Finding, Place, error

_AMOUNT = re.compile(r"-?(?:[0-9]{1,16}(?:\.[0-9]{0,8})?|\.[0-9]{1,8})")
_NPI_PREFIX = "80840"  # ISO 7812: health, United States; part of the check digit, not of the number


@lru_cache(maxsize=1 << 14)
def amount_of(text: str) -> Decimal | None:
    """An amount, None when it is none; an empty one is zero.

    >>> amount_of("12.50"), amount_of(""), amount_of("ABC")
    (Decimal('12.50'), Decimal('0'), None)
    """
    if not text:
        return Decimal(0)
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


@lru_cache(maxsize=1 << 12)
def is_npi(text: str) -> bool:
    """True when the number has ten digits and the check digit is right.

    >>> is_npi("1234567893"), is_npi("1234567890"), is_npi("12345")
    (True, False, False)
    """
    if not (len(text) == 10 and text.isascii() and text.isdigit()):
        return False
    digits = [int(d) for d in reversed(_NPI_PREFIX + text)]
    return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0


def bad_npi(place: Place, element: int, value: str) -> Iterator[Finding]:
    """The finding of a number that says it is an NPI and is none."""
    if value and not is_npi(value):
        found = shown(value) if len(value) == 10 else described(value)  # another number may be somebody's own
        yield error(
            "npi", place, found, "an NPI: ten digits, the last of them the check digit of the others",
            "Look the provider up in NPPES.", element=element, snip=4,
        )  # fmt: skip
