"""Prior authorizations: what the tables demand of a line, and what the practice has recorded of its approvals.

A record speaks for a claim when it was known by the day the claim would be sent and is of the claim's payer, or of none
by name. Which record a claim relies on is told by the number it carries (REF G1, of the line before that of the claim).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from claims.claim import ZERO, Authorization, Claim, Line, PayerType
from past.draws import uses
from scrubber.payer_profile import own, profile
from scrubber.registry import Case, Gap
from scrubber.tables import Release
from scrubber.tables.rows import AuthorizationRow

PAYER_TYPES = frozenset(kind.value for kind in PayerType)
FACILITY = frozenset({"19", "22", "24"})  # where Original Medicare asks the hospital or surgery centre
ASK_THE_FACILITY = (
    "Ask the hospital or surgery centre whether it holds Medicare's approval for this service: the number goes on the "
    "facility's claim, and without it this claim may be denied along with theirs."
)
NO_RECORD = Gap(
    ("authorization record",), "the claim carries a number whose record (codes, units, days) is not here", of_claim=True
)


def number_of(claim: Claim, line: Line) -> str:
    """The authorization number that stands for the line: its own, else the claim's."""
    return line.authorization_number or claim.authorization_number


def records(case: Case) -> Sequence[Authorization]:
    """What the practice had recorded of this payer's authorizations by the day the claim would be sent."""
    if not case.claim.authorizations:
        return ()
    return [
        held
        for held in case.claim.authorizations
        if (held.recorded_on is None or held.recorded_on <= case.as_of)
        and (not held.payer_id or held.payer_id == case.claim.payer.id)
    ]


def relied_on(case: Case, line: Line) -> Sequence[Authorization]:
    """The records of the number that stands for the line."""
    number = number_of(case.claim, line)
    return [held for held in records(case) if held.number == number] if number else ()


def names(held: Authorization, code: str) -> bool:
    """True where the authorization lists the code, or lists none and so leaves it open."""
    return not held.codes or any(allowed.code == code for allowed in held.codes)


def covers(held: Authorization, day: date) -> bool:
    """True where the day lies in the authorization's days, an open end reaching as far as it goes."""
    begun = held.valid_from is None or held.valid_from <= day
    return begun and (held.valid_to is None or day <= held.valid_to)


def concerns(case: Case, line: Line, held: Authorization, day: date) -> bool:
    """True where the number is meant for the line: it names its code, or stands on it, or names none and one is needed.

    A claim's number stands for the whole claim, yet the visit and the drug beside the procedure seldom need one.
    """
    if held.codes:
        return names(held, line.code)
    return bool(line.authorization_number) or any(True for _ in demands(case, line, day))


def units_used(case: Case, line: Line, first: date, last: date) -> Decimal:
    """Units of the line's code that earlier claims billed in those days by its number or by none (`past.draws`)."""
    found = uses(
        case.past.services,
        code=line.code,
        payer_id=case.claim.payer.id,
        number=number_of(case.claim, line),
        first=first,
        last=last,
        without=case.claim.id,
    )
    return sum((s.units for s in found), ZERO)


def recorded(case: Case, line: Line, day: date) -> dict[str, Authorization]:
    """What is recorded of the line's code and day, the first of each status; an approval needs its number."""
    found: dict[str, Authorization] = {}
    for held in records(case) if case.claim.authorizations else ():
        numbered = held.status != "approved" or bool(held.number)
        if numbered and names(held, line.code) and covers(held, day):
            found.setdefault(held.status, held)
    return found


def demands(case: Case, line: Line, day: date) -> Iterator[AuthorizationRow]:
    """The table's demands for the line's code in force on the day that bind this payer, wherever it was done.

    Raises TableGap where no release speaks for the day.
    """
    release = case.tables.authorizations.on(day, case.as_of)
    for row in binding(case, line, listed(case, line, day, release), release):
        if in_force(row, day):
            yield row


