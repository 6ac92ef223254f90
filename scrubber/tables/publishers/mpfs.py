"""CMS, physician fee schedule relative value file (PPRRVU): one csv of every code with its indicators and values.

It brings our code table up to date. What CMS says of a code is taken from the file; what we say of it (label, family,
region, side, guidance, dates before the file) stays for the codes we classify. A code new to us comes in without a
family: the descriptor is the AMA's and is not taken over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from scrubber.tables.publishers.delivery import Asked, Delivery, Publisher, Sheet
from scrubber.tables.publishers.layout import (
    CPT,
    Columns,
    Line,
    Table,
    base_of,
    effective_day,
    in_order,
    only_table,
    refuse_a_part,
    rows_of,
    said_day,
    yes,
)
from scrubber.tables.reading import UNCLASSIFIED

_WHAT = "the relative value file PPRRVU of the Medicare physician fee schedule"
_STATUS, _MOD, _CODE = "STATUS CODE", "MOD", "HCPCS"
_TOTAL, _FACILITY = "NON-FACILITY TOTAL", "FACILITY TOTAL"
_NA, _FACILITY_NA = "NON-FAC NA INDICATOR", "FACILITY NA INDICATOR"
_PCTC, _DAYS, _BILATERAL, _FACTOR = "PCTC IND", "GLOB DAYS", "BILAT SURG", "CONV FACTOR"
# the header is split over up to five rows, and titles may stand in the first columns above it
_COLUMNS = Columns(
    must={
        _CODE: r"(.* )?hcpcs( code)?",
        _MOD: r"(.* )?mod(ifier)?",
        _STATUS: r"(.* )?status( code)?",
        _TOTAL: r"(.* )?non fac(ility)?( pe)? total",
        _FACILITY: r"(?!.*\bnon\b)(.* )?fac(ility)? total",
        _PCTC: r"(.* )?pc ?tc ind(icator)?",
        _DAYS: r"(.* )?glob(al)? (days|surgery)",
        _BILATERAL: r"(.* )?bilat(eral)? surg(ery)?",
        _FACTOR: r"(.* )?conv(ersion)? fact(or)?",
    },
    maybe={
        _NA: r"(.* )?non fac(ility)? na indicator",
        _FACILITY_NA: r"(?!.*\bnon\b)(.* )?fac(ility)? na indicator",
    },
    above=4,
)
# "PPRRVU25_OCT.csv"; "2026 National Physician Fee Schedule Relative Value File July Release"
_SAID = (
    re.compile(r"pprrvu(?P<y>20\d\d|\d\d)[-_ ]?(?P<n>[a-z]{3})"),
    re.compile(r"(?P<y>20\d\d) national physician fee schedule relative value file (?P<n>[a-z]{3,9}) release"),
)
_GLOBAL_DAYS = ("000", "010", "090", "MMM", "XXX", "YYY", "ZZZ")
_ADD_ON_DAYS = "ZZZ"
_CENT = Decimal("0.01")
_WHOLE_FILE = 5000  # codes; a release held with that many came from such a file, so a code it lacks is new
_FROM_FILE = ("status", "bilateral", "global_days", "pctc")


@dataclass(frozen=True, slots=True)
class _Priced:
    """What the file says of a code."""

    said: Mapping[str, str]  # the columns that are CMS's
    nonfacility: str  # dollars; "" not priced there
    facility: str


def _read(sheets: Sequence[Sheet], asked: Asked) -> Delivery:
    """Every code of the fee schedule, with what we know of it."""
    table = only_table(sheets, _COLUMNS, _WHAT, not_in=r"(?<!non)[_-]QPP")
    said = said_day(table.sheet.name, table.title, also=_SAID)
    effective = effective_day(asked, table.sheet, said=said)
    held = base_of(asked, effective)
    known = {row["code"]: row for row in rows_of(held, "codes")}
    priced = _priced(table)
    of_schedule = {code for code, row in known.items() if row["allowed_basis"] == "mpfs" and not _over(row, effective)}
    refuse_a_part(table.sheet, priced, of_schedule)
    whole_before = len(known) > _WHOLE_FILE
    rows = [_row(code, p, known.get(code), effective, new=whole_before) for code, p in priced.items()]
    gone = [_ended(known[code], effective) for code in sorted(of_schedule - priced.keys())]
    new = priced.keys() - known.keys()
    return Delivery(
        table="codes",
        release=asked.release or f"{effective:%Y-%m}",
        effective=effective,
        published=asked.published or effective,
        complete=False,
        rows=[in_order("codes", row) for row in (*rows, *gone)],
        verified_to=date(effective.year, 12, 31),
        notes=tuple(_notes(len(rows), len(new), len(gone), effective)),
    )


def _notes(codes: int, new: int, gone: int, effective: date) -> Iterator[str]:
    yield f"{codes:,} codes, {new:,} of them new to us: they have no family, and rules of families pass them by."
    yield "Drugs and laboratory tests are priced elsewhere, so the file is not the whole of HCPCS: kept as a subset."
    if gone:
        yield (
            f"{gone:,} codes we had from the fee schedule are not in it any more: taken as ended the day before "
            f"{effective}, unverified."
        )


def _priced(table: Table) -> dict[str, _Priced]:
    """Each code's row; those of its parts (26, TC, 53) are passed over."""
    found: dict[str, _Priced] = {}
    for line in table:
        code = line.code(_CODE)
        if line.text(_MOD):
            continue
        if code in found:
            raise line.wrong(_CODE, "each code only once without a modifier")
        factor = _number(line, _FACTOR)
        found[code] = _Priced(
            {
                "status": line.text(_STATUS).upper(),
                "bilateral": _one_of(line, _BILATERAL, ("0", "1", "2", "3", "9")),
                "global_days": _one_of(line, _DAYS, _GLOBAL_DAYS),
                "pctc": line.text(_PCTC).removesuffix(".0"),
            },
            _amount(line, _TOTAL, _NA, factor),
            _amount(line, _FACILITY, _FACILITY_NA, factor),
        )
    if not found:
        raise table.sheet.wrong(found="a header and no rows", expected=_WHAT)
    return found


