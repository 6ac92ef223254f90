"""How a publisher's sheet is taken apart: where its header stands, which column is which, from which day it holds.

Publishers put titles and copyright lines above the header, split it over several rows, move columns and rename them a
little. So a column is known by its name, wherever it stands, and a sheet by the columns it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice

from scrubber.tables.publishers.delivery import Asked, Held, Row, Sheet, WrongDelivery, code_of, day_of
from scrubber.tables.reading import FORMS

CPT = (
    "The code numbers are CPT codes of the American Medical Association; using them needs your own CPT licence. "
    "No descriptor is taken over. The rest is a work of the United States government."
)
_SEARCHED = 60  # rows within which a header stands
_NONE = frozenset({"", "*", "N/A", "NA", "NONE", "-", "NULL"})  # how publishers write that there is nothing
_CODE = re.compile(r"[0-9A-Z][0-9]{3}[0-9A-Z]")
_LAST_WITH_ZEROS = "01999"  # anesthesia: no other codes of digits alone begin with a zero a spreadsheet could take
_EXCEL_DAY = re.compile(r"[2-6]\d{4}(?:\.0+)?")  # days since 1899-12-30, from the years 1954 to 2091
_EXCEL_ZERO = date(1899, 12, 30)
_SHORT_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_COPYRIGHT = re.compile(r"(copyright|©|\(c\))\s*(19|20)\d\d(\s*-\s*(19|20)\d\d)?", re.IGNORECASE)
# ways in which a file says from which day it holds, the most exact first
_SAID = (
    re.compile(r"(?<!\d)(?P<m>\d{1,2})[-_/](?P<d>\d{1,2})[-_/](?P<y>20\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>20\d\d)[-_/]?(?P<m>0[1-9]|1[0-2])[-_/]?(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(rf"(?<![a-z])(?P<n>{_MONTH})[-_ ]+(?P<d>[0-3]?\d)(?:st|nd|rd|th)?[-_, ]+(?P<y>20\d\d)(?!\d)"),
    re.compile(rf"(?<![a-z])(?P<n>{_MONTH})[-_, ]*(?P<y>20\d\d)(?!\d)"),
    re.compile(rf"(?<!\d)(?P<y>20\d\d)[-_, ]*(?P<n>{_MONTH})(?![a-z])"),
    re.compile(r"(?<!\d)(?P<y>20\d\d)[-_ ]?q(?:tr|uarter)?[-_ ]?(?P<q>[1-4])(?!\d)"),
    re.compile(r"(?<![a-z0-9])q(?:tr|uarter)?[-_ ]?(?P<q>[1-4])[-_, ]*(?P<y>20\d\d)(?!\d)"),
)


def plain(cell: str) -> str:
    """A heading in lower case, letters and digits, single spaces.

    >>> plain("HCPCS/\\nCPT Code"), plain("AOC_Edit_Eff_Dt (Julian)"), plain("\\ufeffCode")
    ('hcpcs cpt code', 'aoc edit eff dt julian', 'code')
    """
    return " ".join(re.sub(r"[^a-z0-9]+", " ", cell.lower()).split())


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns a table is known by: our key to a pattern that its plain heading fits; `maybe` need not be there."""

    must: Mapping[str, str]
    maybe: Mapping[str, str]
    above: int = 0  # rows above the last one that are part of the header

    def found(self, headings: Sequence[str]) -> dict[str, int]:
        """Which column is which; of two that fit, the first."""
        found: dict[str, int] = {}
        for key, pattern in (*self.must.items(), *self.maybe.items()):
            for at, heading in enumerate(headings):
                if heading and at not in found.values() and re.fullmatch(pattern, heading):
                    found[key] = at
                    break
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its cells by our keys, and the error for one that is not what it should be."""

    sheet: Sheet
    row: int
    cells: Row
    columns: Mapping[str, int]
    names: Mapping[str, str]

    def has(self, key: str) -> bool:
        """True where the file has the column at all."""
        return key in self.columns

    def text(self, key: str) -> str:
        """The cell without blanks around it; empty where the column is not there or the row ends before it."""
        at = self.columns.get(key)
        return self.cells[at].strip() if at is not None and at < len(self.cells) else ""

    def given(self, key: str, expected: str) -> str:
        """The cell, which must not be empty."""
        found = self.text(key)
        if not found:
            short = self.columns[key] >= len(self.cells)
            raise self.wrong(key, expected, found=f"a row of {len(self.cells)} cells" if short else "an empty cell")
        return found

    def wrong(self, key: str, expected: str, *, found: str = "") -> WrongDelivery:
        """The error for a cell of this row."""
        column = self.names.get(key, key)
        return self.sheet.wrong(
            self.row, column, found=found or repr(self.text(key)), expected=expected, advice=_DAMAGED
        )

    def code(self, key: str) -> str:
        """A CPT or HCPCS code, with the zeros a spreadsheet took."""
        text = self.given(key, "a CPT or HCPCS code").removesuffix(".0")
        found = code_of(text)
        cut = len(text) < len(found) and found > _LAST_WITH_ZEROS
        if cut or not _CODE.fullmatch(found):
            raise self.wrong(key, "a CPT or HCPCS code of five characters")
        return found

    def day(self, key: str) -> date | None:
        """A day as publishers and spreadsheets write it; None for nothing."""
        found = self.text(key)
        if found.upper() in _NONE:
            return None
        day = a_day(found)
        if day is None:
            raise self.wrong(key, "a day such as 20240701, 2024-07-01 or 7/1/2024, or nothing")
        return day


_DAMAGED = "Nothing was taken over. Download the file again; if it is so there too, the publisher has changed it."


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet whose header was found: its title rows, and the rows below it."""

    sheet: Sheet
    header: int
    columns: Mapping[str, int]
    names: Mapping[str, str]
    title: str
    least: int = 0  # cells of a row that is whole

    def __iter__(self) -> Iterator[Line]:
        """The rows below the header; blank ones and remarks in a single cell are passed over.

        Raises WrongDelivery for a row of a csv that ends before its last column: the file is cut there.
        """
        for row, cells in self.sheet:
            filled = [cell for cell in cells if cell.strip()] if row > self.header else ()
            if filled and not (len(filled) == 1 and len(self.columns) > 1 and _is_remark(filled[0])):
                if len(cells) < self.least:
                    raise self.sheet.wrong(
                        row, found=f"a row of {len(cells)} cells", expected=f"at least {self.least}", advice=_DAMAGED
                    )
                yield Line(self.sheet, row, cells, self.columns, self.names)


