"""Publishers' files made by hand, taken in the way `tables import` does it, and what is held before and after."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from scrubber.tables import Table, UnreadableTable
from scrubber.tables.loading import SHIPPED, load_table
from scrubber.tables.publishers import PUBLISHERS, Asked, Delivery, Held, Sheet
from scrubber.tables.reading import FORMS
from store.table_releases import Imported, Wanted, import_table

TODAY = date(2026, 10, 20)


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Rows as a publisher's csv: commas in quotes, lines ended as on Windows."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def shipped(table: str, release: str) -> list[dict[str, str]]:
    """The rows of a file that ships."""
    with (SHIPPED / table / f"{release}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def take(home: Path, name: str, file: str, content: str | bytes, **wanted: object) -> Imported:
    """The file imported into a home."""
    path = home / file
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_table(home, name, [path], Wanted(**wanted), today=TODAY)


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """An archive of files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def now(home: Path, table: str) -> Table:
    """The table as a service with this home reads it."""
    return load_table(table, home)


def refused(home: Path, name: str, file: str, content: str | bytes, **wanted: object) -> UnreadableTable:
    """The error for a file that must not be taken; asserts that nothing of it is in force or left behind."""
    table = PUBLISHERS[name].table
    before, held = _digest(home), [(r.name, r.sha256) for r in now(home, table).releases]
    with pytest.raises(UnreadableTable) as caught:
        take(home, name, file, content, **wanted)
    assert [(r.name, r.sha256) for r in now(home, table).releases] == held, "a release was activated"
    assert _digest(home) == before, "something was left behind"
    error = caught.value
    assert error.where
    assert error.found
    assert error.expected
    return error


def _digest(home: Path) -> dict[str, str]:
    """Every file of a home's tables and what is in it, but for the lock."""
    files = (path for path in (home / "tables").rglob("*") if path.is_file() and "lock" not in path.name)
    return {str(path.relative_to(home)): sha256(path.read_bytes()).hexdigest() for path in files}


def delivered(
    name: str, sheets: Sequence[Sheet], *held: Held, **asked: object
) -> tuple[Delivery, list[dict[str, str]]]:
    """What a reader makes of sheets, and its rows by our columns."""
    delivery = PUBLISHERS[name].read(sheets, Asked(**asked, held=lambda: held))
    form = FORMS[delivery.table]
    columns = (*form.columns, *form.optional)
    rows = [dict(zip(columns, row, strict=True)) for row in delivery.rows]
    return delivery, rows


def sheet(name: str, rows: Iterable[Sequence[str]]) -> Sheet:
    """A worksheet or csv as it comes to a reader."""
    return Sheet(name, [tuple(row) for row in rows])


def held(table: str, effective: date, rows: Iterable[dict[str, str]], *, complete: bool = False) -> Held:
    """A release held, of rows by our columns; what is not named is empty."""
    form = FORMS[table]
    columns = (*form.columns, *form.optional)
    cells = tuple(tuple(row.get(name, "") for name in columns) for row in rows)
    return Held(str(effective), effective, effective, complete, cells)
