"""Lines a payer allowed less for than it owes: less than the contract says, or than it usually allows.

What is usual is the median of the payer's own amounts for one unit of the same service, of answers that stood and were
known before the day of the answer judged, in the year before it. So a line is never compared with itself nor with what
came later, and a payer that lowers its price for good shows until the lower price has become the usual one.
Only prices are compared: `past.standing` says which answers are none. What cannot be compared is counted, not passed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

from past.standing import Standing

CENT = Decimal("0.01")
# These are our own judgement, no payer's policy: what is worth a dispute, and what may be called usual.
LEAST_DECISIONS = 10
LOOK_BACK_DAYS = 365
SHORT_DOLLARS, SHORT_SHARE = Decimal(1), Decimal("0.02")  # short of the usual: by this much at least, and this share
AGREEING_SHARE = Decimal("0.5")  # an amount that fewer of the decisions come near to is nobody's usual
ROUNDING = CENT  # of a contract's rate times units


class Unknown(StrEnum):
    """Why a line that has a price could not be compared."""

    TOO_FEW_DECISIONS = "too_few_decisions"
    NO_USUAL_AMOUNT = "no_usual_amount"  # its amounts for the service lie too far apart
    PLACE = "place_unknown"
    NOT_BY_UNIT = "not_priced_by_unit"  # minutes, or no units at all


class Basis(StrEnum):
    """What an expected amount rests on."""

    CONTRACT = "contract"
    DECISIONS = "decisions"


class PriceKey(NamedTuple):
    """What makes two lines the same service at the same price, as far as a claim tells."""

    payer_id: str
    code: str
    modifiers: tuple[str, ...]  # those that may change the price, sorted
    place_kind: str  # facility, non_facility; "" where the table of places does not hold it
    kind: str  # of the claim: a clinician's or a surgery centre's
    practitioner: str  # whose own services Medicare pays at a share: yes, no, "" where the claim does not say
    schedule_year: int  # of service, where the payer's prices change with it; else 0


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A submitted line with what the payer's answers to it stood at; `unknown` says why there is no usual price."""

    claim_id: str  # CLM01: shown, never logged
    ref: str
    line: int
    payer_id: str
    code: str
    modifiers: tuple[str, ...]
    key: PriceKey
    unknown: Unknown | None
    units: Decimal
    charge: Decimal
    service_date: date
    standings: Sequence[Standing]

    def unit_price(self, allowed: Decimal) -> Decimal:
        """What was allowed for one unit."""
        return allowed / self.units


@dataclass(frozen=True, slots=True)
class ContractRate:
    """What a practice's contract with a payer allows for one unit of a service."""

    payer_id: str
    code: str
    modifiers: tuple[str, ...]  # sorted
    place_kind: str  # facility, non_facility; "" for both
    allowed: Decimal
    valid_from: date | None
    valid_to: date | None  # inclusive

    def holds(self, day: date) -> bool:
        """True on the days of service the rate speaks for."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Expected:
    """The amount a line should have been allowed, and what that rests on."""

    amount: Decimal
    basis: Basis
    decisions: int = 0  # the payer's decisions behind a usual amount
    agreeing: int = 0  # how many of them lie near it


@dataclass(frozen=True, slots=True)
class Underpaid:
    """A line that was allowed less than expected."""

    line: PricedLine
    standing: Standing
    allowed: Decimal
    expected: Expected

    @property
    def short(self) -> Decimal:
        """The dollars missing."""
        return self.expected.amount - self.allowed


@dataclass(slots=True)
class PayerTotal:
    """What one payer's lines come to."""

    compared: int = 0
    short_lines: int = 0
    short: Decimal = Decimal(0)


@dataclass(slots=True)
class Underpayments:
    """The lines short, the most dollars first, the totals by payer, and what was not compared, by its reason."""

    lines: list[Underpaid] = field(default_factory=list)
    payers: dict[str, PayerTotal] = field(default_factory=lambda: defaultdict(PayerTotal))
    left_out: Counter[str] = field(default_factory=Counter)
    carcs: Counter[str] = field(default_factory=Counter)  # that lowered lines left out

    @property
    def compared(self) -> int:
        """How many lines were compared."""
        return sum(total.compared for total in self.payers.values())

    @property
    def short(self) -> Decimal:
        """All dollars missing."""
        return sum((total.short for total in self.payers.values()), Decimal(0))


def underpayments(
    lines: Iterable[PricedLine],
    *,
    rates: Iterable[ContractRate] = (),
    since: date | None = None,
    least: int = LEAST_DECISIONS,
) -> Underpayments:
    """Which lines were allowed less than owed, among those whose answer, as it stands, became known from `since` on."""
    found = Underpayments()
    contract = _by_service(rates)
    days: dict[date, _Day] = defaultdict(_Day)
    for line in lines:
        last = line.standings[-1] if line.standings else None
        if last is not None and (since is None or last.since >= since):
            days[last.since].judged.append(line)
        if line.unknown is None:
            _plan(line, days)
    usual = UsualPrices()
    for day in sorted(days):
        for line in days[day].judged:
            _judge(found, line, usual, contract, least)
        for key, price in days[day].learned:
            usual.learn(key, price)
        for key, price in days[day].forgotten:
            usual.forget(key, price)
    found.lines.sort(key=lambda u: (-u.short, u.line.payer_id, u.line.ref, u.line.line))
    return found


