"""One cell of an export as a day, an amount, a code: what it says, or an error that names row and column."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from claims.claim import Adjustment
from claims.errors import UnreadableInput
from claims.exports.export_map import CODE, ExportMap

# Names, birth dates and member ids: what stands in such a cell is never said.
PRIVATE = frozenset({"patient_id", "last_name", "first_name", "birth_date", "sex", "member_id"})
LONGEST = 24  # characters of a cell that an error shows; also the longest amount
_AMOUNT = re.compile(
    r"(?P<open>\()?\$?(?P<minus>-)?\$?(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.(?P<cents>[0-9]*))?"
    r"(?P<after>-)?(?P<close>\))?"
)
_COMMA_POINT = str.maketrans(".,", ",.")
_FIRST, _LAST = date(1990, 1, 1), date(2100, 12, 31)
_FIRST_BIRTH = date(1890, 1, 1)
_PACKED = re.compile(r"\s*([A-Za-z]{2})[- ]?([A-Za-z]?\d{1,3})\s*[:= ]\s*(\S+)\s*")


class UnreadableCell(UnreadableInput):
    """One cell of an export cannot be read; `row` is its line in the file, `column` theirs."""

    def __init__(self, row: int, column: str, *, found: str, expected: str, advice: str = "") -> None:
        self.row, self.column = row, column
        super().__init__(f"row {row}, column {column!r}", found=found, expected=expected, advice=advice)

    def fields(self) -> dict[str, str | int | None]:
        """The parts of the message, with row and column."""
        return {**super().fields(), "row": self.row, "column": self.column}


def shown(text: str, ours: str = "") -> str:
    """A cell's text for an error: short, and nothing of a cell with a patient's data.

    >>> shown("12.OO"), shown("1950-13-01", "birth_date"), shown(" ")
    ("'12.OO'", 'something else', 'nothing')
    """
    if not text.strip():
        return "nothing"
    if ours in PRIVATE:
        return "something else"
    return repr(text) if len(text) <= LONGEST else repr(text[:LONGEST]) + " ..."


def amount(text: str, decimal: str = ".") -> Decimal | None:
    """The amount a cell says, None for an empty one. Raises ValueError.

    >>> amount("$1,234.50"), amount("(12.00)"), amount("1.234,5", ","), amount("7-"), amount(" ")
    (Decimal('1234.50'), Decimal('-12.00'), Decimal('1234.5'), Decimal('-7'), None)
    """
    said = text.strip()
    if not said:
        return None
    match = _AMOUNT.fullmatch(said.translate(_COMMA_POINT) if decimal == "," else said)
    if not match or len(said) > LONGEST or sum(match[sign] is not None for sign in ("open", "minus", "after")) > 1:
        raise ValueError(text)
    if (match["open"] is None) is not (match["close"] is None) or not (match["whole"] or match["cents"]):
        raise ValueError(text)
    value = Decimal(f"{match['whole'].replace(',', '') or '0'}.{match['cents'] or ''}".rstrip("."))
    return -value if value and (match["open"] or match["minus"] or match["after"]) else value


def day(text: str, forms: tuple[str, ...], *, born_by: date | None = None) -> date | None:
    """The day a cell says by the first form that fits, None for an empty one. Raises ValueError.

    `born_by` says that it is a birth date: a year of two digits is then the last such year up to that day.

    >>> day("3/2/50", ("%m/%d/%y",), born_by=date(2026, 1, 9)), day("3/2/19", ("%m/%d/%y",), born_by=date(2026, 1, 9))
    (datetime.date(1950, 3, 2), datetime.date(2019, 3, 2))
    """
    said = text.strip()
    if not said:
        return None
    for form in forms:
        try:
            found = datetime.strptime(said, form).date()  # noqa: DTZ007
        except ValueError:
            continue
        if born_by is not None and found > born_by and "%y" in form:
            found = found.replace(year=found.year - 100)
        if (_FIRST if born_by is None else _FIRST_BIRTH) <= found <= _LAST:
            return found
    raise ValueError(text)


def packed(text: str, decimal: str) -> list[Adjustment]:
    """The adjustments a cell says one after the other. Raises ValueError.

    >>> [(a.group, a.carc, str(a.amount)) for a in packed("CO-45:12.00; pr1=5", ".")]
    [('CO', '45', '12.00'), ('PR', '1', '5')]
    """
    found = []
    for part in re.split(r"[;|\n]", text):
        if part.strip():
            match = _PACKED.fullmatch(part)
            if not match:
                raise ValueError(part)
            found.append(adjustment(match[1] + match[2], amount(match[3], decimal)))
    return found


def adjustment(code: str, value: Decimal | None) -> Adjustment:
    """An adjustment from its code (CO-45, CO45) and amount. Raises ValueError."""
    match = CODE.fullmatch(code.strip().upper())
    if not match or value is None:
        raise ValueError(code)
    return Adjustment(match[1], match[2], value)


def codes(text: str, m: ExportMap) -> list[str]:
    """The codes of a cell that may hold several."""
    return [code for code in re.split(f"[{re.escape(m.between_codes)}]+", text.strip().upper()) if code]
