"""By when a claim has to reach its payer.

Medicare gives one calendar year from the service, the same where it is the second payer, and a last day on a weekend
moves to Monday (federal holidays are not reckoned here). Other payers give what the payer table says; where another
payer came first, they count from its decision.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from claims.claim import PayerType
from claims.days import months_later
from scrubber.parameters import parameter
from scrubber.payer_profile import citation, own, profile
from scrubber.registry import Case, Citation, Gap
from scrubber.tables.profiles import Filing, speaking

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
    citation: Citation | None  # None: the payer's own contract, which we have not seen


def limit(case: Case, service: date) -> Limit | Gap:
    """The limit for a service of that day, or what is missing to know it."""
    limits = case.once_of(_limits)
    if service not in limits:
        limits[service] = (_of_medicare if case.payer_type is PayerType.MEDICARE else _of_others)(case, service)
    return limits[service]


def _limits(_case: Case) -> dict[date, Limit | Gap]:
    """The limit of each day of service; filled as rules ask."""
    return {}


def _of_others(case: Case, service: date) -> Limit | Gap:
    start = _start(case, service)
    entry = own_filing(case, service, "days") if case.tables.profiles.read else None
    row = profile(case)
    days = entry.days if entry else row.timely_filing_days if row else None
    if days is None:
        return _NO_LIMIT
    if start is None:
        return _NO_DECISION
    verified = entry.said.verified if entry else bool(row and row.verified)
    return Limit(start + timedelta(days=days), f"{days} days", verified, cited(case, entry) if entry else None)


def own_filing(case: Case, service: date, what: str) -> Filing | None:
    """What the payer's own profile says of a limit (`days`, `corrected_claim_days`) for a service; None without it."""
    mine = own(case)
    for entry in speaking(mine.filing, service, case.as_of) if mine else ():
        if getattr(entry, what) is not None:
            return entry
    return None


def cited(case: Case, entry: Filing | None) -> Citation | None:
    """What a finding cites such an entry by; None leaves the rule's own citation."""
    mine = own(case)
    return citation(mine, entry.said) if mine and entry else None


def _of_medicare(case: Case, service: date) -> Limit | Gap:
    value = parameter("medicare_filing_months").on(service, case.as_of)
    if value is None:
        return _NO_LIMIT
    last = medicare_last_day(service, int(Decimal(value.value)))
    return Limit(last, f"{value.value} months", value.verified, value.citation)


def medicare_last_day(service: date, months: int) -> date:
    """The last day Medicare takes a claim for a service: on a weekend it moves to Monday.

    >>> medicare_last_day(date(2025, 3, 14), 12)
    datetime.date(2026, 3, 16)
    """
    last = months_later(service, months)
    return last + timedelta(days=7 - last.weekday()) if last.weekday() >= _SATURDAY else last


def _start(case: Case, service: date) -> date | None:
    """The day the limit counts from: of the service, or of the decision of the payer that came first; None unknown."""
    claim = case.claim
    if claim.payer.sequence in ("P", ""):
        return service
    decided = [p.adjudicated_on for p in claim.other_payers]
    decided += [a.adjudicated_on for line in claim.lines for a in line.adjudications]
    return max((day for day in decided if day), default=None)
