"""The leak audit: proof, on a practice's own store, that removing the future changes no row and no finding.

For some days of the store's history a second store is built, by the code that ingests files, from nothing but what was
known before the day, with the releases of tables published by then. What serving says there of the claims sent on the
day (findings, and the rows the model sees) must be, value for value, what replay makes of the whole store for training,
and what serving says on the whole store today when asked as of that day. A value that differs came from the future.

Whose a record of an approval or of cover is, is taken as the whole store has it: one that names no more than a member
id may have been linked by a later claim.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from claims.acknowledgment import ClaimAcknowledgment, SetAcknowledgment
from claims.claim import Claim
from claims.remittance import Remittance
from features.registry import Row, rows
from features.replay import Event, Replayed, Submitted, replay
from scrubber.engine import scrub
from scrubber.report import Report
from scrubber.tables import TABLE_NAMES, Table, Tables, with_table
from store import Store
from store.arrivals import Arrival
from training.errors import NotEnoughData

Progress = Callable[[int, int], None]  # days done, days in all
_About = tuple[str, str, date]  # path, submission, day
DAY = timedelta(days=1)
LISTED = 20  # leaks shown one by one; the rest is counted


@dataclass(frozen=True, slots=True)
class Leak:
    """A value that is another one when the future is removed: a feature of a line's row, or a finding."""

    path: str  # replay (training) or serving: which of the two saw the future
    submission: str  # the opaque ref
    known_on: date
    line: int | None
    what: str  # the feature's name, or the rule's id
    with_future: str
    without: str


@dataclass(slots=True)
class Audit:
    """What was compared, and what was found."""

    days: list[date] = field(default_factory=list)
    claims: int = 0
    values: int = 0  # values of rows
    findings: int = 0
    leaks: int = 0
    first: list[Leak] = field(default_factory=list)
    by_what: dict[str, int] = field(default_factory=dict)

    def take(self, leaks: Iterable[Leak]) -> None:
        """Count leaks, and keep the first of them."""
        for leak in leaks:
            self.leaks += 1
            self.by_what[leak.what] = self.by_what.get(leak.what, 0) + 1
            if len(self.first) < LISTED:
                self.first.append(leak)


def audit_leakage(
    store: Store,
    tables: Tables,
    *,
    days: int = 8,
    progress: Progress | None = None,
    events: Iterable[Event] | None = None,
) -> Audit:
    """Compare `days` days of the store's history, spread over it, with and without what came later.

    `events` stands for the store's own where a test wants to see the audit find something. Raises NotEnoughData where
    no claim is there.
    """
    sent = _submission_days(store)
    if not sent:
        raise NotEnoughData(
            "leak audit",
            found="no claim in the store",
            needed="claims sent, and their remittances",
            advice="Ingest 837P and 835 files first: `cleanclaim ingest PATH`.",
        )
    chosen = spread(sent, days)
    audit, known_until = Audit(), date.min
    recorded_until = date.min
    with TemporaryDirectory(prefix="leak-audit-") as folder, _same_secret(store, Path(folder), tables) as past_only:
        for day, with_future in _of_days(replay(events or store.events(), tables), frozenset(chosen)):
            _record(past_only, store.arrivals(known_until, day))
            store.copy_records(past_only, recorded_until, day)
            known_until, recorded_until = day, day + DAY
            audit.days.append(day)
            known = known_by(tables, day)
            for one in with_future:
                beside = [r.event.claim for r in with_future if r.event.patient == one.event.patient]
                _compare(audit, one, _Side(store, tables), _Side(past_only, known), beside)
            if progress:
                progress(len(audit.days), len(chosen))
    return audit


def _same_secret(store: Store, folder: Path, tables: Tables) -> Store:
    """An empty store that gives patients the same keys: records bear no names to make new ones from."""
    (folder / f"{store.practice}.secret").write_bytes(store.secret)
    return Store.open(folder, store.practice, family_of=tables.family, settings=store.label_settings)


def known_by(tables: Tables, day: date) -> Tables:
    """The tables as they were on a day: without the releases published later."""
    for name in TABLE_NAMES:
        tables = with_table(tables, _published_by(getattr(tables, name), day))
    return tables


