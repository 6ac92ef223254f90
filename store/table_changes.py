"""What a release changes for claims like the practice's own: the same claims, checked under two sets of tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import NamedTuple

from claims.claim import Claim
from past.patient import PatientPast
from scrubber import scrub
from scrubber.report import Report
from scrubber.tables import Tables, UnreadableTable, load_tables, with_table
from scrubber.tables.loading import MANIFEST, load_table, read_manifest
from scrubber.tables.release import Release
from store.store import Store
from store.table_manifests import own_folder
from store.table_releases import Wanted, import_table, table_of

REFS = 3  # claims named for each rule and code
Told = Callable[[int, int | None], None]


class Between(NamedTuple):
    """A table before and after a release; `release` is the one that came (or, gone back, that went)."""

    table: str
    before: Tables
    after: Tables
    was: str
    now: str
    release: Release[object]


@contextmanager
def between(home: Path, name: str, paths: Sequence[Path], wanted: Wanted, *, today: date) -> Iterator[Between]:
    """The tables without and with the files; without files, before and after the last import or rollback.

    Nothing of the home is changed: the files are imported into a copy. Raises UnreadableTable.
    """
    table, tables = table_of(name), load_tables(home)
    if not paths:
        own = own_folder(table, home)
        before = read_manifest(table, own).get("before") if (own / MANIFEST).exists() else None
        if before is None:
            raise UnreadableTable(
                f"table {table}",
                found="no import of it, and no file",
                expected="the file of a release to compare with",
                advice=f"Give it: cleanclaim tables diff {name} FILE.",
            )
        yield _between(table, with_table(tables, load_table(table, home, before)), tables)
        return
    with TemporaryDirectory(prefix="cleanclaim-") as folder:
        copy = Path(folder)
        if own_folder(table, home).is_dir():
            copytree(own_folder(table, home), own_folder(table, copy))
        import_table(copy, name, paths, wanted, today=today)
        yield _between(table, tables, with_table(tables, load_table(table, copy)))


def _between(table: str, before: Tables, after: Tables) -> Between:
    def releases(tables: Tables) -> Sequence[Release[object]]:
        found: Sequence[Release[object]] = getattr(tables, table).releases
        return found

    def identity(release: Release[object]) -> object:
        return release.name, release.sha256, release.effective, release.published, release.complete

    old, new = ({identity(r): r for r in releases(tables)} for tables in (before, after))
    changed = [r for key, r in new.items() if key not in old] or [r for key, r in old.items() if key not in new]
    release = (changed or list(releases(after)))[-1]
    names = [releases(tables)[-1].name if releases(tables) else "none" for tables in (before, after)]
    return Between(table, before, after, names[0], names[1], release)


@dataclass(slots=True)
class Changed:
    """What changes for one rule and code."""

    rule_id: str
    code: str  # "" for a finding of the whole claim
    gone: int = 0
    come: int = 0
    changed: int = 0  # said before and after, with other words or weight
    charges_gone: Decimal = Decimal(0)
    charges_come: Decimal = Decimal(0)
    refs: list[str] = field(default_factory=list)
    example: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What two sets of tables say of the same claims."""

    claims: int
    asked_later: int  # claims from before the release, asked about as if done on its first day
    touched: int  # claims for which anything changes
    by_rule: tuple[Changed, ...]
    unchecked_before: int
    unchecked_after: int


class Sent(NamedTuple):
    """A submission as it is asked about."""

    ref: str
    claim: Claim
    past: PatientPast
    as_of: date
    moved: bool  # asked about as if done on the release's first day


def difference(sent: Iterable[Sent], tables: Between, told: Told | None = None) -> Difference:
    """Check every claim under both sets of tables, one set after the other, and count what differs."""
    claims = list(sent)
    both: list[list[Report]] = []
    for done, each in enumerate((tables.before, tables.after)):
        reports = []
        for number, s in enumerate(claims, 1):
            reports.append(scrub(s.claim, each, s.past, as_of=s.as_of))
            if told is not None:
                told(done * len(claims) + number, 2 * len(claims))
        both.append(reports)
    found: dict[tuple[str, str], Changed] = {}
    touched = sum(_compare(s, old, new, found) for s, old, new in zip(claims, *both, strict=True))
    ordered = sorted(found.values(), key=lambda c: (-(c.charges_come + c.charges_gone), c.rule_id, c.code))
    unchecked = [sum(len(report.unchecked) for report in reports) for reports in both]
    return Difference(len(claims), sum(s.moved for s in claims), touched, tuple(ordered), *unchecked)


def _compare(sent: Sent, old: Report, new: Report, found: dict[tuple[str, str], Changed]) -> bool:
    """Count a claim's differences; True when there is any."""
    before, after = _said(old), _said(new)
    lines = {line.number: line for line in sent.claim.lines}
    total = sum((line.charge for line in sent.claim.lines), Decimal(0))
    touched = False
    for key in sorted(before.keys() | after.keys(), key=lambda k: (k[0], k[1] or 0)):
        was, now = before.get(key, Counter()), after.get(key, Counter())
        if was == now:
            continue
        touched = True
        rule_id, number = key
        line = lines.get(number) if number is not None else None
        code, charge = (line.code, line.charge) if line is not None else ("", total)
        of = found.setdefault((rule_id, code), Changed(rule_id, code))
        gone, come = (was - now).total(), (now - was).total()
        changed = min(gone, come)
        of.changed += changed
        of.gone += gone - changed
        of.come += come - changed
        of.charges_gone += charge if gone > come else 0
        of.charges_come += charge if come > gone else 0
        of.example = of.example or next(iter(now - was or was - now))[1]
        if sent.ref not in of.refs and len(of.refs) < REFS:
            of.refs.append(sent.ref)
    return touched


def _said(report: Report) -> Mapping[tuple[str, int | None], Counter[tuple[int, str]]]:
    """What each rule says of each line: how serious, and in which words."""
    said: dict[tuple[str, int | None], Counter[tuple[int, str]]] = defaultdict(Counter)
    for finding in report.findings:
        said[finding.rule_id, finding.line][int(finding.severity), finding.message] += 1
    return said


def claims_of(store: Store, first: date, last: date, release: Release[object], *, as_dated: bool) -> list[Sent]:
    """The submissions with a service from `first` to `last`, each with its patient's past of the day it was sent.

    A claim from before the release is asked about as if done on its first day, unless `as_dated`; and no earlier than
    the release was published, since before nobody could ask it.
    """
    found = []
    for event in store.served(first, last):
        claim = event.claim if as_dated else not_before(event.claim, release.effective)
        past = store.patient_past(event.claim, as_of=event.known_on, content=event.content)
        days = [day for line in claim.lines if (day := line.service_to or line.service_from)]
        as_of = max(event.known_on, release.published, *days)
        found.append(Sent(event.submission, claim, past, as_of, claim is not event.claim))
    return found


def not_before(claim: Claim, day: date) -> Claim:
    """The claim with its services moved on together, so that none is from before the day."""
    days = [line.service_from for line in claim.lines if line.service_from]
    by = (day - min(days)) if days else timedelta()
    if by <= timedelta():
        return claim
    lines = tuple(
        replace(
            line,
            service_from=line.service_from and line.service_from + by,
            service_to=line.service_to and line.service_to + by,
        )
        for line in claim.lines
    )
    return replace(claim, lines=lines)
