"""Dated releases of a published table: which one speaks for a day of service, and whether it holds the row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

Row = TypeVar("Row")
STALE_AFTER_DAYS = 183  # two quarters: NCCI, MUE and the code files are published quarterly


class TableGap(LookupError):
    """No release of a table speaks for a day; rules turn it into `Unchecked`."""

    def __init__(self, table: str, day: date, first: date | None) -> None:
        self.table = table
        held = f"the earliest we hold starts {first}" if first else "we hold none"
        super().__init__(f"no {table} release covers {day}; {held}. Run `cleanclaim tables import {table} FILE`.")


@dataclass(frozen=True, slots=True)
class Release(Generic[Row]):
    """One release: the day it takes effect, the day it was published, whether it is the whole table, and its rows.

    Rows may carry dates of their own (codes, diagnoses). They need no second clock: a row is announced before its
    `valid_from`, rules compare its dates with the day of service, and that does not lie after `as_of`. Past
    `verified_to`, the last day its rows are known to hold, a release still tells what had ended; it proves no more.

    `speaks_from`: a publisher's whole file that dates each of its rows, back to the table's beginning, answers for
    days of service from there on, though it took `effective` only with its quarter; who asks as of a day before it was
    published is still answered without it.
    """

    name: str
    effective: date
    published: date
    complete: bool
    rows: Mapping[str, Row]
    citation: str = ""
    url: str = ""
    verified_to: date | None = None  # None: until the next release
    sha256: str = ""
    speaks_from: date | None = None  # None: from `effective` on
    licence: str = ""
    imported: date | None = None  # None: it ships with the product
    files: tuple[str, ...] = ()  # the names of the files it was imported from
    note: str = ""

    @property
    def first_day(self) -> date:
        """The first day of service it speaks for."""
        return self.speaks_from or self.effective

    def holds_on(self, day: date) -> bool:
        """True when the rows are known to hold on the day; past it, a rule answers `Unchecked` rather than nothing."""
        return self.verified_to is None or day <= self.verified_to

    def get(self, key: str) -> Row | None:
        """The row, or None; in a subset that is no proof that the publisher has none."""
        return self.rows.get(key)


@dataclass(frozen=True, slots=True)
class Table(Generic[Row]):
    """The releases of one table, oldest first; `quarterly` when its publisher brings a new one every quarter."""

    name: str
    releases: tuple[Release[Row], ...]
    quarterly: bool = False
    # their days beside them, newest first: every rule asks, for every line
    _newest_first: tuple[tuple[date, date, Release[Row]], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        days = tuple((r.speaks_from or r.effective, r.published, r) for r in reversed(self.releases))
        object.__setattr__(self, "_newest_first", days)

    def on(self, day: date, as_of: date) -> Release[Row]:
        """The release that speaks for a day of service, among those published on or before `as_of`.

        Raises TableGap when there is none.
        """
        for first, published, release in self._newest_first:
            if first <= day and published <= as_of:
                return release
        raise TableGap(self.name, day, min((r.first_day for r in self.releases), default=None))
