"""What coverage policies say of a procedure's diagnoses, on the line's day and in its state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claims.claim import Line
from scrubber.approvals import state
from scrubber.registry import Case, NotSaid
from scrubber.tables import Release
from scrubber.tables.rows import CoverageRow

SUPPORTS, EXCLUDES = "supports", "excludes"
# The line itself says that the payer may not cover it: notice given, none given, or never covered by law.
KNOWN_TO_BE_DOUBTFUL = frozenset({"GA", "GY", "GZ"})


def policies(case: Case, line: Line) -> Sequence[CoverageRow]:
    """Every policy on the line's code in force on its day, whatever the state. Raises TableGap where none is held."""
    return _in_force(case, line, "")


def policies_here(case: Case, line: Line) -> Sequence[CoverageRow]:
    """Those that bind in the state of service. Raises NotSaid where that matters and the claim does not say it."""
    where = case.once_of(state_of_service)
    rows = _in_force(case, line, where)
    if not where and any(row.states for row in rows):
        raise NotSaid("state of service", f"policies on {line.code} differ by state; the claim says none")
    return rows


def state_of_service(case: Case) -> str:
    """The state the claim's services were given in; empty where the claim does not say it."""
    return state(case.claim)


def _in_force(case: Case, line: Line, where: str) -> Sequence[CoverageRow]:
    day = case.day(line)
    release = case.tables.coverage.on(day, case.as_of)
    rows, first, last = case.tables.once(
        ("coverage", id(release), line.code, where), lambda: _on_code(release, line.code, where)
    )
    return rows if first <= day <= last else [row for row in rows if _first(row) <= day <= _last(row)]


def _on_code(
    release: Release[tuple[CoverageRow, ...]], code: str, where: str
) -> tuple[Sequence[CoverageRow], date, date]:
    """The policies on a code that bind in a state (without one: all), and the days on which they all hold."""
    rows = [row for row in release.get(code) or () if not (where and row.states) or where in row.states]
    return rows, max(map(_first, rows), default=date.min), min(map(_last, rows), default=date.max)


def _first(row: CoverageRow) -> date:
    return row.valid_from or date.min


def _last(row: CoverageRow) -> date:
    return row.valid_to or date.max


def covered(rows: Sequence[CoverageRow], diagnosis: str) -> bool:
    """True where one of the policies supports the diagnosis, or leaves it outside its list without denying it."""
    for row in rows:  # noqa: SIM110 - asked of every diagnosis, and a generator takes twice as long
        if row.role != EXCLUDES and row.names(diagnosis):
            return True
    return False


def excluding(rows: Sequence[CoverageRow], diagnosis: str) -> CoverageRow | None:
    """The policy that says in its own words that it does not cover the diagnosis, as verified; None where none does."""
    for row in rows:
        if row.role == EXCLUDES and row.verified and row.names(diagnosis):
            return row
    return None
