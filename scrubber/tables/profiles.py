"""What a practice wrote down of its payers, and when which of it speaks.

A profile says who a payer is (always) and what it asks for (dated). Each dated entry has two clocks: the days of
service it holds for, and the day it was published or, where nobody said, written down. `scrubber.profiles.reading`
makes profiles of the files in a practice's home; the rules meet them as rows and values laid over those of the tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import TypeVar

from claims.days import overlap
from claims.errors import UnreadableInput
from scrubber.tables.rows import AuthorizationRow, PayerRow


@dataclass(frozen=True, slots=True)
class Said:
    """When an entry holds, since when it is known, and what it rests on."""

    first: date  # day of service
    last: date | None  # inclusive
    published: date
    source: str
    url: str
    verified: bool  # read in the payer's own paper; otherwise the rules warn
    written_by: str
    written_on: date

    def speaks(self, day: date, as_of: date) -> bool:
        """True for a service of that day, as far as was known on `as_of`."""
        return self.first <= day and (self.last is None or day <= self.last) and self.published <= as_of

    def overlaps(self, other: Said) -> bool:
        """True where both hold on some day."""
        return overlap((self.first, self.last), (other.first, other.last))


@dataclass(frozen=True, slots=True)
class Entry:
    """One dated entry of a profile; `line` is where it stands in the file."""

    said: Said
    line: int


@dataclass(frozen=True, slots=True)
class Filing(Entry):
    """By when a claim, a correction and an appeal have to reach the payer."""

    days: int | None  # from the day of service
    corrected_claim_days: int | None  # from the day of service
    appeal_days: int | None  # from the remittance


@dataclass(frozen=True, slots=True)
class Wishes(Entry):
    """What the payer wants beside what every payer wants, and what it does not, whatever the payer table says."""

    wants: frozenset[str]  # of PAYER_WANTS
    wants_not: frozenset[str]


@dataclass(frozen=True, slots=True)
class Demand(Entry):
    """What the payer wants authorized, or says it does not."""

    codes: frozenset[str]
    families: frozenset[str]
    places: frozenset[str]  # empty: every place
    states: frozenset[str]  # empty: every state
    need: str  # required, sometimes, none

    def names(self, code: str, family: str) -> bool:
        """True where it speaks of the code, by itself or by its family."""
        return code in self.codes or family in self.families


@dataclass(frozen=True, slots=True)
class SessionLimit(Entry):
    """How often the payer allows the procedures of some families, and how far apart."""

    families: frozenset[str]
    per: str  # region, side, patient
    most: int | None  # sessions in the window
    within: int | None
    unit: str  # months, days
    days_between: int | None


@dataclass(frozen=True, slots=True)
class Adoption(Entry):
    """Rules that bind other kinds of payer, and this payer follows all the same."""

    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class OwnPolicy(Entry):
    """The payer's own value of a parameter that a rule reads."""

    parameter: str
    value: int


Dated = TypeVar("Dated", bound=Entry)