def binding(
    case: Case, line: Line, rows: Sequence[AuthorizationRow], release: Release[tuple[AuthorizationRow, ...]]
) -> Sequence[AuthorizationRow]:
    """Of the rows listed for the line's code those that bind this payer, whatever the day.

    Worked out once for payers alike, where the payer has no profile of its own.
    """
    if own(case) is not None:
        return [row for row in rows if binds(case, row)]
    payer = profile(case)
    key = "authorizations", id(release), line.code, case.payer_type, payer.key if payer is not None else ""
    return case.tables.once(key, lambda: [row for row in release.get(line.code) or () if binds(case, row)])


def in_force(row: AuthorizationRow, day: date) -> bool:
    """True on the days of service the demand speaks for."""
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def listed(
    case: Case, line: Line, day: date, release: Release[tuple[AuthorizationRow, ...]]
) -> Sequence[AuthorizationRow]:
    """Every demand for the line's code: the release's, and in their place this payer's own where its profile speaks."""
    rows = release.rows.get(line.code) or ()
    mine = own(case)
    if mine is None:
        return rows
    return mine.authorizations(rows, line.code, case.tables.family(line.code), day, case.as_of)


def told_by_payer(case: Case, line: Line, day: date) -> bool:
    """True where the payer's own profile says whether the line's code needs an approval."""
    mine = own(case)
    return mine is not None and bool(mine.demands_for(line.code, case.tables.family(line.code), day, case.as_of))


def binds(case: Case, row: AuthorizationRow) -> bool:
    """True when the row speaks of this kind of payer, or, by its key in the payer table, of this very payer."""
    if row.payer_type in PAYER_TYPES:
        return row.payer_type == case.payer_type
    payer = profile(case)
    return payer is not None and payer.key == row.payer_type


def program_demand(case: Case, line: Line, day: date, programs: frozenset[str]) -> AuthorizationRow | Gap | None:
    """The demand of one of Medicare's programs that reaches the line; a Gap where the claim does not say enough."""
    release = case.tables.authorizations.on(day, case.as_of)
    unsaid: set[str] = set()
    for row in _of_programs(case, line, day, release, programs):
        lacking = missing(row, case.claim, line)
        if lacking:
            unsaid.add(lacking)
        elif reaches(row, case.claim, line):
            return row
    if unsaid:
        what = sorted(unsaid)
        return Gap(tuple(what), f"whether Medicare wants {line.code} approved depends on the {' and '.join(what)}")
    if not release.holds_on(day):
        return Gap(("authorizations table",), f"the authorization list {release.name} is not known to hold on {day}")
    return None


def _of_programs(
    case: Case, line: Line, day: date, release: Release[tuple[AuthorizationRow, ...]], programs: frozenset[str]
) -> Sequence[AuthorizationRow]:
    """The programs' demands in force on the day, those that are verified first; put in order once for payers alike."""
    bound = binding(case, line, listed(case, line, day, release), release)
    if own(case) is None:
        key = "demands of programs", id(bound), programs  # kept, and so is what it names
        rows = case.tables.once(key, lambda: (bound, _in_order(bound, programs)))[1]
    else:
        rows = _in_order(bound, programs)
    return [row for row in rows if in_force(row, day)] if rows else ()


def _in_order(rows: Sequence[AuthorizationRow], programs: frozenset[str]) -> Sequence[AuthorizationRow]:
    ours = [row for row in rows if row.program in programs]
    return sorted(ours, key=lambda row: (not row.verified, row.valid_from, row.citation))


def missing(row: AuthorizationRow, claim: Claim, line: Line) -> str:
    """What the claim would have to say for us to know whether the row reaches the line."""
    if row.places and not claim.place_of(line):
        return "place of service"
    return "state of service" if row.states and not state(claim) else ""


def reaches(row: AuthorizationRow, claim: Claim, line: Line) -> bool:
    """True when the line was done in one of the row's places and states."""
    in_place = not row.places or claim.place_of(line) in row.places
    return in_place and (not row.states or state(claim) in row.states)


def state(claim: Claim) -> str:
    """Where the service was rendered: the facility's state, else the billing provider's."""
    for provider in (claim.facility, claim.billing):
        if provider and provider.address and provider.address.state:
            return provider.address.state
    return ""
