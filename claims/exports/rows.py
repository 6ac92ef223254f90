"""One row of an export as typed values, or the error that names its cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from claims.claim import ZERO, Adjustment
from claims.exports.cells import UnreadableCell, adjustment, amount, codes, day, packed, shown
from claims.exports.export_map import ExportMap

T = TypeVar("T")
MOST_LINES = 999
TURNS = {"": "", "P": "P", "S": "S", "T": "T", "1": "P", "2": "S", "3": "T", "PRIMARY": "P", "SECONDARY": "S",
         "TERTIARY": "T"}  # fmt: skip


class Said(NamedTuple):
    """What a row tells of a line as it was sent: the same on each of its rows."""

    code: str
    modifiers: tuple[str, ...]
    diagnoses: tuple[str, ...]
    units: Decimal
    charge: Decimal
    service_from: date
    service_to: date | None
    place: str
    rendering_npi: str
    authorization_number: str
    referral_number: str


class Whole(NamedTuple):
    """What a row tells of its claim: the same on each of its rows."""

    payer_name: str
    billing_npi: str
    original_reference: str
    patient_id: str
    last_name: str
    first_name: str
    birth_date: date | None
    sex: str
    member_id: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `line` is None where the map names no line, `decided_on` where no answer has come."""

    row: int
    submitted_on: date
    frequency: str
    payer_id: str
    turn: str
    line: int | None
    said: Said
    whole: Whole
    decided_on: date | None
    reversal: bool
    paid: Decimal
    allowed: Decimal | None
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]
    payer_control_number: str


class _Cells:
    """The cells of one row by our names."""

    def __init__(self, m: ExportMap, places: Mapping[str, int], row: int, cells: tuple[str, ...]) -> None:
        self.m, self.places, self.row, self.cells = m, places, row, cells

    def of(self, column: str) -> str:
        return self.cells[self.places[column]].strip()

    def text(self, ours: str) -> str:
        return self.of(self.m.columns[ours][0]) if ours in self.m.columns else ""

    def read(self, ours: str, how: Callable[[str], T], expected: str) -> T:
        column = self.m.columns[ours][0] if ours in self.m.columns else ours
        return self.column(column, how, expected, ours)

    def column(self, column: str, how: Callable[[str], T], expected: str, ours: str = "") -> T:
        text = self.of(column) if column in self.places else ""
        try:
            return how(text)
        except ValueError:
            raise UnreadableCell(self.row, column, found=shown(text, ours), expected=expected) from None

    def amount(self, ours: str) -> Decimal | None:
        return self.read(ours, self.money, "an amount such as 125.00")

    def money(self, text: str) -> Decimal | None:
        return amount(text, self.m.decimal)

    def day(self, ours: str, *, born_by: date | None = None) -> date | None:
        form = " or ".join(self.m.dates)
        return self.read(ours, lambda text: day(text, self.m.dates, born_by=born_by), f"a day written {form}")

    def list_of(self, ours: str) -> tuple[str, ...]:
        return tuple(code for column in self.m.columns.get(ours, ()) for code in codes(self.of(column), self.m))

    def required(self, ours: str, value: T | None) -> T:
        if value is None or value == "":
            expected = "a value: every row must tell it"
            raise UnreadableCell(self.row, self.m.columns[ours][0], found="nothing", expected=expected)
        return value