def _is_remark(text: str) -> bool:
    return len(text) > 12 and " " in text.strip()


def table_of(sheet: Sheet, columns: Columns) -> Table | None:
    """The sheet as a table of these columns, wherever its header stands; None where it is none."""
    rows: list[Row] = []
    for row, cells in islice(sheet, _SEARCHED):
        rows.append(cells)
        heads = _headings(rows, columns.above)
        found = columns.found(heads)
        if columns.must.keys() <= found.keys():
            title = " ".join(cell for r in rows[:-1] for cell in r if cell.strip())
            least = 1 + max(found[key] for key in columns.must) if ".csv" in sheet.name.lower() else 0
            return Table(sheet, row, found, {key: heads[at] for key, at in found.items()}, title, least)
    return None


def _headings(rows: Sequence[Row], above: int) -> list[str]:
    """The headings of the last row, those above it in the same column put before them."""
    used = rows[max(0, len(rows) - 1 - above) :]
    if sum(bool(cell.strip()) for cell in used[-1]) < 2:  # a title is no header
        return []
    widest = len(used[-1])
    return [" ".join(filter(None, (plain(row[at]) if at < len(row) else "" for row in used))) for at in range(widest)]


def only_table(sheets: Sequence[Sheet], columns: Columns, what: str, *, not_in: str = "(?!)") -> Table:
    """The one sheet that is the table; a csv beside the same as a workbook is taken alone.

    `what` says which file is meant; sheets whose name `not_in` is found in are passed over. Raises WrongDelivery where
    none is the table, or several are.
    """
    left = [sheet for sheet in sheets if not re.search(not_in, sheet.name, re.IGNORECASE)]
    tables = [table for sheet in left if (table := table_of(sheet, columns))]
    if not tables:
        raise _none(sheets, columns, what)
    best = min(_kind(table.sheet) for table in tables)
    of_kind = [table for table in tables if _kind(table.sheet) == best]
    if len(of_kind) > 1:
        names = "; ".join(table.sheet.name for table in of_kind)
        raise WrongDelivery(
            of_kind[0].sheet.name, found=f"several such tables ({names})", expected=f"one: {what}",
            advice="Unpack the archive and give the one file that is meant.",
        )  # fmt: skip
    return of_kind[0]


