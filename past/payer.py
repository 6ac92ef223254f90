"""What a payer had decided before a day, counted in day buckets: by code, by family, by Reason."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from claims.reasons import Reason

EVERY_PAYER = ""
EVERY_CODE = ""
MOST_ANSWERS = 50_000  # kept for one day: some 100 payers with 100 codes each
_REASONS = tuple(Reason)


@dataclass(frozen=True, slots=True)
class Decision:
    """A payer's first adjudication of one submitted line.

    `known_on` is the later of the submission's day and the remittance's. Money in cents; `allowed_cents` is None for a
    denied line and wherever the remittance does not say. `family` is the code's family in the code table ("" unknown).
    """

    known_on: date
    payer_id: str
    code: str
    family: str
    denied: bool
    reason: Reason | None
    charge_cents: int
    allowed_cents: int | None
    units: float
    lag_days: int


class Decisions(NamedTuple):
    """Denied and total decisions in a window."""

    denied: int
    total: int

    @property
    def rate(self) -> float | None:
        """Share denied; None when there was no decision."""
        return self.denied / self.total if self.total else None


class Allowed(NamedTuple):
    """What was allowed on lines that were not denied: lines, units, cents allowed, cents charged."""

    lines: int
    units: float
    cents: int
    charge_cents: int


@dataclass(slots=True)
class _Tally:
    """Running sums by day; `learn` may come in any order of days, and is undone by a negative."""

    days: list[int] = field(default_factory=list)
    sums: list[list[float]] = field(default_factory=list)  # one running list a column

    def add(self, day: int, *amounts: float) -> None:
        if not self.sums:
            self.sums = [[] for _ in amounts]
        at = bisect_left(self.days, day)
        if at == len(self.days) or self.days[at] != day:
            self.days.insert(at, day)
            for column in self.sums:
                column.insert(at, column[at - 1] if at else 0)
        for column, amount in zip(self.sums, amounts, strict=True):
            if amount:
                for i in range(at, len(column)):
                    column[i] += amount

    def between(self, start: int | None, end: int, column: int) -> float:
        """The sum of one column over start <= day < end; all days before `end` when start is None."""
        days = self.days
        stop = len(days) if days and days[-1] < end else bisect_left(days, end)
        if not stop:
            return 0
        first = bisect_left(days, start) if start is not None else 0
        if first >= stop:
            return 0
        running = self.sums[column]
        return running[stop - 1] - (running[first - 1] if first else 0)


class PayerPast:
    """Learns decisions in any order; answers only from those known strictly before the day it is asked about.

    >>> past = PayerPast()
    >>> past.learn(Decision(date(2026, 2, 1), "P1", "64493", "facet", True, Reason.AUTHORIZATION, 50000, None, 1, 20))
    >>> past.decisions("P1", before=date(2026, 2, 1), code="64493")
    Decisions(denied=0, total=0)
    >>> past.decisions("P1", before=date(2026, 2, 2), code="64493", reason=Reason.AUTHORIZATION)
    Decisions(denied=1, total=1)
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], _Tally] = defaultdict(_Tally)
        self._denied_for: dict[tuple[str, str, str, Reason], _Tally] = defaultdict(_Tally)
        self._allowed: dict[tuple[str, str], _Tally] = defaultdict(_Tally)
        self._lags: dict[str, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
        self._revision = 0
        self._answers: tuple[int, date, dict[Hashable, object]] = (0, date.min, {})

    def learn(self, decision: Decision) -> None:
        """Take in a decision."""
        self._apply(decision, 1)

    def unlearn(self, decision: Decision) -> None:
        """Take back a decision learned before (a remittance that came late changed which was the first)."""
        self._apply(decision, -1)

    def _apply(self, d: Decision, sign: int) -> None:
        day = d.known_on.toordinal()
        for key in _keys(d.payer_id, d.code, d.family):
            self._counts[key].add(day, sign, sign if d.denied else 0)
            if d.denied:
                self._denied_for[(*key, d.reason or Reason.OTHER)].add(day, sign)
        if not d.denied and d.allowed_cents is not None:
            amounts = (sign, sign * d.units, sign * d.allowed_cents, sign * d.charge_cents)
            for payer, code in ((d.payer_id, d.code), (EVERY_PAYER, d.code), (EVERY_PAYER, EVERY_CODE)):
                self._allowed[payer, code].add(day, *amounts)
        self._lags[d.payer_id][day][d.lag_days] += sign
        self._revision += 1  # last: an answer worked out meanwhile is kept under the old number, and never seen again

    def decisions(
        self,
        payer: str = EVERY_PAYER,
        *,
        before: date,
        code: str = EVERY_CODE,
        family: str = "",
        days: int | None = None,
        reason: Reason | None = None,
    ) -> Decisions:
        """Decisions known before `before` (in the `days` days up to it, if given), denied for `reason` if given.

        Give `code` or `family`, not both; neither counts all of the payer's decisions.
        """
        key = (payer, code, family if not code else "")
        tally = self._counts.get(key)
        if tally is None:
            return Decisions(0, 0)
        end = before.toordinal()
        start = None if days is None else end - days
        total = int(tally.between(start, end, 0))
        if reason is None:
            return Decisions(int(tally.between(start, end, 1)), total)
        for_reason = self._denied_for.get((*key, reason))
        return Decisions(int(for_reason.between(start, end, 0)) if for_reason else 0, total)

    def answers(self, before: date) -> dict[Hashable, object]:
        """Room for what was worked out from the decisions before a day; empty again once anything was learned since.

        The claims of a day ask the same of the past, line after line: whoever works an answer out may leave it here,
        under a key that names all of the question but the day.
        """
        revision, day, answers = self._answers
        if revision != self._revision or day != before or len(answers) > MOST_ANSWERS:
            answers = {}
            self._answers = (self._revision, before, answers)
        return answers

    def denials(
        self,
        payer: str = EVERY_PAYER,
        *,
        before: date,
        code: str = EVERY_CODE,
        family: str = "",
        days: int | None = None,
    ) -> tuple[int, dict[Reason, int]]:
        """Decisions in the window, and how many were denied for each Reason: `decisions` for all Reasons at once.

        Reasons nothing was denied for are left out.
        """
        key = (payer, code, family if not code else "")
        tally = self._counts.get(key)
        if tally is None:
            return 0, {}
        end = before.toordinal()
        start = None if days is None else end - days
        total = int(tally.between(start, end, 0))
        denied: dict[Reason, int] = {}
        if total:
            for reason in _REASONS:
                for_reason = self._denied_for.get((*key, reason))
                if for_reason is not None and (n := int(for_reason.between(start, end, 0))):
                    denied[reason] = n
        return total, denied

    def allowed(self, payer: str = EVERY_PAYER, *, before: date, code: str = EVERY_CODE) -> Allowed:
        """What was allowed on lines decided before `before` and not denied."""
        tally = self._allowed.get((payer, code))
        if tally is None:
            return Allowed(0, 0.0, 0, 0)
        lines, units, cents, charged = (tally.between(None, before.toordinal(), column) for column in range(4))
        return Allowed(int(lines), float(units), int(cents), int(charged))

    def lag(self, payer: str, *, before: date, share: float = 0.95) -> int | None:
        """Days from submission to first answer that `share` of this payer's decisions stayed within; None unknown."""
        end = before.toordinal()
        counts: dict[int, int] = defaultdict(int)
        for day, lags in self._lags.get(payer, {}).items():
            if day < end:
                for lag, n in lags.items():
                    counts[lag] += n
        total = sum(counts.values())
        seen = 0
        for lag in sorted(counts):
            seen += counts[lag]
            if total and seen >= share * total:
                return lag
        return None


def _keys(payer: str, code: str, family: str) -> list[tuple[str, str, str]]:
    keys = [(payer, "", ""), (payer, code, ""), (EVERY_PAYER, "", ""), (EVERY_PAYER, code, "")]
    if family:
        keys += [(payer, "", family), (EVERY_PAYER, "", family)]
    return list(dict.fromkeys(keys))
