"""What the claim's payer is known to want: its row of the payer table, and what the practice's own profile says of it.

A profile speaks by the day of service and by what was known on the day the claim would be sent. Where the practice has
none, nothing here costs more than asking whether there is any.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scrubber.parameters import Parameter, Value
from scrubber.registry import Case, Citation
from scrubber.tables.profiles import Profile, Said, speaking
from scrubber.tables.rows import PayerRow


@dataclass(frozen=True, slots=True)
class PayersValue(Value):
    """A value of policy that this payer has for itself."""


def profile(case: Case) -> PayerRow | None:
    """The claim's payer in the payer table, as it stands on the claim's first day; None where it is not there."""
    return case.once_of(_profile)


def profile_on(case: Case, day: date) -> PayerRow | None:
    """The same as it stands for a service of another day."""
    mine = own(case)
    if mine is None:
        return profile(case)
    row = case.tables.payer_row(case.claim)
    return None if row is None else mine.over(row, day, case.as_of)


def own(case: Case) -> Profile | None:
    """The practice's own profile of the claim's payer; None without one."""
    return case.once_of(_own) if case.tables.profiles.read else None


def value(case: Case, policy: Parameter, day: date) -> Value | None:
    """The value of a parameter for a service of the day: this payer's own where its profile has one.

    None where the policy had ended. Raises TableGap before the first value.
    """
    mine = own(case)
    if mine is not None:
        for entry in speaking(mine.values, day, case.as_of):
            if entry.parameter == policy.name:
                return PayersValue(Decimal(entry.value), citation(mine, entry.said), entry.said.verified)
    return policy.on(day, case.as_of)


def citation(mine: Profile, said: Said) -> Citation:
    """What a finding cites an entry of a profile by."""
    return Citation(mine.cites(said), said.url)


def cited(value: Value) -> Citation | None:
    """The citation of a value that is the payer's own; None for the general one, which its rule cites."""
    return value.citation if isinstance(value, PayersValue) else None


def own_wish(case: Case, wish: str) -> Value | None:
    """A wish of the payer that its profile tells, with its citation; None where the payer table does, or nobody."""
    mine = own(case)
    for entry in speaking(mine.wishes, case.first_service or case.as_of, case.as_of) if mine else ():
        if mine and wish in entry.wants:
            return PayersValue(wish, citation(mine, entry.said), entry.said.verified)
    return None


def wish_cited(case: Case, wish: str) -> Citation | None:
    """What a finding cites a wish by where the profile tells it; None leaves the rule's own citation."""
    told = own_wish(case, wish)
    return None if told is None else told.citation


def _own(case: Case) -> Profile | None:
    return case.tables.profile(case.claim)


def _profile(case: Case) -> PayerRow | None:
    row = case.tables.payer_row(case.claim)
    if row is None or not case.tables.profiles.read:
        return row
    mine = own(case)
    return row if mine is None else mine.over(row, case.first_service or case.as_of, case.as_of)


def wants(case: Case, wish: str) -> bool:
    """True where the payer's profile says so; `wish` is one of `rows.PAYER_WANTS`."""
    row = case.once_of(_profile)  # as `profile` gives it: many rules ask
    return row is not None and wish in row.wants
