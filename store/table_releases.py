"""`tables import` and `tables rollback`: a file becomes a release in force whole, or nothing changes."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import file_digest
from pathlib import Path
from shutil import rmtree
from typing import Any

from scrubber.tables import UnreadableTable
from scrubber.tables.loading import MANIFEST, SHIPPED, read_manifest, releases_of
from scrubber.tables.pairs import SUFFIX, Compiler
from scrubber.tables.publishers import Asked, Delivery, Held, Publisher, Sheet, WrongDelivery, publishers_of
from scrubber.tables.reading import FORMS
from store.table_files import Progress, files_of, opened_sheets
from store.table_manifests import (
    OWN,
    STAGED,
    Entry,
    commit,
    entries,
    free_name,
    manifest_with,
    only_one,
    own_folder,
    rivals,
    settle,
)

FEW = 0.5  # of the rows of the release before: fewer are worth a word


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asks beside the files: what they do not say themselves, and what is done only when asked for."""

    release: str = ""
    effective: date | None = None
    published: date | None = None
    complete: bool = False
    older: bool = False  # take a release older than the newest held


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has done."""

    table: str
    release: str
    effective: date
    published: date
    complete: bool
    rows: int
    sha256: str
    before: str  # the newest release held before; "" when there was none
    rows_before: int
    changed: bool  # False: this very release was held already
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The newest release of the practice's manifest before, and now."""

    table: str
    was: str
    now: str


def import_table(
    home: Path, name: str, paths: Sequence[Path], wanted: Wanted, *, today: date, progress: Progress | None = None
) -> Imported:
    """Take a publisher's files, or a csv in the table's own columns, as a release of the practice.

    `name` is a publisher's or a table's. Raises UnreadableTable (where, found, expected) and ImportUnderWay; the
    releases held are then as they were.
    """
    publishers = _asked_for(name)
    table = publishers[0].table if publishers else name
    with _disk_in_words(home), only_one(home) as folder, opened_sheets(paths, progress=progress) as sheets:
        held = entries(table, home)
        publisher, delivery = _delivered(name, table, publishers, sheets, wanted, held)
        by = publisher.name if publisher else OWN
        delivery = replace(delivery, published=min(delivery.published, today))
        delivery = replace(delivery, release=free_name(delivery.release, by, table, held))
        _not_older(delivery, rivals(held, by), wanted)
        staged = folder / f"{STAGED}{table}"
        staged.mkdir()
        try:
            file, rows = _written(staged, delivery, compiled=table == "ptp" and publisher is not None)
            said = _said(delivery, publisher, file, rows, today, sorted({path.name for path in files_of(paths)}))
            return _installed(home, delivery, said, held, by)
        finally:
            rmtree(staged, ignore_errors=True)


def rollback_table(home: Path, name: str, *, today: date) -> RolledBack:
    """The releases as they were before the last import or rollback; twice brings them back."""
    table = table_of(name)
    own = own_folder(table, home)
    with _disk_in_words(home), only_one(home):
        now = read_manifest(table, own) if (own / MANIFEST).exists() else {}
        if not now.get("before"):
            raise UnreadableTable(
                f"table {table}",
                found="no import of it",
                expected="a release to go back from",
                advice="Nothing changed.",
            )
        before = read_manifest(table, own, now["before"])
        list(releases_of(table, own, before))  # every file of it is there and unchanged
        was = _newest(entries(table, home))
        said = {key: value for key, value in before.items() if key not in ("before", "rolled_back", "rolled_back_on")}
        if not now.get("rolled_back"):
            said = {**said, "rolled_back": was, "rolled_back_on": today}
        commit(table, home, said)
        return RolledBack(table, was, _newest(entries(table, home)))


@contextmanager
def _disk_in_words(home: Path) -> Iterator[None]:
    """A full disk or a folder that may not be written is no reason for a traceback."""
    try:
        yield
    except OSError as error:
        raise UnreadableTable(
            f"the tables of {home}",
            found=f"{error.strerror or error} ({Path(str(error.filename)).name if error.filename else 'disk'})",
            expected="room and leave to write there",
            advice="Make room and try again: a release is in force whole or not at all.",
        ) from error


