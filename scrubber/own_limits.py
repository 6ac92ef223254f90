"""How often a payer itself allows a procedure, where the practice's profile of it says so.

Its limit takes the place of the general one: of Medicare's, or of the reviewer the payer is known to use.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from claims.claim import Line
from scrubber import look_back, payer_profile, sides
from scrubber.look_back import EVERY, Marked
from scrubber.registry import Case, Citation
from scrubber.tables import Release
from scrubber.tables.profiles import SessionLimit, speaking
from scrubber.tables.rows import CodeRow


def of(case: Case, line: Line) -> Sequence[SessionLimit]:
    """The payer's own limits on the line's family for its day; empty where nothing is written down of them."""
    mine = payer_profile.own(case)
    if mine is None or not mine.limits or line.service_from is None:
        return ()
    family = case.tables.family(line.code)
    return [limit for limit in speaking(mine.limits, line.service_from, case.as_of) if family in limit.families]


def count_sessions(case: Case, line: Line) -> bool:
    """True where the payer has a number of its own, so that no general one holds."""
    return bool(case.tables.profiles.read) and any(limit.most for limit in of(case, line))


def keep_apart(case: Case, line: Line) -> bool:
    """True where the payer has an interval of its own, so that no general one holds."""
    return bool(case.tables.profiles.read) and any(limit.days_between for limit in of(case, line))


def sessions(
    case: Case, line: Line, codes: Release[CodeRow], row: CodeRow, limit: SessionLimit
) -> tuple[Sequence[date], str]:
    """The days a limit counts, and where they are counted, in words; `row` is the line's own in `codes`."""
    families = tuple(sorted(limit.families))
    if limit.per == "patient":
        return look_back.sessions(case, codes, families), "for this patient"
    where = row.region.replace("_", " and ")
    if limit.per == "side":
        side = sides.of_line(line)
        days = look_back.sessions(case, codes, families, row.region, Marked(on=side) if side else EVERY)
        return days, f"of {sides.words(side)} in the {where} region" if side else f"in the {where} region"
    return look_back.sessions(case, codes, families, row.region), f"in the {where} region"


def cited(case: Case, limit: SessionLimit) -> Citation | None:
    """What a finding cites a limit by."""
    mine = payer_profile.own(case)
    return None if mine is None else payer_profile.citation(mine, limit.said)