def read_row(m: ExportMap, places: Mapping[str, int], row: int, cells: tuple[str, ...]) -> Row:
    """The row's values. Raises UnreadableCell."""
    c = _Cells(m, places, row, cells)
    charge = c.required("charge", c.amount("charge"))
    word = c.text("reversal").casefold()
    reversal = charge < 0 or bool(word and word in m.reversal_words)
    decided_on, paid, adjustments = c.day("decided_on"), c.amount("paid"), _adjustments(c)
    if decided_on is None and (paid or adjustments):
        column = m.columns["decided_on"][0]
        raise UnreadableCell(row, column, found="nothing", expected="the day of what was paid or adjusted")
    name = c.text("payer_name")
    submitted_on = c.required("submitted_on", c.day("submitted_on"))
    return Row(
        row=row,
        submitted_on=submitted_on,
        frequency=c.read("frequency", _frequency, "1, 7 or 8"),
        payer_id=c.text("payer_id") or m.payers.get(name.casefold(), name),
        turn=c.read("payer_turn", lambda text: _known(TURNS, text.upper()), "P, S, T or 1, 2, 3"),
        line=c.required("line", c.read("line", _number, "a line number from 1")) if "line" in m.columns else None,
        said=_said(c, abs(charge)),
        whole=_whole(c, name, submitted_on),
        decided_on=decided_on,
        reversal=reversal,
        paid=paid or ZERO,
        allowed=c.amount("allowed"),
        adjustments=tuple(adjustments),
        remarks=c.list_of("remarks"),
        payer_control_number=c.text("payer_control_number"),
    )


def _said(c: _Cells, charge: Decimal) -> Said:
    units = abs(c.required("units", c.read("units", c.money, "a number of units")))
    if not 0 < units < 1_000_000:
        raise UnreadableCell(c.row, c.m.columns["units"][0], found=shown(c.text("units")), expected="units, not none")
    start, end = c.required("service_from", c.day("service_from")), c.day("service_to")
    if end is not None and end < start:
        column = c.m.columns["service_to"][0]
        raise UnreadableCell(c.row, column, found=str(end), expected=f"a day not before {start}")
    return Said(
        code=c.required("code", c.read("code", _code, "a procedure code of five letters and digits")),
        modifiers=tuple(dict.fromkeys(c.list_of("modifiers"))),
        diagnoses=tuple(dict.fromkeys(c.list_of("diagnoses"))),
        units=units,
        charge=charge,
        service_from=start,
        service_to=end,
        place=c.text("place"),
        rendering_npi=c.text("rendering_npi"),
        authorization_number=c.text("authorization_number"),
        referral_number=c.text("referral_number"),
    )


def _whole(c: _Cells, payer_name: str, submitted_on: date) -> Whole:
    return Whole(
        payer_name=payer_name,
        billing_npi=c.text("billing_npi"),
        original_reference=c.text("original_reference"),
        patient_id=c.text("patient_id"),
        last_name=c.text("last_name"),
        first_name=c.text("first_name"),
        birth_date=c.day("birth_date", born_by=submitted_on),
        sex=c.text("sex").upper()[:1],
        member_id=c.text("member_id"),
    )


def _adjustments(c: _Cells) -> list[Adjustment]:
    """Every adjustment of the row, whichever way the map says they are written; amounts of nothing are left out."""
    m, found = c.m, list[Adjustment]()
    for column in m.packed:
        found += c.column(column, lambda text: packed(text, m.decimal), "adjustments such as CO-45:12.00;PR-1:5")
    for columns in m.adjustment_columns:
        value = c.column(columns.amount, c.money, "an amount such as 12.00")
        code = c.of(columns.code) if columns.code else c.of(columns.group) + c.of(columns.carc)
        if value:
            of = columns.code or columns.carc

            def read(_: str, code: str = code, value: Decimal = value) -> Adjustment:
                return adjustment(code, value)

            found.append(c.column(of, read, "group and CARC, such as CO-45"))
    for (group, carc), column in m.fixed.items():
        if value := c.column(column, c.money, "an amount such as 12.00"):
            found.append(Adjustment(group, carc, value))
    return [one for one in found if one.amount]


def _code(text: str) -> str:
    code = text.upper()
    if code and not (len(code) == 5 and code.isascii() and code.isalnum()):
        raise ValueError(text)
    return code


def _number(text: str) -> int | None:
    if not text:
        return None
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
    if not 1 <= number <= MOST_LINES:
        raise ValueError(text)
    return number


def _frequency(text: str) -> str:
    if text not in ("", "1", "7", "8"):
        raise ValueError(text)
    return text or "1"


def _known(words: Mapping[str, str], text: str) -> str:
    if text not in words:
        raise ValueError(text)
    return words[text]