@dataclass(slots=True)
class _Day:
    """What happens on a day, in this order: lines are judged by what was known before it, then it is learned."""

    judged: list[PricedLine] = field(default_factory=list)
    learned: list[tuple[PriceKey, Decimal]] = field(default_factory=list)
    forgotten: list[tuple[PriceKey, Decimal]] = field(default_factory=list)


def _plan(line: PricedLine, days: dict[date, _Day]) -> None:
    """When each price of the line becomes known, and when it stands no more or is too old."""
    for span in line.standings:
        if span.allowed is not None:
            price = line.unit_price(span.allowed)
            days[span.since].learned.append((line.key, price))
            days[_end(span)].forgotten.append((line.key, price))


def _end(span: Standing) -> date:
    """The last day before the end of which the price is part of what is known."""
    aged = span.since + timedelta(days=LOOK_BACK_DAYS)
    return aged if span.until is None else min(span.until, aged)


class UsualPrices:
    """The prices known at a time, by service; sorted, so that the middle one is found at once."""

    def __init__(self) -> None:
        self._prices: dict[PriceKey, list[Decimal]] = defaultdict(list)

    def learn(self, key: PriceKey, price: Decimal) -> None:
        """Take in a price."""
        insort(self._prices[key], price)

    def forget(self, key: PriceKey, price: Decimal) -> None:
        """Take back a price learned before."""
        prices = self._prices[key]
        del prices[bisect_left(prices, price)]

    def expected(self, line: PricedLine, own: Sequence[Decimal], least: int) -> Expected | Unknown:
        """The usual amount for the line, never more than its charge; `own` are its own earlier prices, left aside."""
        prices = self._prices.get(line.key, [])
        if own:
            prices = list(prices)
            for price in own:
                prices.remove(price)
        if len(prices) < max(1, least):
            return Unknown.TOO_FEW_DECISIONS
        middle = median(prices)
        near = max(middle * SHORT_SHARE, CENT)
        agreeing = bisect_right(prices, middle + near) - bisect_left(prices, middle - near)
        if agreeing < AGREEING_SHARE * len(prices):
            return Unknown.NO_USUAL_AMOUNT
        return Expected(_at_most_charged(middle, line), Basis.DECISIONS, len(prices), agreeing)


def median(ordered: Sequence[Decimal]) -> Decimal:
    """The middle of sorted amounts, half-way between the two middle ones of an even number.

    >>> median([Decimal(1), Decimal(2), Decimal(9)]), median([Decimal(1), Decimal(2)])
    (Decimal('2'), Decimal('1.5'))
    """
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _judge(
    found: Underpayments,
    line: PricedLine,
    usual: UsualPrices,
    contract: Mapping[tuple[str, str], Sequence[ContractRate]],
    least: int,
) -> None:
    standing = line.standings[-1]
    if standing.allowed is None:
        found.left_out[str(standing.why)] += 1
        found.carcs.update(standing.carcs)
        return
    expected: Expected | Unknown | None = None if line.unknown is Unknown.NOT_BY_UNIT else _by_contract(line, contract)
    expected = expected or line.unknown
    if expected is None:
        own = [line.unit_price(s.allowed) for s in line.standings[:-1] if s.allowed is not None and _known(s, standing)]
        expected = usual.expected(line, own, least)
    if isinstance(expected, Unknown):
        found.left_out[str(expected)] += 1
        return
    total = found.payers[line.payer_id]
    total.compared += 1
    entry = Underpaid(line, standing, standing.allowed, expected)
    if entry.short > _tolerance(expected):
        total.short_lines += 1
        total.short += entry.short
        found.lines.append(entry)


def _known(earlier: Standing, standing: Standing) -> bool:
    """True where the line's own earlier price is still among what is known before the day of the one that stands."""
    return earlier.since < standing.since <= _end(earlier)


def _tolerance(expected: Expected) -> Decimal:
    if expected.basis is Basis.CONTRACT:
        return ROUNDING
    return max(SHORT_DOLLARS, expected.amount * SHORT_SHARE)


def _by_service(rates: Iterable[ContractRate]) -> Mapping[tuple[str, str], Sequence[ContractRate]]:
    found: dict[tuple[str, str], list[ContractRate]] = defaultdict(list)
    for rate in rates:
        found[rate.payer_id, rate.code].append(rate)
    return found


def _by_contract(line: PricedLine, contract: Mapping[tuple[str, str], Sequence[ContractRate]]) -> Expected | None:
    """The contract's amount for the line; a rate for its kind of place goes before one for every place."""
    key = line.key
    rates = [
        rate
        for rate in contract.get((key.payer_id, key.code), ())
        if rate.modifiers == key.modifiers and rate.place_kind in (key.place_kind, "") and rate.holds(line.service_date)
    ]
    if not rates:
        return None
    rate = max(rates, key=lambda each: each.place_kind != "")
    return Expected(_at_most_charged(rate.allowed, line), Basis.CONTRACT)


def _at_most_charged(price: Decimal, line: PricedLine) -> Decimal:
    """Payers allow the lesser of their price and the charge."""
    return min(price * line.units, line.charge).quantize(CENT, ROUND_HALF_UP)
