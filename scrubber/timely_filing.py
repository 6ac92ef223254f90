"""By when a claim has to reach its payer.

Medicare gives one calendar year from the service, the same where it is the second payer, and a last day on a weekend
moves to Monday (federal holidays are not reckoned here). Other payers give what the payer table says; where another
payer came first, they count from its decision.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from claims.claim import PayerType
from scrubber.parameters import parameter
from scrubber.payer_profile import profile
from scrubber.registry import Case, Citation, Gap

_SATURDAY = 5  # date.weekday()
_NO_LIMIT = Gap(("payers table",), "the payer table gives no filing limit for this payer", of_claim=True)
_NO_DECISION = Gap(
    ("other payer's decision",), "the limit counts from the other payer's decision, which is not told", of_claim=True
)


class Limit(NamedTuple):
    """The last day a claim may reach the payer, how that is told, and whether it is published."""

    last_day: date
    words: str
    verified: bool
    citation: Citation | None  # None: the payer's own contract


def limit(case: Case, service: date) -> Limit | Gap:
    """The limit for a service of that day, or what is missing to know it."""
    of_medicare = case.payer_type is PayerType.MEDICARE
    return case.once(("filing limit", service), lambda: (_of_medicare if of_medicare else _of_others)(case, service))


def _of_others(case: Case, service: date) -> Limit | Gap:
    row = profile(case)
    if row is None or row.timely_filing_days is None:
        return _NO_LIMIT
    start = _start(case, service)
    if start is None:
        return _NO_DECISION
    return Limit(start + timedelta(days=row.timely_filing_days), f"{row.timely_filing_days} days", row.verified, None)


def _of_medicare(case: Case, service: date) -> Limit | Gap:
    value = parameter("medicare_filing_months").on(service, case.as_of)
    if value is None:
        return _NO_LIMIT
    last = months_later(service, int(Decimal(value.value)))
    if last.weekday() >= _SATURDAY:
        last += timedelta(days=7 - last.weekday())
    return Limit(last, f"{value.value} months", value.verified, value.citation)


@lru_cache(maxsize=4096)
def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last of the month where it has none.

    >>> months_later(date(2024, 2, 29), 12)
    datetime.date(2025, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _start(case: Case, service: date) -> date | None:
    """The day the limit counts from: of the service, or of the decision of the payer that came first; None unknown."""
    claim = case.claim
    if claim.payer.sequence in ("P", ""):
        return service
    decided = [p.adjudicated_on for p in claim.other_payers]
    decided += [a.adjudicated_on for line in claim.lines for a in line.adjudications]
    return max((day for day in decided if day), default=None)
