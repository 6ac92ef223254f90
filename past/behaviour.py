"""How a payer has answered of late: what a biller would want to know before sending it another claim.

Counted are first answers to submitted lines, known strictly before a day; dollars are what those lines charged.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import NamedTuple

from claims.days import months_later
from past.intervals import Interval, wilson
from past.payer import Decision

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Answered:
    """A payer's first answer to one line, with the adjustments that denied it ("CO-197")."""

    decision: Decision
    carcs: tuple[str, ...] = ()


class Share(NamedTuple):
    """Denied lines of one kind: what they have in common, how many, of how many, and what they charged."""

    name: str
    denied: int
    lines: int
    cents: int  # charged on the denied ones

    @property
    def interval(self) -> Interval | None:
        """The Wilson interval of the share denied."""
        return wilson(self.denied, self.lines)


class Month(NamedTuple):
    """A month's first answers."""

    first_day: date
    denied: int
    lines: int


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A payer's first answers from `first` up to the day before `before`."""

    first: date
    before: date
    lines: int
    denied: int
    charged_cents: int
    denied_cents: int
    median_lag_days: float | None
    allowed_share: float | None  # of the charge, over lines that were allowed something
    months: Sequence[Month]  # every month, oldest first
    reasons: Sequence[Share]  # the most dollars first; `lines` are all of the payer's denied ones
    carcs: Sequence[Share]
    codes: Sequence[Share]  # the most denied first; `lines` are those of the code
    families: Sequence[Share]

    @property
    def interval(self) -> Interval | None:
        """The Wilson interval of the share denied; None without lines."""
        return wilson(self.denied, self.lines)


def first_day(before: date, months: int = MONTHS) -> date:
    """The first day of so many months that end before a day.

    >>> first_day(date(2026, 3, 10)), first_day(date(2026, 1, 31), 1)
    (datetime.date(2025, 3, 10), datetime.date(2025, 12, 31))
    """
    return months_later(before, -months)


def behaviour(answers: Iterable[Answered], *, before: date, months: int = MONTHS) -> Behaviour:
    """What a payer's answers of the months before a day come to; the day's own and later ones do not count."""
    first = first_day(before, months)
    known = [answer for answer in answers if first <= answer.decision.known_on < before]
    decisions = [answer.decision for answer in known]
    denied = [decision for decision in decisions if decision.denied]
    allowed = [d for d in decisions if not d.denied and d.allowed_cents is not None and d.charge_cents]
    charged = sum(d.charge_cents for d in allowed)
    return Behaviour(
        first=first,
        before=before,
        lines=len(decisions),
        denied=len(denied),
        charged_cents=sum(d.charge_cents for d in decisions),
        denied_cents=sum(d.charge_cents for d in denied),
        median_lag_days=median(d.lag_days for d in decisions) if decisions else None,
        allowed_share=sum(d.allowed_cents or 0 for d in allowed) / charged if charged else None,
        months=_months(decisions, first, before),
        reasons=_denied_for(((d.reason.value if d.reason else "other",), d) for d in denied),
        carcs=_denied_for((answer.carcs[:1], answer.decision) for answer in known if answer.decision.denied),
        codes=_denied_of((d.code, d) for d in decisions),
        families=_denied_of((d.family, d) for d in decisions if d.family),
    )


def _months(decisions: Iterable[Decision], first: date, before: date) -> list[Month]:
    lines, denied = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for d in decisions:
        lines[d.known_on.year, d.known_on.month] += 1
        denied[d.known_on.year, d.known_on.month] += d.denied
    found = []
    year, month = first.year, first.month
    while date(year, month, 1) < before:
        found.append(Month(date(year, month, 1), denied[year, month], lines[year, month]))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def _denied_for(pairs: Iterable[tuple[Sequence[str], Decision]]) -> list[Share]:
    """Denied lines by what they were denied for, the most dollars first."""
    count, cents, total = Counter[str](), Counter[str](), 0
    for names, decision in pairs:
        total += 1
        for name in names:
            count[name] += 1
            cents[name] += decision.charge_cents
    return sorted((Share(name, n, total, cents[name]) for name, n in count.items()), key=lambda s: (-s.cents, s.name))


def _denied_of(pairs: Iterable[tuple[str, Decision]]) -> list[Share]:
    """Shares denied by what the lines are, the most denied lines first; what was never denied is left out."""
    of: dict[Hashable, list[Decision]] = defaultdict(list)
    for name, decision in pairs:
        of[name].append(decision)
    shares = [
        Share(str(name), sum(d.denied for d in some), len(some), sum(d.charge_cents for d in some if d.denied))
        for name, some in of.items()
    ]
    return sorted((s for s in shares if s.denied), key=lambda s: (-s.denied, -s.cents, s.name))
