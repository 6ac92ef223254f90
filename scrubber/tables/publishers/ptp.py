"""NCCI procedure-to-procedure edits for practitioners, as CMS distributes them every quarter.

A release comes in four parts (`ccipra-v322r0-f1` to `-f4`), each a zip with the same rows as tab-delimited text and as
a workbook. Above the rows stand six lines: the AMA's copyright, a title, and four lines that are one heading broken
over them. A row is column 1 code, column 2 code, `*` where the edit is older than 1996, the first day (20240701), the
last day or `*` for none, the modifier indicator, and a rationale. Edits that ended stay in the file with their last
day, so a release tells of every quarter before it; one that ends on its first day (indicator 9) was never in force.

The version tells the quarter: v32.2 is the third of 2026 (year 1994 + 32, quarter .2 + 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from scrubber.tables.pairs import INDICATORS, number_of
from scrubber.tables.publishers.delivery import Asked, Delivery, Publisher, Row, Sheet, WrongDelivery, code_of, day_of

# The first edits took effect on 1996-01-01; a whole file dates each of its pairs from then on.
BEGINNING = date(1996, 1, 1)
PARTS = 4
ACCEPTS = (
    "the four zip files of a quarter's practitioner PTP edits (ccipra-v...-f1.zip to -f4.zip), or the text or xlsx "
    "files in them"
)
_LOOKED_AT = 30  # rows among which the heading stands
_NAME = re.compile(r"cci(?P<who>pra|oph)-?v(?P<version>\d{2})(?P<quarter>[0-3])r\d+(?:-?f(?P<part>\d))?", re.IGNORECASE)
_HEADING = {"column1": "column 1", "column2": "column 2", "effective": "effective", "deletion": "deletion"}


def _read(sheets: Sequence[Sheet], asked: Asked) -> Delivery:
    """The release of the parts given; without all four it is a subset."""
    parts = _parts(sheets)
    names = {_quarter(name) for _, name in parts if name}
    if len(names) > 1:
        given = ", ".join(f"{quarter:%Y-%m-%d}" for quarter in sorted(names))
        raise WrongDelivery(
            "the files given", found=f"parts of several quarters ({given})", expected="the parts of one quarter"
        )
    effective = asked.effective or (names.pop() if names else None)
    if effective is None:
        raise parts[0][0].wrong(
            found="a name without a version",
            expected="a name such as ccipra-v322r0-f1, which tells the quarter",
            advice="Say it: --effective 2026-07-01.",
        )
    given_parts = {int(name["part"]) for _, name in parts if name and name["part"]}
    complete = asked.complete or given_parts >= set(range(1, PARTS + 1))
    notes = ["Pairs carry the publisher's own first and last days."]
    if not complete:
        which = ", ".join(f"f{part}" for part in sorted(given_parts)) or "a part"
        notes.append(f"Given in part ({which} of {PARTS}): pairs of the other parts are those of the release before.")
    return Delivery(
        table="ptp",
        release=asked.release or f"{effective.year}q{(effective.month + 2) // 3}",
        effective=effective,
        published=asked.published or effective,
        complete=complete,
        rows=_rows([sheet for sheet, _ in parts]),
        speaks_from=BEGINNING if complete else None,
        notes=tuple(notes),
    )


def _parts(sheets: Sequence[Sheet]) -> list[tuple[Sheet, re.Match[str] | None]]:
    """The sheets that hold pairs, one a part, with what their names say. Raises WrongDelivery when there is none."""
    found: dict[str, tuple[Sheet, re.Match[str] | None]] = {}
    for sheet in sheets:
        name = max(_NAME.finditer(sheet.name), key=lambda m: m["part"] is not None, default=None)
        if name is not None and name["who"].lower() == "oph":
            raise sheet.wrong(
                found="edits for hospitals (ccioph)",
                expected="edits for practitioners (ccipra)",
                advice=f"Give {ACCEPTS}.",
            )
        if _heading(sheet) is not None:
            # a part is not read twice, though it may come as text and as a workbook
            key = name["part"] if name is not None and name["part"] else sheet.name
            found.setdefault(key, (sheet, name))
    if not found:
        sheet = next(iter(sheets))
        raise sheet.wrong(
            found=_first_words(sheet),
            expected="a heading with Column 1, Column 2, Effective Date, Deletion Date, Modifier",
            advice=f"Give {ACCEPTS}.",
        )
    return list(found.values())


def _quarter(name: re.Match[str]) -> date:
    return date(1994 + int(name["version"]), 1 + 3 * int(name["quarter"]), 1)


def _first_words(sheet: Sheet) -> str:
    for _, row in sheet:
        if any(row):
            return repr(" | ".join(cell for cell in row if cell)[:60])
    return "nothing"


def _heading(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The row of the heading and where its columns stand; None where the sheet is of something else."""
    for number, row in sheet:
        if number > _LOOKED_AT:
            return None
        said = [" ".join(cell.lower().split()) for cell in row]
        places = {key: _place(said, word) for key, word in _HEADING.items()}
        if places["column1"] is not None and places["column2"] is not None:
            places["indicator"] = _place(said, "modifier")
            missing = [key for key, place in places.items() if place is None]
            if missing:
                raise sheet.wrong(
                    number, found=", ".join(filter(None, row)), expected=f"a heading with {', '.join(missing)} too"
                )
            return number, {key: place for key, place in places.items() if place is not None}
    return None


