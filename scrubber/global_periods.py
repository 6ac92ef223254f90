"""The global periods still running when a service is done: the days a procedure's payment already pays for.

Medicare pays a minor procedure (010) together with the care of the 10 days after it, a major one (090) with that of 90
days. They are counted from the day after the procedure on: after one of 1 March with 010, the last is 11 March. (The
day itself, and the day before a major procedure, belong to the package too; MOD-001 and the visit rules look at them.)

A period binds the group that did the procedure, which is told by the billing NPI, on claims to the same payer.
Procedures the payer denied open none. MOD-014 speaks of procedures within a period, EM-005 of visits: one cause, one
finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from claims.claim import Claim, Line
from past.patient import Service
from scrubber import look_back
from scrubber.registry import Case
from scrubber.tables import Release
from scrubber.tables.rows import CodeRow

# The MPFS indicator and the days it stands for (Medicare Claims Processing Manual, chapter 12, section 40.1): the
# meaning of a column of the fee schedule, not a policy of its own.
DAYS_AFTER = {"010": 10, "090": 90}
LONGEST = timedelta(days=90)
PROCEDURES = frozenset({"000", "010", "090"})  # indicators of what is itself paid as a procedure with its global days


class Period(NamedTuple):
    """A global period that is running: whose procedure it belongs to, and its last day."""

    done_on: date
    code: str
    global_days: str  # 010, 090
    last_day: date
    rendering_npi: str
    modifiers: tuple[str, ...]
    verified: bool  # False: the code's row comes from general knowledge, so rules warn


def running(case: Case, codes: Release[CodeRow], line: Line) -> Sequence[Period]:
    """The periods of the group's earlier procedures that run on the line's day, the latest procedure first."""
    day = case.day(line)
    periods = case.once(("global periods", id(codes)), lambda: _periods(case, codes))
    return [period for period in periods if period.done_on < day <= period.last_day] if periods else ()


def known(case: Case, line: Line) -> bool:
    """True when no procedure whose period may still run can be unknown to us."""
    return look_back.covered(case, since(case, line))


def since(case: Case, line: Line) -> date:
    """The earliest day whose procedure may still have its period running on the line's day."""
    return case.day(line) - LONGEST


def _periods(case: Case, codes: Release[CodeRow]) -> Sequence[Period]:
    claim, opening = case.claim, case.tables.once(("global days", id(codes)), lambda: _opening(codes))
    earlier = [s for s in case.past.services if s.code in opening]
    own = [line for line in claim.lines if line.code in opening]
    if not earlier and not own:  # few procedures open one
        return ()
    first = case.first_service
    earliest = first - LONGEST if first is not None else date.max
    found: set[Period] = set()
    for s in earlier:
        if s.service_date >= earliest and not s.denied and _of_group(claim, s):
            found.add(_period(opening[s.code], s.service_date, s.rendering_npi, s.modifiers))
    for line in own:
        if line.service_from is not None:
            found.add(_period(opening[line.code], line.service_from, claim.rendering_of(line).npi, line.modifiers))
    return sorted(found, reverse=True)


def _of_group(claim: Claim, service: Service) -> bool:
    """True for a service of the same group, billed to the same payer."""
    return service.billing_npi == claim.billing.npi and service.payer_id == claim.payer.id


def _opening(codes: Release[CodeRow]) -> Mapping[str, CodeRow]:
    """The codes that open a global period."""
    return {code: row for code, row in codes.rows.items() if row.global_days in DAYS_AFTER}


def _period(row: CodeRow, day: date, npi: str, modifiers: tuple[str, ...]) -> Period:
    last_day = day + timedelta(days=DAYS_AFTER[row.global_days])
    return Period(day, row.code, row.global_days, last_day, npi, modifiers, row.verified)
