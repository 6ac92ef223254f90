"""What the rules would have said of each claim on the day it went out, beside what its payer then said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import func

from features.replay import Event, Scrubbed, scrubbed
from past.labels import Words
from past.payer import PayerPast
from scrubber.tables import Tables
from store.history import replayed
from store.ledger import LedgerRow, ledger
from store.relinking import FamilyOf
from store.schema import submissions
from store.scope import Scope


@dataclass(frozen=True, slots=True)
class Period:
    """Claims sent from `since` (None: the first) to `until`, and what was known of them by `as_of`."""

    since: date | None
    until: date
    as_of: date


@dataclass(frozen=True, slots=True)
class Judged:
    """A submission with its report, and the ledger's row of each of its lines, in their order."""

    scrubbed: Scrubbed
    rows: tuple[LedgerRow, ...]


def judged(
    scope: Scope,
    payer: PayerPast,
    period: Period,
    words: Words,
    family_of: FamilyOf,
    secret: bytes,
    tables: Tables,
    progress: Callable[[int, int | None], None] | None = None,
) -> Iterator[Judged]:
    """Every submission of the period; two streams side by side, of which one day at a time is held."""
    until = min(period.until, period.as_of)
    rows = ledger(scope, payer, period.as_of, words, since=period.since, until=until)
    total = _count(scope, period.since, until) if progress else None
    events = replayed(scope, until, family_of, secret)
    for done, one in enumerate(_side_by_side(events, rows, tables, period.since), 1):
        yield one
        if progress and done % 100 == 0:
            progress(done, total)


def _side_by_side(
    events: Iterable[Event], rows: Iterable[LedgerRow], tables: Tables, since: date | None
) -> Iterator[Judged]:
    days = groupby(rows, key=lambda row: row.submitted_on)
    ledger_day = next(days, None)
    for day, sent in groupby(scrubbed(events, tables, since=since), key=lambda one: one.event.known_on):
        while ledger_day is not None and ledger_day[0] < day:
            ledger_day = next(days, None)
        by_ref: dict[str, list[LedgerRow]] = defaultdict(list)
        if ledger_day is not None and ledger_day[0] == day:  # a day of claims without lines has no rows
            for row in ledger_day[1]:
                by_ref[row.ref].append(row)
        for one in sent:
            yield Judged(one, tuple(by_ref[one.event.submission]))


def _count(scope: Scope, since: date | None, until: date) -> int:
    query = scope.select(submissions, func.count()).where(submissions.c.known_on <= until)
    if since is not None:
        query = query.where(submissions.c.known_on >= since)
    return scope.connection.scalar(query) or 0