def _one_of(line: Line, key: str, allowed: Sequence[str]) -> str:
    """A value of a closed list, or nothing; a workbook's 0 or 10 gets its zeros back."""
    text = line.text(key).removesuffix(".0").upper()
    if text and key == _DAYS and text.isdigit():
        text = text.zfill(3)
    if text and text not in allowed:
        raise line.wrong(key, f"one of {', '.join(allowed)}, or nothing")
    return text


def _number(line: Line, key: str) -> Decimal:
    text = line.given(key, "a number").replace(",", "").removeprefix("$")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not (number.is_finite() and number >= 0):
        raise line.wrong(key, "a number such as 1.48")
    return number


def _amount(line: Line, key: str, not_there: str, factor: Decimal) -> str:
    """Total relative value times conversion factor, in dollars; empty where CMS has no price for such places."""
    if line.text(not_there).upper() == "NA" or line.text(key).upper() == "NA":
        return ""
    total = _number(line, key)
    return str((total * factor).quantize(_CENT, ROUND_HALF_UP)) if total and factor else ""


def _over(row: Mapping[str, str], effective: date) -> bool:
    return bool(row["valid_to"]) and row["valid_to"] < str(effective)


def _row(code: str, priced: _Priced, ours: Mapping[str, str] | None, effective: date, *, new: bool) -> dict[str, str]:
    """The row of a code in the file: ours, brought up to date, or a new one."""
    row = dict(ours) if ours else _unclassified(code, priced, effective if new else None)
    row |= {name: priced.said[name] for name in _FROM_FILE}
    if ours and _over(ours, effective):  # we had taken it as ended, and the fee schedule still has it
        row |= {"valid_to": "", "verified": "no"}
    if priced.nonfacility or priced.facility:
        row |= {"allowed_nonfacility": priced.nonfacility, "allowed_facility": priced.facility}
        row |= {"allowed_basis": "mpfs", "allowed_year": str(effective.year)}
    elif row["allowed_basis"] == "mpfs":
        row |= {"allowed_nonfacility": "", "allowed_facility": "", "allowed_basis": "", "allowed_year": ""}
    return row


def _unclassified(code: str, priced: _Priced, valid_from: date | None) -> dict[str, str]:
    return {
        "code": code,
        "label": f"{code}, a service we do not classify",
        "family": UNCLASSIFIED,
        "region": "na",
        "is_addon": yes(priced.said["global_days"] == _ADD_ON_DAYS),
        "side_expected": "none",
        "included_guidance": "",
        "valid_from": str(valid_from or ""),
        "valid_to": "",
        "allowed_basis": "",
        "verified": "yes",
    }


def _ended(ours: Mapping[str, str], effective: date) -> dict[str, str]:
    return {**ours, "valid_to": str(effective - timedelta(days=1)), "verified": "no"}


PUBLISHER = Publisher(
    name="mpfs",
    table="codes",
    title="Medicare physician fee schedule, relative value file",
    publisher="Centers for Medicare & Medicaid Services (CMS); CPT codes: American Medical Association",
    url="https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    licence=CPT,
    quarterly=True,
    accepts="PPRRVU, the relative value file: the zip archive of the quarter (RVU26C), or the csv or workbook in it.",
    read=_read,
)
