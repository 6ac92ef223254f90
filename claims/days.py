"""How days are reckoned: whole months on or back, and spans with open ends that meet."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache

Span = tuple[date | None, date | None]  # first and last day; None leaves that end open


@lru_cache(maxsize=4096)
def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last of the month where it has none; earlier where `months` is negative.

    >>> months_later(date(2024, 2, 29), 12), months_later(date(2026, 3, 31), -1)
    (datetime.date(2025, 2, 28), datetime.date(2026, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def overlap(one: Span, other: Span) -> bool:
    """True where both hold on some day.

    >>> june, from_july = (date(2026, 6, 1), date(2026, 6, 30)), (date(2026, 7, 1), None)
    >>> overlap(june, from_july), overlap(from_july, (None, None))
    (False, True)
    """
    return (one[0] or date.min) <= (other[1] or date.max) and (other[0] or date.min) <= (one[1] or date.max)