def _kind(sheet: Sheet) -> int:
    name = sheet.name.lower()
    return 0 if ".csv" in name else 1 if ".xls" in name else 2


def _none(sheets: Sequence[Sheet], columns: Columns, what: str) -> WrongDelivery:
    """The error for files without the table: what comes nearest to its header, and what it lacks."""
    wanted = ", ".join(columns.must)
    if not sheets:
        return WrongDelivery("the file", found="no table in it", expected=what, advice="Is the download complete?")
    most, where, heads = 0, sheets[0].at(), ""
    for sheet in sheets:
        rows: list[Row] = []
        for row, cells in islice(sheet, _SEARCHED):
            rows.append(cells)
            found = columns.found(_headings(rows, columns.above))
            if len(found.keys() & columns.must.keys()) > most:
                most, where = len(found.keys() & columns.must.keys()), sheet.at(row)
                lacking = ", ".join(key for key in columns.must if key not in found)
                heads = f"a header without {lacking} ({_listed(cells)})"
    return WrongDelivery(
        where, found=heads or "no such header", expected=f"{what}, with columns for {wanted}",
        advice="Look whether it is another publisher's file, or one for another kind of provider.",
    )  # fmt: skip


def _listed(cells: Iterable[str]) -> str:
    text = ", ".join(" ".join(cell.split()) for cell in cells if cell.strip())
    return text if len(text) < 160 else text[:157] + "..."


def a_day(cell: str) -> date | None:
    """A day as publishers and spreadsheets write it, or None.

    >>> a_day("20240701"), a_day("7/1/2024"), a_day("45474"), a_day("45474.0"), a_day("soon")
    (datetime.date(2024, 7, 1), datetime.date(2024, 7, 1), datetime.date(2024, 7, 1), datetime.date(2024, 7, 1), None)
    """
    cell = cell.strip()
    if _EXCEL_DAY.fullmatch(cell):
        return _EXCEL_ZERO + timedelta(days=int(float(cell)))
    if short := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d\d)", cell):
        return day_of(f"{short[1]}/{short[2]}/{'20' if int(short[3]) < 70 else '19'}{short[3]}")
    return day_of(cell.removesuffix(".0"))


def said_day(*texts: str, also: Sequence[re.Pattern[str]] = ()) -> date | None:
    """The day from which a file holds, as its title or name says it; None where neither does.

    `also` are a publisher's own ways to say it, with groups y (year) and n (month), q, or m and d.

    >>> said_day("MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"), said_day("PPRRVU2026_Jul_nonQPP.csv")
    (datetime.date(2026, 7, 1), datetime.date(2026, 7, 1))
    >>> said_day("Copyright 2025 of somebody. Effective October 1, 2026"), said_day("AOC_V2024Q2-MCR.xlsx")
    (datetime.date(2026, 10, 1), datetime.date(2024, 4, 1))
    """
    for text in texts:
        lowered = _COPYRIGHT.sub(" ", text).lower()
        for pattern in (*also, *_SAID):
            for found in pattern.finditer(lowered):
                day = _as_day(found.groupdict())
                if day is not None:
                    return day
    return None


