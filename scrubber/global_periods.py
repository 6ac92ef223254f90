"""The global periods still running when a service is done: the days a procedure's payment already pays for.

Medicare pays a minor procedure (010) together with the care of the 10 days after it, a major one (090) with that of 90
days. They are counted from the day after the procedure on: after one of 1 March with 010, the last is 11 March. (The
day itself, and the day before a major procedure, belong to the package too; MOD-001 and the visit rules look at them.)

A period binds the group that did the procedure, which is told by the billing NPI, on claims to the same payer.
Procedures the payer denied open none. MOD-014 speaks of procedures within a period, EM-005 of visits: one cause, one
finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from claims.claim import Line
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
    periods = case.once(("global periods", codes.name), lambda: sorted(_periods(case, codes), reverse=True))
    return [period for period in periods if period.done_on < day <= period.last_day]


def known(case: Case, line: Line) -> bool:
    """True when no procedure whose period may still run can be unknown to us."""
    return look_back.covered(case, since(case, line))


def since(case: Case, line: Line) -> date:
    """The earliest day whose procedure may still have its period running on the line's day."""
    return case.day(line) - LONGEST


def _periods(case: Case, codes: Release[CodeRow]) -> set[Period]:
    claim = case.claim
    first = case.first_service
    earliest = first - LONGEST if first is not None else date.max
    payer, billing = claim.payer.id, claim.billing.npi
    found: set[Period] = set()
    for s in case.past.services:
        if s.service_date >= earliest and not s.denied and s.billing_npi == billing and s.payer_id == payer:
            _add(found, codes, s.service_date, s.code, s.rendering_npi, s.modifiers)
    for line in claim.lines:
        if line.service_from is not None:
            _add(found, codes, line.service_from, line.code, claim.rendering_of(line).npi, line.modifiers)
    return found


def _add(
    found: set[Period], codes: Release[CodeRow], day: date, code: str, npi: str, modifiers: tuple[str, ...]
) -> None:
    row = codes.get(code)
    length = DAYS_AFTER.get(row.global_days) if row is not None else None
    if row is not None and length is not None:
        found.add(Period(day, code, row.global_days, day + timedelta(days=length), npi, modifiers, row.verified))
