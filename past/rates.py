"""A practice's contract rates, from a CSV file of its own; a row that cannot be read does not cost the others."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from claims.errors import UnreadableFile, UnreadableInput
from past.underpayment import ContractRate

COLUMNS = ("payer", "code", "modifier", "place_kind", "allowed", "from", "to")
PLACE_KINDS = ("", "facility", "non_facility")
SHOWN = 40  # characters of a cell that an error shows

_Key = tuple[str, str, tuple[str, ...], str]


def read_rates(lines: Iterable[str], name: str) -> tuple[list[ContractRate], list[UnreadableInput]]:
    """The rates of a file, and what was wrong with the rows left out.

    `payer` is the id claims name the payer by (2010BB NM109); `modifier` holds those that change the price, parted by
    spaces; an empty `place_kind` is every place, an empty `from` or `to` no bound. Raises UnreadableFile where the
    columns are not those of `COLUMNS`.
    """
    reader = csv.DictReader(lines, skipinitialspace=True)
    try:
        header = [column.strip().lower() for column in reader.fieldnames or ()]
        missing = [column for column in COLUMNS if column not in header]
        if missing:
            raise UnreadableFile(
                name, found=f"no column {', '.join(missing)}", expected=", ".join(COLUMNS),
                advice="The first line of the file names its columns.",
            )  # fmt: skip
        reader.fieldnames = header
        return _rates(reader, name)
    except (csv.Error, UnicodeDecodeError) as error:
        raise UnreadableFile(name, found=f"broken text ({error})", expected="a CSV file in UTF-8") from None


def _rates(reader: csv.DictReader[str], name: str) -> tuple[list[ContractRate], list[UnreadableInput]]:
    rates: list[ContractRate] = []
    faults: list[UnreadableInput] = []
    held: dict[_Key, list[tuple[ContractRate, int]]] = defaultdict(list)
    for record in reader:
        where = f"{name}, line {reader.line_num}"
        try:
            rate = _rate({column: (record[column] or "").strip() for column in COLUMNS}, where)
            same = held[rate.payer_id, rate.code, rate.modifiers, rate.place_kind]
            for other, line in same:
                if _overlap(rate, other):
                    raise UnreadableInput(
                        where, found=f"a second rate for days that line {line} speaks for",
                        expected="one rate a service and day", advice="End one with `to` where the other begins.",
                    )  # fmt: skip
        except UnreadableInput as error:
            faults.append(error)
            continue
        same.append((rate, reader.line_num))
        rates.append(rate)
    return rates, faults


def _rate(cells: Mapping[str, str], where: str) -> ContractRate:
    for column in ("payer", "code", "allowed"):
        if not cells[column]:
            raise UnreadableInput(f"{where}, column {column}", found="nothing", expected="a value")
    if cells["place_kind"] not in PLACE_KINDS:
        raise _wrong(cells, where, "place_kind", "facility, non_facility, or nothing for both")
    valid_from, valid_to = _day(cells, where, "from"), _day(cells, where, "to")
    if valid_from and valid_to and valid_to < valid_from:
        raise _wrong(cells, where, "to", f"a day not before {valid_from}")
    return ContractRate(
        payer_id=cells["payer"],
        code=cells["code"].upper(),
        modifiers=tuple(sorted(set(cells["modifier"].upper().split()))),
        place_kind=cells["place_kind"],
        allowed=_amount(cells, where),
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _amount(cells: Mapping[str, str], where: str) -> Decimal:
    try:
        amount = Decimal(cells["allowed"])
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise _wrong(cells, where, "allowed", "an amount above nothing such as 125.00")
    return amount


def _day(cells: Mapping[str, str], where: str, column: str) -> date | None:
    try:
        return date.fromisoformat(cells[column]) if cells[column] else None
    except ValueError:
        raise _wrong(cells, where, column, "a day such as 2026-01-31") from None


def _wrong(cells: Mapping[str, str], where: str, column: str, expected: str) -> UnreadableInput:
    return UnreadableInput(f"{where}, column {column}", found=repr(cells[column][:SHOWN]), expected=expected)


def _overlap(one: ContractRate, other: ContractRate) -> bool:
    last, first = date.max, date.min
    return (one.valid_from or first) <= (other.valid_to or last) and (other.valid_from or first) <= (
        one.valid_to or last
    )