@dataclass(frozen=True)
class Profile:
    """One payer as the practice knows it."""

    key: str
    name: str
    type: str  # a PayerType value
    ids: tuple[str, ...]
    names: tuple[str, ...]  # plain words, one of which stands in the claim's payer name
    name_patterns: tuple[str, ...]  # regular expressions, each of which is found in it
    written_by: str
    written_on: date
    file: str
    sha256: str
    filing: tuple[Filing, ...] = ()
    wishes: tuple[Wishes, ...] = ()
    demands: tuple[Demand, ...] = ()
    limits: tuple[SessionLimit, ...] = ()
    adoptions: tuple[Adoption, ...] = ()
    values: tuple[OwnPolicy, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every dated entry."""
        return (*self.filing, *self.wishes, *self.demands, *self.limits, *self.adoptions, *self.values)

    def cites(self, said: Said) -> str:
        """The words a finding cites an entry by; who wrote it stands in the file alone."""
        return f"{self.name}: {said.source} (own profile {self.key}, written {said.written_on})"

    def identity(self, row: PayerRow | None) -> PayerRow:
        """Who the payer is, over its row of the payer table where it has one."""
        if row is None:
            return PayerRow(self.key, self.name, self.ids, self.name_patterns, self.type, None, verified=False)
        ids = tuple(dict.fromkeys((*row.ids, *self.ids))) if row.ids or self.ids else ()
        return replace(row, name=self.name, type=self.type, ids=ids)

    def over(self, row: PayerRow, day: date, as_of: date) -> PayerRow:
        """The payer's row with what the profile says of a day of service, as known on `as_of`.

        `verified` stays that of the row: each entry of the profile has its own.
        """
        wishes, filing = speaking(self.wishes, day, as_of), speaking(self.filing, day, as_of)
        if wishes:
            row = replace(row, wants=(row.wants | wishes[0].wants) - wishes[0].wants_not)
        if filing and filing[0].days is not None:
            row = replace(row, timely_filing_days=filing[0].days)
        if filing and filing[0].corrected_claim_days is not None:
            row = replace(row, corrected_claim_days=filing[0].corrected_claim_days)
        return row

    def authorizations(
        self, rows: Sequence[AuthorizationRow], code: str, family: str, day: date, as_of: date
    ) -> Sequence[AuthorizationRow]:
        """The demands for a code: the profile's own where it speaks of the code, else those of the tables.

        What names the code itself comes before what names its family. The rows of Medicare's programs stay.
        """
        spoken = self.demands_for(code, family, day, as_of)
        if not spoken:
            return rows
        own = [self._row(demand, code) for demand in spoken if demand.need != "none"]
        return [*own, *(row for row in rows if row.program)]

    def demands_for(self, code: str, family: str, day: date, as_of: date) -> Sequence[Demand]:
        """What the profile says of authorizing a code, for a service of the day."""
        spoken = [demand for demand in speaking(self.demands, day, as_of) if demand.names(code, family)]
        return [demand for demand in spoken if code in demand.codes] or spoken

    def _row(self, demand: Demand, code: str) -> AuthorizationRow:
        said = demand.said
        return AuthorizationRow(
            code, self.key, said.first, said.last, demand.places, demand.states, demand.need, said.verified,
            self.cites(said), said.url,
        )  # fmt: skip


def speaking(entries: Iterable[Dated], day: date, as_of: date) -> list[Dated]:
    """Those of the entries that speak for a day of service, as far as was known on `as_of`."""
    return [entry for entry in entries if entry.said.speaks(day, as_of)]


@dataclass(frozen=True, slots=True)
class RefusedProfile:
    """A file that was left out whole, and everything that is wrong with it."""

    file: str
    problems: tuple[UnreadableInput, ...]


@dataclass(frozen=True)
class Profiles:
    """The profiles of a practice: those that could be read, and the files that could not."""

    read: tuple[Profile, ...] = ()
    refused: tuple[RefusedProfile, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Profile]:
        """Each profile under its key."""
        return {profile.key: profile for profile in self.read}

    @cached_property
    def by_id(self) -> Mapping[str, Profile]:
        """Each profile under its payer ids, in capitals."""
        return {payer_id.upper(): profile for profile in self.read for payer_id in profile.ids}

    def named(self, name: str) -> Profile | None:
        """The one profile whose names fit a payer's name; None where none does, or several do."""
        return self._find(name)

    @property
    def version(self) -> str:
        """What an answer and a bundle record of the profiles; empty without any."""
        if not self.read:
            return ""
        digest = sha256(" ".join(f"{p.key}:{p.sha256}" for p in self.read).encode()).hexdigest()[:12]
        return f"{len(self.read)} {digest}"

    @property
    def written_on(self) -> date:
        """The newest day anything in them was written down."""
        days = [entry.said.written_on for profile in self.read for entry in profile.entries]
        return max((*days, *(profile.written_on for profile in self.read)), default=date.min)

    @cached_property
    def _find(self) -> Callable[[str], Profile | None]:
        matchers = [(matcher(profile.names, profile.name_patterns), profile) for profile in self.read]

        @lru_cache(maxsize=4096)
        def find(name: str) -> Profile | None:
            text = plain(name)
            found = [profile for matches, profile in matchers if matches(text)]
            return found[0] if len(found) == 1 else None

        return find

    def __getstate__(self) -> tuple[tuple[Profile, ...], tuple[RefusedProfile, ...]]:
        """The profiles alone: look-ups are built again by whoever gets a copy."""
        return self.read, self.refused

    def __setstate__(self, state: tuple[tuple[Profile, ...], tuple[RefusedProfile, ...]]) -> None:
        """What `__getstate__` gave."""
        object.__setattr__(self, "read", state[0])
        object.__setattr__(self, "refused", state[1])


NO_PROFILES = Profiles()


def plain(name: str) -> str:
    """A payer's name as it is compared: lower case, letters and digits only, single spaces.

    >>> plain("ZZTEST Health-Plan, Inc.")
    'zztest health plan inc'
    """
    return " ".join(re.sub(r"[^a-z0-9]+", " ", name.lower()).split())


def matcher(names: Iterable[str], patterns: Iterable[str]) -> Callable[[str], bool]:
    """Tells whether a plain name holds one of the names as whole words, and fits each of the patterns."""
    words = [re.escape(plain(name)) for name in names]
    wanted = [re.compile(rf"\b(?:{'|'.join(words)})\b")] if words else []
    wanted += [re.compile(pattern) for pattern in patterns]
    return lambda text: bool(wanted) and all(pattern.search(text) for pattern in wanted)
