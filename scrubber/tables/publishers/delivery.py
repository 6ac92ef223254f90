"""What a publisher's file is to us: sheets of cells going in, a dated release of one of our tables coming out.

A reader is pure: it gets the cells of the files as text, in the order they stand there, and says where one is not what
it should be. Opening zip archives, text files and workbooks, and writing the release, happens at the edge (`store`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from scrubber.tables.errors import UnreadableTable

Row = tuple[str, ...]
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?")
_AMERICAN_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class WrongDelivery(UnreadableTable):
    """A publisher's file is not what it should be: which file, sheet, row and column; nothing of it is taken."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One text file, csv file or worksheet of what was given: its name, and its rows of cells.

    The rows may be gone through more than once; each time they are read anew, so nothing need be kept. Blank rows are
    there too, so the first row is row 1. Text without tabs comes as rows of one cell, untouched (fixed columns); all
    other cells are stripped. A whole number of a workbook comes without its ".0", a day as 2024-07-01.
    """

    name: str  # "ccipra-v302r0-f1.txt", or "archive.zip > book.xlsx, sheet Edits"
    rows: Iterable[Row]

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        """Each row and its number, from 1."""
        return enumerate(self.rows, 1)

    def at(self, row: int | None = None, column: str = "") -> str:
        """The place in words, for an error."""
        parts = [self.name, f"row {row}" if row else "", f"column {column}" if column else ""]
        return ", ".join(part for part in parts if part)

    def wrong(
        self, row: int | None = None, column: str = "", *, found: str, expected: str, advice: str = ""
    ) -> WrongDelivery:
        """The error for a place of this sheet."""
        return WrongDelivery(self.at(row, column), found=found, expected=expected, advice=advice)


@dataclass(frozen=True, slots=True)
class Held:
    """A release we hold of the table, as rows of our own columns (`FORMS[table]`: columns, then optional ones)."""

    name: str
    effective: date
    published: date
    complete: bool
    rows: Sequence[Row]


def _none_held() -> Sequence[Held]:
    return ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user says where the file does not, and what we hold already.

    `held()` gives the releases of the table in force, newest first; a reader that keeps our own columns (families,
    labels) takes them from there. It reads files: call it once, and only where it is needed.
    """

    release: str = ""
    effective: date | None = None
    published: date | None = None
    complete: bool = False  # the user says that the files are the whole table, where their names do not
    held: Callable[[], Sequence[Held]] = field(default=_none_held, repr=False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A release as it came from its publisher, its rows in the columns of `FORMS[table]` (all, optional ones too).

    The rows of `ptp` are pairs (`scrubber.tables.pairs.COLUMNS`), which are compiled. `complete`: the table as its
    publisher has it, so that what it does not hold is not there. `speaks_from`: the first day of service the rows speak
    for where they carry their own dates from before `effective`; None: from `effective` on. `notes` are told to the
    user and kept with the release: what was left out and why, what the file does not say.
    """

    table: str
    release: str
    effective: date
    published: date
    complete: bool
    rows: Iterable[Row]
    speaks_from: date | None = None
    verified_to: date | None = None
    notes: tuple[str, ...] = ()


Read = Callable[[Sequence[Sheet], Asked], Delivery]


@dataclass(frozen=True, slots=True)
class Publisher:
    """A file that somebody publishes: what it is called at the command line, and how its sheets become a release.

    `read` raises WrongDelivery, also while its rows are gone through. Sheets that are no part of the table (a readme, a
    change list) are its to pass over; none that is, is an error.
    """

    name: str  # as in `cleanclaim tables import NAME`: ptp, mue, mpfs ...
    table: str  # a table of FORMS
    title: str
    publisher: str
    url: str
    licence: str
    quarterly: bool
    accepts: str  # a sentence: which file to give
    read: Read


def code_of(cell: str) -> str:
    """A CPT or HCPCS code; a workbook that took 00104 for a number gets its zeros back.

    Only anesthesia's codes (00100 to 01999) are digits that begin with one.
    """
    cell = cell.strip().upper()
    lost = cell.isascii() and cell.isdigit() and len(cell) < 5 and 100 <= int(cell) <= 1999
    return cell.zfill(5) if lost else cell


def day_of(cell: str) -> date | None:
    """A day as publishers write it (20240701, 2024-07-01, 7/1/2024); None where it is none of these."""
    cell = cell.strip()
    try:
        if found := _DAY.fullmatch(cell):
            return date(*map(int, found.groups()))
        if found := _AMERICAN_DAY.fullmatch(cell):
            month, day, year = map(int, found.groups())
            return date(year, month, day)
    except ValueError:
        return None
    return None
