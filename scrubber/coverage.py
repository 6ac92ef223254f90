"""What coverage policies say of a procedure's diagnoses, on the line's day and in its state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claims.claim import Line
from scrubber.approvals import state
from scrubber.registry import Case, NotSaid
from scrubber.tables.rows import CoverageRow

SUPPORTS, EXCLUDES = "supports", "excludes"
# The line itself says that the payer may not cover it: notice given, none given, or never covered by law.
KNOWN_TO_BE_DOUBTFUL = frozenset({"GA", "GY", "GZ"})


def policies(case: Case, line: Line) -> Sequence[CoverageRow]:
    """Every policy on the line's code in force on its day, whatever the state. Raises TableGap where none is held."""
    found, key = case.once_of(_held), (line.code, line.service_from)
    if key not in found:
        day = case.day(line)
        rows = case.tables.coverage.on(day, case.as_of).get(line.code) or ()
        found[key] = [
            row
            for row in rows
            if (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)
        ]
    return found[key]


def _held(_case: Case) -> dict[tuple[str, date | None], Sequence[CoverageRow]]:
    """The policies in force by code and day; filled as lines ask."""
    return {}


def policies_here(case: Case, line: Line) -> Sequence[CoverageRow]:
    """Those that bind in the state of service. Raises NotSaid where that matters and the claim does not say it."""
    rows = policies(case, line)
    if not any(row.states for row in rows):
        return rows
    where = state(case.claim)
    if not where:
        raise NotSaid("state of service", f"policies on {line.code} differ by state; the claim says none")
    return [row for row in rows if not row.states or where in row.states]


def covered(rows: Sequence[CoverageRow], diagnosis: str) -> bool:
    """True where one of the policies supports the diagnosis, or leaves it outside its list without denying it."""
    return any(row.role != EXCLUDES and row.names(diagnosis) for row in rows)


def excluding(rows: Sequence[CoverageRow], diagnosis: str) -> CoverageRow | None:
    """The policy that says in its own words that it does not cover the diagnosis, as verified; None where none does."""
    return next((row for row in rows if row.role == EXCLUDES and row.verified and row.names(diagnosis)), None)
