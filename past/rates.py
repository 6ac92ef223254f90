"""A practice's contract rates, from a CSV file of its own; a row that cannot be read does not cost the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from claims.cells import Cells, read_rows
from claims.days import overlap
from claims.errors import UnreadableInput
from past.underpayment import ContractRate

COLUMNS = ("payer", "code", "modifier", "place_kind", "allowed", "from", "to")
MUST_SAY = ("payer", "code", "allowed")
PLACE_KINDS = ("facility", "non_facility")

_Key = tuple[str, str, tuple[str, ...], str]


def read_rates(lines: Iterable[str], name: str) -> tuple[list[ContractRate], list[UnreadableInput]]:
    """The rates of a file, and what was wrong with what was left out.

    `payer` is the id claims name the payer by (2010BB NM109); `modifier` holds those that change the price, parted by
    spaces; an empty `place_kind` is every place, an empty `from` or `to` no bound. Raises UnreadableFile where a column
    of `COLUMNS` is missing: a rate without its modifier or its days would be another one.
    """
    held: dict[_Key, list[tuple[ContractRate, str]]] = defaultdict(list)

    def read(row: Cells) -> ContractRate:
        rate = _rate(row)
        same = held[rate.payer_id, rate.code, rate.modifiers, rate.place_kind]
        for other, where in same:
            if overlap((rate.valid_from, rate.valid_to), (other.valid_from, other.valid_to)):
                raise UnreadableInput(
                    row.where, found=f"a second rate for days that {where} speaks for",
                    expected="one rate a service and day", advice="End one with `to` where the other begins.",
                )  # fmt: skip
        same.append((rate, row.where))
        return rate

    return read_rows(lines, name, read, columns=COLUMNS, required=COLUMNS)


def _rate(row: Cells) -> ContractRate:
    for column in MUST_SAY:
        if not row.text(column):
            raise row.wrong(column, "a value")
    valid_from, valid_to = row.day("from"), row.day("to")
    if valid_from and valid_to and valid_to < valid_from:
        raise row.wrong("to", f"a day not before {valid_from}")
    allowed = row.amount("allowed", such_as="125.00")
    assert allowed is not None  # the cell is not empty
    return ContractRate(
        payer_id=row.text("payer"),
        code=row.text("code").upper(),
        modifiers=tuple(sorted(set(row.text("modifier").upper().split()))),
        place_kind=row.one_of("place_kind", PLACE_KINDS),
        allowed=allowed,
        valid_from=valid_from,
        valid_to=valid_to,
    )