def _place(said: Sequence[str], word: str) -> int | None:
    return next((place for place, cell in enumerate(said) if cell.startswith(word)), None)


def _rows(sheets: Sequence[Sheet]) -> Iterator[Row]:
    """Every pair, as a row of `scrubber.tables.pairs.COLUMNS`."""
    for sheet in sheets:
        heading = _heading(sheet)
        if heading is None:
            raise sheet.wrong(found="no heading any more", expected="the file as it was a moment ago")
        yield from _PartReader(sheet, *heading).rows()


class _PartReader:
    """The rows of one part; what was read once of a code or a day is not read again."""

    def __init__(self, sheet: Sheet, heading: int, places: dict[str, int]) -> None:
        self.sheet, self.heading, self.places = sheet, heading, places
        self._codes: dict[str, str] = {}
        self._periods: dict[tuple[str, str, str], tuple[str, str, str]] = {}

    def rows(self) -> Iterator[Row]:
        codes, periods = self._codes, self._periods
        c1, c2, indicator, first, last = (
            self.places[key] for key in ("column1", "column2", "indicator", "effective", "deletion")
        )
        need = max(c1, c2, indicator, first, last) + 1
        pairs = 0
        for number, row in self.sheet:
            if number <= self.heading:
                continue
            if len(row) < need:
                if not any(row):
                    continue
                raise self.sheet.wrong(number, found=f"{len(row)} cells", expected=f"{need} or more")
            column1, column2 = row[c1], row[c2]
            if not column1 and not column2:  # the lines of the heading, or a blank one
                if row[first].isdigit():
                    raise self._wrong(number, "Column 1", column1, "a code")
                continue
            key = row[indicator], row[first], row[last]
            period = periods.get(key) or periods.setdefault(key, self._period(number, *key))
            code1 = codes.get(column1) or self._code(number, "Column 1", column1)
            code2 = codes.get(column2) or self._code(number, "Column 2", column2)
            pairs += 1
            yield code2, code1, *period
        if not pairs:
            raise self.sheet.wrong(found="a heading and no pairs", expected="pairs", advice=f"Give {ACCEPTS}.")

    def _code(self, number: int, column: str, cell: str) -> str:
        code = code_of(cell)
        if number_of(code) is None:
            raise self._wrong(number, column, cell, "a code of five letters and digits")
        return self._codes.setdefault(cell, code)

    def _period(self, number: int, indicator: str, first: str, last: str) -> tuple[str, str, str]:
        if indicator not in INDICATORS:
            raise self._wrong(number, "Modifier", indicator, ", ".join(INDICATORS))
        start, end = day_of(first), day_of(last)
        if start is None:
            raise self._wrong(number, "Effective Date", first, "a day such as 20240701")
        if end is None and last not in ("*", ""):
            raise self._wrong(number, "Deletion Date", last, "a day such as 20240930, or * for none")
        if end is not None and end < start:
            raise self._wrong(number, "Deletion Date", last, f"a day not before the Effective Date ({start})")
        return indicator, start.isoformat(), end.isoformat() if end else ""

    def _wrong(self, number: int, column: str, cell: str, expected: str) -> WrongDelivery:
        advice = "Download the file again; nothing of it was taken."
        return self.sheet.wrong(number, column, found=repr(cell), expected=expected, advice=advice)


PUBLISHER = Publisher(
    name="ptp",
    table="ptp",
    title="NCCI procedure-to-procedure edits for practitioners",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    url="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-procedure-procedure-ptp-edits",
    licence=(
        "The code numbers are CPT codes of the American Medical Association; CMS gives the files to those who accept "
        "its licence. The edits are a work of the United States government."
    ),
    quarterly=True,
    accepts=f"{ACCEPTS[0].upper()}{ACCEPTS[1:]}.",
    read=_read,
)
