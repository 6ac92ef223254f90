"""Days that lie whole months apart, as filing limits and look-backs count them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=4096)
def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last of the month where it has none; earlier where `months` is negative.

    >>> months_later(date(2024, 2, 29), 12), months_later(date(2026, 3, 31), -1)
    (datetime.date(2025, 2, 28), datetime.date(2026, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
