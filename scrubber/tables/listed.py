"""Whether a code that a payer sent is on the list its keeper publishes: CARCs and RARCs, as far as we hold them."""

from __future__ import annotations

from datetime import date

from scrubber.tables.release import Table, TableGap
from scrubber.tables.rows import ListedCode


def off_the_list(table: Table[ListedCode], code: str, day: date, as_of: date) -> str:
    """What is odd about a code on the day it was used; empty where nothing is, or we cannot tell.

    A subset proves nothing about a code it does not hold; that a code had ended it does tell.
    """
    try:
        release = table.on(day, as_of)
    except TableGap:
        return ""
    row = release.get(code)
    if row is None:
        return f"is not on the list {release.name} of {table.name.upper()}s" if release.complete else ""
    if row.ended_by(day):
        return f"had left the list of {table.name.upper()}s on {row.valid_to}"
    early = row.valid_from is not None and day < row.valid_from
    return f"came onto the list of {table.name.upper()}s only on {row.valid_from}" if early else ""