def table_of(name: str) -> str:
    """The table of a publisher's or a table's name. Raises UnreadableTable."""
    publishers = _asked_for(name)
    return publishers[0].table if publishers else name


def _newest(held: Sequence[Entry]) -> str:
    return held[0].name if held else "none"


def _asked_for(name: str) -> tuple[Publisher, ...]:
    publishers = publishers_of(name)
    if not publishers and name not in FORMS:
        raise UnreadableTable(
            "NAME", found=repr(name), expected=f"a table or a publisher's file: {', '.join(sorted(_known()))}"
        )
    return publishers


def _known() -> set[str]:
    from scrubber.tables.publishers import PUBLISHERS  # noqa: PLC0415

    return {*FORMS, *PUBLISHERS}


# What was delivered


def _delivered(
    name: str,
    table: str,
    publishers: Sequence[Publisher],
    sheets: Sequence[Sheet],
    wanted: Wanted,
    held: Sequence[Entry],
) -> tuple[Publisher | None, Delivery]:
    """The release in the sheets: in the table's own columns, else as its one publisher has it."""
    own = _own_form(table, sheets)
    if own is not None:
        return None, _own_rows(table, own, wanted, held)
    if not publishers:
        columns = ", ".join((*FORMS[table].columns, *FORMS[table].optional))
        first = next(iter(sheets[0].rows), ())
        raise WrongDelivery(
            sheets[0].at(1), found=", ".join(first)[:120] or "nothing", expected=f"a csv with the columns {columns}"
        )
    if len(publishers) > 1:
        names = ", ".join(publisher.name for publisher in publishers)
        raise WrongDelivery(
            "NAME",
            found=f"{name}, which several publish",
            expected=f"one of {names}",
            advice=f"Say whose file it is: cleanclaim tables import {publishers[0].name} FILE.",
        )
    publisher = publishers[0]

    @cache
    def read_held() -> Sequence[Held]:
        return tuple(entry.held(table) for entry in held)

    asked = Asked(wanted.release, wanted.effective, wanted.published, wanted.complete, held=read_held)
    return publisher, publisher.read(sheets, asked)


def _own_form(table: str, sheets: Sequence[Sheet]) -> Sheet | None:
    """The one sheet whose first row is the table's own columns."""
    form = FORMS[table]
    if len(sheets) != 1 or next(iter(sheets[0].rows), ()) not in (form.columns, (*form.columns, *form.optional)):
        return None
    return sheets[0]


def _own_rows(table: str, sheet: Sheet, wanted: Wanted, held: Sequence[Entry]) -> Delivery:
    """What a practice wrote itself: the rows carry their own days, so it takes effect with what it lies over."""
    effective = wanted.effective
    if effective is None and (read_manifest(table, SHIPPED / table)["quarterly"] or not held):
        raise sheet.wrong(
            found="rows without days of their own",
            expected="the day they take effect",
            advice="Say it: --effective 2026-07-01.",
        )
    effective = effective or max(entry.said["effective"] for entry in held)
    form = FORMS[table]
    columns = (*form.columns, *form.optional)

    def rows() -> Iterable[tuple[str, ...]]:
        given = next(iter(sheet.rows))
        for number, row in sheet:
            if number == 1 or not any(row):
                continue
            if len(row) != len(given):
                raise sheet.wrong(number, found=f"{len(row)} values", expected=f"{len(given)} values")
            yield (*row, *[""] * (len(columns) - len(row)))

    return Delivery(
        table, wanted.release or OWN, effective, wanted.published or effective, wanted.complete, rows(),
        notes=("The practice's own rows.",),
    )  # fmt: skip


