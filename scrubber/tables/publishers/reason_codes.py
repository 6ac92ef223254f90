"""X12's lists of CARCs and RARCs, as csv, workbook or tab-separated text: code, wording, start, last change, end.

The wording is X12's and is not taken over. The two lists have the same columns and differ in their codes: CARCs are
numbers, or A, B, D, P, W, Y with a number; RARCs are M, MA or N with a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from scrubber.tables.publishers.delivery import Asked, Delivery, Publisher, Row, Sheet
from scrubber.tables.publishers.layout import (
    Columns,
    Line,
    Table,
    codes_held,
    effective_day,
    in_order,
    only_table,
    refuse_a_part,
)

_CODE, _START, _MODIFIED, _STOP = "Code", "Start Date", "Last Modified", "Stop Date"
_COLUMNS = Columns(
    must={
        _CODE: r"carc|rarc|(?:(?:carc|rarc|reason|remark|adjustment reason) )?code",
        _START: r"(?:start|effective|begin)(?: date)?",
        _STOP: r"(?:stop|deactivation|deactivated|end|termination|inactive)(?: date)?",
    },
    maybe={_MODIFIED: r"(?:date )?last modified(?: date)?|(?:last )?modified(?: date)?|revised"},
)
_FITS = {"carc": re.compile(r"\d{1,3}|[ABDPWY]\d{1,2}"), "rarc": re.compile(r"MA?\d{1,3}|N\d{1,4}")}
_NAMES = {"carc": "claim adjustment reason codes (CARC)", "rarc": "remittance advice remark codes (RARC)"}


def read(name: str, sheets: Sequence[Sheet], asked: Asked) -> Delivery:
    """The list `carc` or `rarc`: every code, and from when to when it may be used."""
    what = f"X12's list of {_NAMES[name]}"
    table = only_table(sheets, _COLUMNS, what)
    effective = effective_day(asked, table.sheet, table.sheet.name, table.title)
    rows = _rows(name, table)
    if not rows:
        raise table.sheet.wrong(found="a header and no codes", expected=what)
    refuse_a_part(table.sheet, rows, codes_held(asked, name))
    return Delivery(
        table=name,
        release=asked.release or str(effective),
        effective=effective,
        published=asked.published or effective,
        complete=True,
        rows=list(rows.values()),
        notes=("Codes and days alone: the wording is X12's and is not kept.",),
    )


def _rows(name: str, table: Table) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for line in table:
        code = _code(name, line)
        if code in rows:
            raise line.wrong(_CODE, "each code only once")
        start, stop, modified = line.day(_START), line.day(_STOP), line.day(_MODIFIED)
        if start and stop and stop < start:
            raise line.wrong(_STOP, f"a day not before {start}")
        days = {"valid_from": str(start or ""), "valid_to": str(stop or ""), "modified": str(modified or "")}
        rows[code] = in_order(name, {"code": code, "verified": "yes", **days})
    return rows


def _code(name: str, line: Line) -> str:
    """A code of the list: never padded with zeros, and a workbook's 50.0 is 50."""
    code = line.given(_CODE, "a code").removesuffix(".0").upper()
    if not _FITS[name].fullmatch(code):
        other = next(n for n in _FITS if n != name)
        kind = f"{code}, which is of the list of {_NAMES[other]}" if _FITS[other].fullmatch(code) else ""
        raise line.wrong(_CODE, f"one of the {_NAMES[name]}", found=kind)
    return code


def publisher(name: str, url: str) -> Publisher:
    """The publisher of one of the two lists."""
    return Publisher(
        name=name,
        table=name,
        title=_NAMES[name][0].upper() + _NAMES[name][1:],
        publisher="X12",
        url=url,
        licence="The codes and their wording are X12's; the wording is not taken over. Your copy needs your own "
        "agreement with X12.",
        quarterly=False,
        accepts=f"Your own copy of {_NAMES[name]} as csv, workbook or tab-separated text, with start and stop dates.",
        read=partial(read, name),
    )
