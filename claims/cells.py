"""Cells of a practice's own CSV files: the columns there are, and each cell read with its place in every error."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import TypeVar

from claims.errors import UnreadableFile, UnreadableInput
from claims.wording import shown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cells:
    """One row; columns the file does not have are empty. What a private column holds is in no error."""

    where: str  # "book.csv, line 3"
    of: Mapping[str, str]
    private: frozenset[str] = frozenset()

    def text(self, column: str) -> str:
        """The cell without blanks around it."""
        return self.of.get(column, "")

    def day(self, column: str) -> date | None:
        """A day as 2026-01-31."""
        text = self.text(column)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise self.wrong(column, "a day such as 2026-01-31") from None

    def amount(self, column: str, such_as: str = "2") -> Decimal | None:
        """A number above nothing; `such_as` is one that an error shows."""
        text = self.text(column)
        try:
            amount = Decimal(text) if text else None
        except InvalidOperation:
            amount = Decimal("NaN")
        if amount is not None and not (amount.is_finite() and 0 < amount < 100_000):
            raise self.wrong(column, f"a number above nothing, such as {such_as}")
        return amount

    def one_of(self, column: str, words: Sequence[str]) -> str:
        """One of a list of words, or nothing."""
        text = self.text(column).lower().replace(" ", "_")
        if text and text not in words:
            near = get_close_matches(text, words, 1)
            raise self.wrong(column, f"one of {', '.join(words)}", f"Did you mean {near[0]}?" if near else "")
        return text

    def wrong(self, column: str, expected: str, advice: str = "") -> UnreadableInput:
        """The error for a cell."""
        text = self.text(column)
        found = "nothing" if not text else "a value" if column in self.private else shown(text)
        return UnreadableInput(f"{self.where}, column {column}", found=found, expected=expected, advice=advice)


def read_rows(
    lines: Iterable[str],
    name: str,
    read: Callable[[Cells], T],
    *,
    columns: Sequence[str],
    required: Sequence[str],
    private: frozenset[str] = frozenset(),
) -> tuple[list[T], list[UnreadableInput]]:
    """What `read` makes of each row of a CSV file, and what was wrong with what was left out: rows, and columns.

    A row that cannot be read does not cost the others. Raises UnreadableFile where the file is no text, or lacks a
    column that is required.
    """
    found: list[T] = []
    faults: list[UnreadableInput] = []
    for row in _cells_in(lines, name, columns, required, private):
        if isinstance(row, UnreadableInput):
            faults.append(row)
            continue
        try:
            found.append(read(row))
        except UnreadableInput as error:
            faults.append(error)
    return found, faults


def _cells_in(
    lines: Iterable[str], name: str, columns: Sequence[str], required: Sequence[str], private: frozenset[str]
) -> Iterator[Cells | UnreadableInput]:
    """The rows of a CSV file, and a word on each column it has that is not one of ours."""
    reader = csv.DictReader(lines, skipinitialspace=True)
    try:
        header = [(column or "").strip().lower().replace(" ", "_") for column in reader.fieldnames or ()]
        missing = [column for column in required if column not in header]
        if missing:
            rest = "; those you do not use may be left out" if len(required) < len(columns) else ""
            raise UnreadableFile(
                name, found=f"no column {', '.join(missing)}", expected=f"the columns {', '.join(columns)}",
                advice=f"The first line of the file names its columns{rest}.",
            )  # fmt: skip
        for column in header:
            if column and column not in columns:
                near = get_close_matches(column, columns, 1)
                yield UnreadableInput(
                    f"{name}, line 1", found=f"a column {column[:40]!r}", expected=f"one of {', '.join(columns)}",
                    advice=f"Did you mean {near[0]}? It was left out." if near else "It was left out.",
                )  # fmt: skip
        reader.fieldnames = header
        for row in reader:
            of = {column: (value or "").strip() for column, value in row.items() if isinstance(column, str)}
            if any(of.values()):
                yield Cells(f"{name}, line {reader.line_num}", of, private)
    except (csv.Error, UnicodeDecodeError):
        raise UnreadableFile(name, found="broken text", expected="a CSV file in UTF-8") from None