def _not_older(delivery: Delivery, before: Sequence[Entry], wanted: Wanted) -> None:
    newest = before[0].said if before else None
    if newest is not None and delivery.effective < newest["effective"] and not wanted.older:
        raise WrongDelivery(
            f"release {delivery.release} of {delivery.table}",
            found=f"effective {delivery.effective}",
            expected=f"no release older than {newest['name']} (effective {newest['effective']}), which is held",
            advice="For claims of that time give it with --older: it speaks where no newer release does.",
        )


# Writing it


def _written(staged: Path, delivery: Delivery, *, compiled: bool) -> tuple[Path, int]:
    """The release file on disk, named by its release and content, and how many rows it has.

    `compiled`: the rows are pairs as a publisher delivers them; a practice's own few come as csv.
    """
    form = FORMS[delivery.table]
    path = staged / "release"
    with path.open("w+b") as file:
        if compiled:
            rows, suffix = _compiled(file, delivery), SUFFIX
        else:
            rows, suffix = _as_csv(file, (*form.columns, *form.optional), delivery.rows), ".csv"
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        digest = file_digest(file, "sha256").hexdigest()
    if not rows:
        raise WrongDelivery(f"release {delivery.release}", found="no rows", expected="rows")
    safe = "".join(c if c.isalnum() or c in "._" else "-" for c in delivery.release)
    named = staged / f"{safe}-{digest[:8]}{suffix}"
    os.replace(path, named)
    settle(staged)
    return named, rows


def _compiled(file: Any, delivery: Delivery) -> int:
    compiler = Compiler()
    compiler.add(delivery.rows)
    return compiler.write(file)


def _as_csv(file: Any, columns: Sequence[str], rows: Iterable[tuple[str, ...]]) -> int:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    text.flush()
    text.detach()
    return count


def _said(
    delivery: Delivery, publisher: Publisher | None, file: Path, rows: int, today: date, files: list[str]
) -> dict[str, Any]:
    """The release as the manifest tells it."""
    with file.open("rb") as content:
        digest = file_digest(content, "sha256").hexdigest()
    said: dict[str, Any] = {
        "name": delivery.release,
        "file": file.name,
        "effective": delivery.effective,
        "published": delivery.published,
        "speaks_from": delivery.speaks_from,
        "verified_to": delivery.verified_to,
        "coverage": "complete" if delivery.complete else "subset",
        "rows": rows,
        "sha256": digest,
        "by": publisher.name if publisher else OWN,
        "imported": today,
        "files": files,
        "note": "\n".join(delivery.notes),
    }
    if publisher is not None:
        said |= {key: getattr(publisher, key) for key in ("title", "publisher", "url", "licence")}
    else:
        said |= {"publisher": "The practice"}
    return {key: value for key, value in said.items() if value not in (None, "")}


def _installed(home: Path, delivery: Delivery, said: dict[str, Any], held: Sequence[Entry], by: str) -> Imported:
    """Read the staged release as it will be read, and put it in force."""
    table, staged = delivery.table, home / "tables" / f"{STAGED}{delivery.table}"
    manifest = manifest_with(table, home, said)
    list(releases_of(table, staged, {**manifest, "releases": [said]}))
    before = rivals(held, by)
    newest = before[0].said if before else None
    same = [e for e in held if e.name == said["name"]]
    asked = ("sha256", "effective", "published", "coverage", "speaks_from")
    changed = not any(all(e.said.get(key) == said.get(key) for key in asked) for e in same)
    notes = list(delivery.notes)
    if newest is not None and newest["coverage"] == said["coverage"] and said["rows"] < FEW * newest["rows"]:
        notes.append(f"Only {said['rows']:,} rows; release {newest['name']} has {newest['rows']:,}.")
    if changed:
        commit(table, home, manifest, [staged / said["file"]])
    return Imported(
        table,
        said["name"],
        said["effective"],
        said["published"],
        delivery.complete,
        said["rows"],
        said["sha256"],
        newest["name"] if newest is not None else "",
        newest["rows"] if newest is not None else 0,
        changed,
        tuple(notes),
    )
