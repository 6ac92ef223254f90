"""`tables list`, `files`, `import` and `rollback`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from cli.console import emit, say, stderr, stdout
from cli.payer_profiles import say_left_out
from scrubber.tables import TABLE_NAMES, load_tables
from scrubber.tables.publishers import PUBLISHERS
from scrubber.tables.release import Release
from serving.assessment_json import table_json
from store.table_files import Progress as Told
from store.table_manifests import rolled_back
from store.table_releases import Imported, Wanted, import_table, rollback_table


def show_tables(home: Path, as_of: date, *, as_json: bool) -> int:
    """Each table's release for a day of service, and where it comes from."""
    tables = load_tables(home)
    lost = say_left_out(tables)
    back = {name: rolled_back(name, home) for name in TABLE_NAMES}
    statuses = [s for s in tables.status(as_of, as_of, every=True) if s.name in TABLE_NAMES]
    releases = {s.name: getattr(tables, s.name).on(as_of, as_of) for s in statuses}
    if as_json:
        for status in statuses:
            emit({**table_json(status), **_provenance(releases[status.name]), "rolled_back": back[status.name] or None})
        return lost
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("table", "release", "effective", "published", "coverage", "age", "sha256", "where from"):
        table.add_column(column)
    for s in statuses:
        release = releases[s.name]
        age = f"{s.age_days} days" + (", stale" if s.stale else "")
        came = f"imported {release.imported}" if release.imported else "shipped"
        if back[s.name]:
            came += f"; {back[s.name]} set aside"
        cells = (s.name, s.release, str(s.effective), str(s.published), s.coverage, age, release.sha256[:12], came)
        table.add_row(*map(Text, cells))
    stdout().print(table)
    _print_licences(releases)
    if tables.profiles.read:
        stdout().print(f"Payer profiles of your own: {len(tables.profiles.read)} (`cleanclaim payers list`).")
    return lost


def _provenance(release: Release[Any]) -> dict[str, object]:
    return {
        "sha256": release.sha256,
        "origin": "imported" if release.imported else "shipped",
        "imported": release.imported.isoformat() if release.imported else None,
        "files": list(release.files),
        "speaks_from": release.first_day.isoformat(),
        "citation": release.citation,
        "url": release.url,
        "licence": release.licence,
        "note": release.note.strip(),
    }


def _print_licences(releases: dict[str, Release[Any]]) -> None:
    """Each licence note once, with the tables it is of."""
    of: dict[str, list[str]] = {}
    for name, release in releases.items():
        of.setdefault(release.licence, []).append(name)
    console = stdout()
    console.print("\nLicences:")
    for licence, names in of.items():
        console.print(Text(f"{', '.join(names)}: {licence}"))


def show_publishers(*, as_json: bool) -> int:
    """The files that can be imported."""
    about = ("name", "table", "title", "publisher", "url", "licence", "quarterly", "accepts")
    if as_json:
        for publisher in PUBLISHERS.values():
            emit({key: getattr(publisher, key) for key in about})
        return 0
    console = stdout()
    for publisher in PUBLISHERS.values():
        into = f" (into {publisher.table})" if publisher.table != publisher.name else ""
        console.print(Text(f"{publisher.name}{into}: {publisher.title}", style="bold"))
        console.print(Text(f"  give: {publisher.accepts}\n  from: {publisher.url}"))
    own = ", ".join(sorted(TABLE_NAMES))
    console.print(Text(f"\nCSV in our own columns (docs/tables.md) goes into any table: {own}"))
    return 0


def import_release(home: Path, name: str, files: Sequence[Path], wanted: Wanted, today: date, *, as_json: bool) -> int:
    """Import, and say what came of it."""
    with reading(f"Reading {name}") as told:
        done = import_table(home, name, files, wanted, today=today, progress=told)
    if as_json:
        emit({key: str(value) if isinstance(value, date) else value for key, value in asdict(done).items()})
        return 0
    for line in told_of(done):
        say(line)
    if done.changed:
        say(f"What it changes for your claims: cleanclaim tables diff {name}. Back: cleanclaim tables rollback {name}.")
    return 0


def told_of(done: Imported) -> Iterator[str]:
    """An import in words."""
    if not done.changed:
        yield f"{done.table}: release {done.release} is held already; nothing changed."
        return
    coverage = "complete" if done.complete else "a subset"
    yield (
        f"{done.table}: release {done.release}, {coverage}, {done.rows:,} rows, effective {done.effective}, "
        f"published {done.published}."
    )
    if done.before:
        yield f"The newest before was {done.before}."
    yield from done.notes


def roll_back(home: Path, name: str, today: date, *, as_json: bool) -> int:
    """Go back one import."""
    done = rollback_table(home, name, today=today)
    if as_json:
        emit(asdict(done))
    elif done.was == done.now:
        say(f"{done.table}: release {done.now} again, with the rows of before.")
    else:
        say(f"{done.table}: release {done.now} is in force again; it was {done.was}. Once more goes forward.")
    return 0


@contextmanager
def reading(what: str) -> Iterator[Told]:
    """A bar of bytes on standard error while it is a terminal; nothing otherwise."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        task = bar.add_task(what, total=None)

        def update(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield update
