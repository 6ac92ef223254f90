"""CMS, add-on code edits: a workbook or tab-separated text in a zip archive, new every quarter or year.

One row is an add-on code and one primary code. Type 1: the primaries listed are all there are. Type 2: none are listed,
the contractor decides (CMS writes CCCCC). Type 3: those listed, and others the contractor accepts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from scrubber.tables.publishers.delivery import Asked, Delivery, Publisher, Row, Sheet
from scrubber.tables.publishers.layout import (
    CPT,
    Columns,
    Line,
    Table,
    codes_held,
    effective_day,
    in_order,
    only_table,
    quarter_name,
    refuse_a_part,
    yes,
)

_WHAT = "the Medicare add-on code edits of CMS"
_ADD_ON, _PRIMARY, _TYPE = "Add_On_Code", "Primary_Code", "AOC_Edit_Type"
_FROM, _UNTIL = "AOC_Edit_Eff_Dt", "AOC_Edit_Del_Dt"
_GONE = ("AOC_Del_Dt", "Primary_Code_Del_Dt")
_DAY = r"(?:dt|date)(?: julian)?"
_COLUMNS = Columns(
    must={
        _ADD_ON: r"add on code|aoc",
        _PRIMARY: r"primary code",
        _TYPE: r"(?:aoc )?edit type|type",
    },
    maybe={
        _FROM: rf"(?:aoc )?(?:edit )?eff(?:ective)? {_DAY}",
        _UNTIL: rf"(?:aoc )?edit del(?:etion)? {_DAY}|deletion date",
        _GONE[0]: rf"(?:aoc|add on code) del(?:etion)? {_DAY}",
        _GONE[1]: rf"primary code del(?:etion)? {_DAY}",
    },
)
_CONTRACTOR = "contractor"  # in our column: the contractor takes other primaries too
_ANY = re.compile(r"C{5}|CONTRACTOR.*|CARRIER.*")
_RANGE = re.compile(r"(\d{5})\s*(?:-|THRU|THROUGH|TO)\s*(\d{5})")
_WIDEST = 1000  # codes between the ends of a range; more is a slip
_JULIAN = re.compile(r"((?:19|20)\d\d)(\d{3})")


@dataclass(slots=True)
class _Edits:
    """What is said of one add-on code."""

    type: str
    primaries: set[str] = field(default_factory=set)


def _read(sheets: Sequence[Sheet], asked: Asked) -> Delivery:
    """The add-on codes in force on the release's first day, each with its primaries."""
    table = only_table(sheets, _COLUMNS, _WHAT, not_in=r"medicaid|change|deleted|_mcd")
    effective = effective_day(asked, table.sheet, table.sheet.name, table.title)
    edits, left_out = _edits(table, effective)
    if not edits:
        raise table.sheet.wrong(found=f"no edit in force on {effective}", expected=_WHAT)
    refuse_a_part(table.sheet, edits, codes_held(asked, "addons"))
    open_ended = sum(e.type != "1" for e in edits.values())
    notes = [
        f"{open_ended:,} of {len(edits):,} add-on codes are of type 2 or 3: the contractor takes other primaries too."
    ]
    if left_out:
        notes.append(f"{left_out:,} rows not in force on {effective} are left out.")
    return Delivery(
        table="addons",
        release=asked.release or quarter_name(effective),
        effective=effective,
        published=asked.published or effective,
        complete=True,
        rows=list(_rows(edits)),
        notes=tuple(notes),
    )


def _edits(table: Table, on: date) -> tuple[dict[str, _Edits], int]:
    """Of every add-on code its type and primaries on that day, and how many rows were of other days."""
    found: dict[str, _Edits] = {}
    left_out = 0
    for line in table:
        code, kind = line.code(_ADD_ON), line.given(_TYPE, "1, 2 or 3").removesuffix(".0").upper()
        kind = {"I": "1", "II": "2", "III": "3"}.get(kind, kind)
        if kind not in ("1", "2", "3"):
            raise line.wrong(_TYPE, "1, 2 or 3")
        primaries = _primaries(line)
        if not _in_force(line, on):
            left_out += 1
            continue
        edits = found.setdefault(code, _Edits(kind))
        if edits.type != kind:
            raise line.wrong(_TYPE, f"type {edits.type}, as in the rows of {code} before")
        edits.primaries |= primaries
    return found, left_out


def _in_force(line: Line, on: date) -> bool:
    first = _day(line, _FROM)
    ends = [_day(line, key) for key in (_UNTIL, *_GONE)]
    return (first is None or first <= on) and all(end is None or on <= end for end in ends)


def _day(line: Line, key: str) -> date | None:
    """A day as this file writes it: year and day of the year (2024091), or like the other files."""
    text = line.text(key).removesuffix(".0")
    if julian := _JULIAN.fullmatch(text):
        day = date(int(julian[1]), 1, 1) + timedelta(days=int(julian[2]) - 1)
        if day.year != int(julian[1]):
            raise line.wrong(key, "a year and a day of that year, such as 2024091")
        return day
    return line.day(key)


def _primaries(line: Line) -> set[str]:
    """The primary codes of a row; none where the contractor decides."""
    text = line.given(_PRIMARY, "a primary code, a range of them, or CCCCC").upper()
    if _ANY.fullmatch(text):
        return set()
    found: set[str] = set()
    for part in re.split(r"[,;]\s*", text):
        if ends := _RANGE.fullmatch(part):
            first, last = int(ends[1]), int(ends[2])
            if not first <= last <= first + _WIDEST:
                raise line.wrong(_PRIMARY, f"a range that goes up, by {_WIDEST} codes at most")
            found |= {f"{code:05}" for code in range(first, last + 1)}
        elif len(part) == 5 and part.isascii() and part.isalnum():
            found.add(part)
        elif part.removesuffix(".0").isdigit() and len(part.removesuffix(".0")) < 6:
            found.add(part.removesuffix(".0").zfill(5))
        else:
            raise line.wrong(_PRIMARY, "a primary code, a range such as 10021-10036, or CCCCC")
    return found


def _rows(edits: dict[str, _Edits]) -> Iterator[Row]:
    for code, said in sorted(edits.items()):
        named = sorted(said.primaries)
        if said.type != "1" or not named:
            named.append(_CONTRACTOR)
        yield in_order("addons", {"code": code, "primaries": " ".join(named), "verified": yes(True)})


PUBLISHER = Publisher(
    name="addons",
    table="addons",
    title="Add-on code edits",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    url="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-add-code-edits",
    licence=CPT,
    quarterly=True,
    accepts="The Medicare add-on code edits: the zip archive, or the workbook or text file in it.",
    read=_read,
)