def _published_by(table: Table[Any], day: date) -> Table[Any]:
    return replace(table, releases=tuple(r for r in table.releases if r.published <= day))


def spread(days: Sequence[date], count: int) -> list[date]:
    """So many of the days, evenly spread, the last one among them; all of them where there are no more.

    >>> [d.day for d in spread([date(2026, 3, n) for n in range(1, 11)], 3)]
    [4, 7, 10]
    """
    if count >= len(days):
        return list(days)
    return [days[round((n + 1) * len(days) / count) - 1] for n in range(count)]


def _submission_days(store: Store) -> list[date]:
    return sorted({event.known_on for event in store.events() if isinstance(event, Submitted)})


def _of_days(replayed: Iterable[Replayed], chosen: frozenset[date]) -> Iterator[tuple[date, list[Replayed]]]:
    for day, of_day in groupby(replayed, key=lambda r: r.event.known_on):
        if day in chosen:
            yield day, list(of_day)
        else:
            for _ in of_day:  # replay must run through every day
                pass


def _record(past_only: Store, known: Iterable[Arrival]) -> None:
    """Let the second store learn, as if these records had come by file."""
    claims, remittances, acknowledgments = list[Claim](), list[Remittance](), []
    for record in known:
        if isinstance(record, Claim):
            claims.append(record)
        elif isinstance(record, Remittance):
            remittances.append(record)
        elif isinstance(record, ClaimAcknowledgment | SetAcknowledgment):
            acknowledgments.append(record)
    past_only.record(claims, remittances, acknowledgments)


@dataclass(frozen=True, slots=True)
class _Side:
    """A store and the tables of its day."""

    store: Store
    tables: Tables

    def served(self, claim: Claim, day: date, content: str, beside: Sequence[Claim]) -> tuple[Report, list[Row]]:
        """What serving says of the claim, asked as of the day."""
        past = self.store.patient_past(claim, as_of=day, peers=beside, content=content)
        report = scrub(claim, self.tables, past, as_of=day)
        return report, rows(claim, report, past, self.store.payer_past(), tables=self.tables, as_of=day)


def _compare(audit: Audit, one: Replayed, whole: _Side, cut: _Side, beside: Sequence[Claim]) -> None:
    """One claim as training and serving have it today, beside the same claim without what came after its day."""
    claim, day = one.event.claim, one.event.known_on
    report, alone = cut.served(claim, day, one.event.content, beside)
    audit.claims += 1
    audit.values += sum(len(row) for row in alone)
    audit.findings += len(report.findings)
    lines = [line.number for line in claim.lines]
    today = whole.served(claim, day, one.event.content, beside)
    for path, (found, seen) in (("replay", (one.report, one.rows)), ("serving", today)):
        about = path, one.event.submission, day
        audit.take(_rows_differ(about, lines, seen, alone))
        audit.take(_reports_differ(about, found, report))


def _rows_differ(about: _About, lines: Sequence[int], whole: Sequence[Row], alone: Sequence[Row]) -> Iterator[Leak]:
    for line, full, cut in zip(lines, whole, alone, strict=True):
        for name, value in full.items():
            if not _same(value, cut[name]):
                yield Leak(*about, line, name, str(value), str(cut[name]))


def _reports_differ(about: _About, whole: Report, alone: Report) -> Iterator[Leak]:
    full, cut = _said(whole), _said(alone)
    for key in sorted({*full, *cut}, key=str):
        if full.get(key) != cut.get(key):
            yield Leak(*about, key[1], key[0], full.get(key, "silent"), cut.get(key, "silent"))


def _said(report: Report) -> Mapping[tuple[str, int | None, str], str]:
    """What a report says, by rule, line and message; a message names codes and days, and no patient."""
    found = {(f.rule_id, f.line, f.message): f.severity.word for f in report.findings}
    return found | {(u.rule_id, u.line, " ".join(u.missing)): "unchecked" for u in report.unchecked}


def _same(one: float | str, other: float | str) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return one == other
