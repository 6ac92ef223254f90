"""What the published tables say of the line, in the releases that speak for its day of service.

No day, no release or no row is no answer: None, never a guess.
"""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from features.registry import Look, once_a_line
from scrubber.tables import TableGap
from scrubber.tables.release import Release, Table
from scrubber.tables.rows import CodeRow

Row = TypeVar("Row")


def code_row(look: Look, code: str) -> CodeRow | None:
    """The code in the code table."""
    release = _on(look, look.tables.codes)
    return None if release is None else release.get(code)


@once_a_line
def own_row(look: Look) -> CodeRow | None:
    """The line's own code in the code table."""
    return code_row(look, look.line.code)


def mue_units(look: Look) -> int | None:
    """The most units of the line's code that Medicare pays (Medically Unlikely Edit)."""
    release = _on(look, look.tables.mue)
    limit = None if release is None else release.get(look.line.code)
    return None if limit is None else limit.units


def filing_limit(look: Look) -> int | None:
    """Days the payer gives from the service to the claim."""
    payer = look.once("payer row", lambda: look.tables.payer_row(look.claim))
    release = None if payer is None else _on(look, look.tables.payers)
    row = None if payer is None or release is None else release.get(payer.key)
    own = None if payer is None else look.tables.profiles.by_key.get(payer.key)
    if payer is None or own is None or look.line.service_from is None:
        return None if row is None else row.timely_filing_days
    return own.over(row or payer, look.line.service_from, look.as_of).timely_filing_days


@once_a_line
def unspecified_share(look: Look) -> float | None:
    """Share of unspecified ones among the line's diagnoses that the ICD-10-CM table holds."""
    release = _on(look, look.tables.icd10)
    if release is None:
        return None
    rows = [row for d in look.claim.diagnoses_of(look.line) if (row := release.get(d.dotted))]
    return sum(row.unspecified for row in rows) / len(rows) if rows else None


def _on(look: Look, table: Table[Row]) -> Release[Row] | None:
    day = look.line.service_from
    return None if day is None else look.once((table.name, day), lambda: _release(table, day, look.as_of))


def _release(table: Table[Row], day: date, as_of: date) -> Release[Row] | None:
    try:
        return table.on(day, as_of)
    except TableGap:
        return None