def _as_day(said: Mapping[str, str | None]) -> date | None:
    year = int(said["y"] or 0)
    year += 2000 if year < 100 else 0
    if quarter := said.get("q"):
        return date(year, 3 * int(quarter) - 2, 1)
    name = said.get("n")
    month = _SHORT_MONTHS.index(name[:3]) + 1 if name else int(said.get("m") or 0)
    try:
        return date(year, month, int(said.get("d") or 1))
    except ValueError:
        return None


def effective_day(asked: Asked, sheet: Sheet, *texts: str, said: date | None = None) -> date:
    """The first day of the release: the user's word, else what the file says of itself; never a guess.

    Raises WrongDelivery where neither says it, or the two name different years: then it is most likely another file.
    """
    said = said or said_day(*texts)
    if asked.effective is not None and said is not None and asked.effective.year != said.year:
        raise sheet.wrong(
            found=f"a file of {said:%Y} ({said})", expected=f"one that takes effect on {asked.effective}, as asked",
            advice="Give the file of that release, or the day this one takes effect.",
        )  # fmt: skip
    day = asked.effective or said
    if day is None:
        raise sheet.wrong(
            found="neither title nor file name says from which day it holds", expected="a day it takes effect",
            advice="Say it: --effective 2026-07-01.",
        )  # fmt: skip
    return day


def quarter_name(day: date) -> str:
    """The name of a release that is published every quarter.

    >>> quarter_name(date(2026, 7, 1)), quarter_name(date(2026, 7, 15))
    ('2026q3', '2026-07-15')
    """
    return f"{day.year}q{(day.month + 2) // 3}" if day.day == 1 and day.month in (1, 4, 7, 10) else str(day)


def base_of(asked: Asked, effective: date) -> Held | None:
    """What was held before that day, the newest release over those it lies on; None where nothing was.

    For tables with one row a key, which is the first column.
    """
    before: list[Held] = []
    for held in asked.held():
        if held.effective < effective:
            before.append(held)
            if held.complete:
                break
    rows = {row[0]: row for held in reversed(before) for row in held.rows}
    return replace(before[0], complete=before[-1].complete, rows=tuple(rows.values())) if before else None


def rows_of(held: Held | None, table: str) -> Iterator[dict[str, str]]:
    """The rows of a release that is held, by the names of our columns."""
    names = (*FORMS[table].columns, *FORMS[table].optional)
    for row in held.rows if held else ():
        yield dict(zip(names, row, strict=True))


def codes_held(asked: Asked, table: str) -> Iterator[str]:
    """The codes of the newest release held; of a table whose rows have one."""
    return (row["code"] for held in asked.held()[:1] for row in rows_of(held, table))


def refuse_a_part(sheet: Sheet, there: Iterable[str], held: Iterable[str]) -> None:
    """Raises WrongDelivery where a whole table has lost most of what is held: a download cut at the end of a line."""
    before, now = set(held), set(there)
    kept = len(before & now)
    if 2 * kept < len(before):
        raise sheet.wrong(
            found=f"{kept:,} of the {len(before):,} codes held so far", expected="most of them",
            advice="The file looks cut, or is a part of the table. Download it again and give it whole.",
        )  # fmt: skip


def in_order(table: str, row: Mapping[str, str]) -> Row:
    """A row of ours in the order of its columns; what is not named is empty."""
    return tuple(row.get(name, "") for name in (*FORMS[table].columns, *FORMS[table].optional))


def yes(value: object) -> str:
    """A flag as our tables write it."""
    return "yes" if value else "no"
