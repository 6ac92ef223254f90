"""Every table the rules may read, each with its dated releases."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from claims.claim import FILING_INDICATORS, Claim, Payer, PayerType
from scrubber.tables.errors import UnreadableTable
from scrubber.tables.loading import load_table
from scrubber.tables.profiles import NO_PROFILES, Profile, Profiles
from scrubber.tables.release import STALE_AFTER_DAYS, Release, Table, TableGap
from scrubber.tables.rows import (
    AddonRow,
    AuthorizationRow,
    CodeRow,
    CoverageRow,
    DiagnosisRow,
    DrugRow,
    EnrolmentRow,
    ListedCode,
    ModifierRow,
    MueLimit,
    PayerRow,
    PlaceRow,
    PtpEdit,
    RecordRow,
)

__all__ = [
    "TABLE_NAMES",
    "Release",
    "Table",
    "TableGap",
    "TableStatus",
    "Tables",
    "UnreadableTable",
    "load_tables",
    "shipped_tables",
    "with_table",
]

# SBR09 values that say how a plan works or who sells it, not whose money it is: a plan of any kind may bear them
VAGUE_INDICATORS = frozenset({"", "12", "13", "14", "15", "BL", "CI", "HM", "ZZ"})


# tables that no rule and no feature reads: what they hold changes no finding and no risk
OF_REMITTANCES = frozenset({"carc", "rarc"})
_NO_TAXONOMIES: Table[ListedCode] = Table("taxonomies", ())
_NO_CARCS: Table[ListedCode] = Table("carc", ())
_NO_RARCS: Table[ListedCode] = Table("rarc", ())
_MOST_KEPT = 20_000
PROFILES = "payer_profiles"  # the name answers and bundles give them
Value = TypeVar("Value")


class TableStatus(NamedTuple):
    """What an answer says of a table: release, coverage, and how old it is on the day of service.

    `age_days` counts from the day a release took effect, or, where it says how long its rows are known to hold, from
    that day on (0 until then). `stale`: a quarterly table more than two quarters old, or rows past what is known.
    """

    name: str
    release: str
    effective: date
    published: date
    coverage: str  # complete | subset
    age_days: int
    stale: bool


@dataclass(frozen=True)
class Tables:
    """The tables, read once at start-up."""

    codes: Table[CodeRow]
    ptp: Table[Mapping[str, PtpEdit]]  # column 2 code -> column 1 code -> edit
    mue: Table[MueLimit]
    addons: Table[AddonRow]
    icd10: Table[DiagnosisRow]
    modifiers: Table[ModifierRow]
    payers: Table[PayerRow]
    authorizations: Table[tuple[AuthorizationRow, ...]]  # by code
    coverage: Table[tuple[CoverageRow, ...]]  # by procedure code
    excludes1: Table[tuple[str, ...]]  # code or beginning of codes -> what may not stand beside it
    regions: Table[frozenset[str]]  # diagnosis or beginning of diagnoses -> the regions of the body it names
    records: Table[Mapping[str, tuple[RecordRow, ...]]]  # by family, then by the id of the rule that asks
    places: Table[PlaceRow]
    drugs: Table[DrugRow]
    enrolments: Table[tuple[EnrolmentRow, ...]]  # by NPI; the practice's own
    taxonomies: Table[ListedCode] = _NO_TAXONOMIES
    carc: Table[ListedCode] = _NO_CARCS  # what remittances are held against; no rule reads it
    rarc: Table[ListedCode] = _NO_RARCS
    profiles: Profiles = NO_PROFILES  # what the practice wrote down of its payers; no table of releases

    def payer_type(self, claim: Claim) -> PayerType:
        """What kind of payer decides: the claim's own word, refined by the payer table (by id, then by name).

        A type the claim states beside SBR09, as claim JSON may, stands. So does what SBR09 says, with two exceptions:
        a value that fits any kind of plan (CI, BL, HM, 12 to 15, ZZ) gives way to the table, and MB gives way to a
        Medicare Advantage plan, which is often sent under it.
        """
        return self._known_payer(claim)[0]

    def payer_row(self, claim: Claim) -> PayerRow | None:
        """The claim's payer in the payer table; None when it is not there, or only as another line of business."""
        return self._known_payer(claim)[1]

    def profile(self, claim: Claim) -> Profile | None:
        """The practice's own profile of the claim's payer; None without one."""
        if not self.profiles.read:
            return None
        row = self.payer_row(claim)
        return None if row is None else self.profiles.by_key.get(row.key)

    def payer_of(self, payer: Payer) -> PayerRow | None:
        """The payer in the payer table or the practice's profiles, whatever its line of business."""
        return self._row_of(payer, self._payers[-1])

    @cached_property
    def payer_rows(self) -> Mapping[str, PayerRow]:
        """Every payer that is known, by key: who it is, by the practice's profile where there is one."""
        table: Mapping[str, PayerRow] = self.payers.releases[-1].rows if self.payers.releases else {}
        return {**table, **{p.key: p.identity(table.get(p.key)) for p in self.profiles.read}}

    def family(self, code: str) -> str:
        """The family of a code, as the newest release of the code table that holds it says; "" when none does.

        Families are our own and not dated: a release that drops a code does not change what it was.
        """
        return self._families.get(code, "")

    def status(self, day: date, as_of: date, *, every: bool = False) -> list[TableStatus]:
        """Which release of each table speaks for a day of service, and how old it is; one without is left out.

        Of the tables that rules read; with `every`, also of those that only remittances are held against.
        """
        found = []
        for table in self._tables if every else self._read_by_rules:
            try:
                release = table.on(day, as_of)
            except TableGap:
                continue
            if not release.rows:  # a form for the practice's own rows, which it has not filled
                continue
            age = max(0, (day - (release.verified_to or release.effective)).days)
            stale = (table.quarterly and age > STALE_AFTER_DAYS) or not release.holds_on(day)
            coverage = "complete" if release.complete else "subset"
            found.append(
                TableStatus(table.name, release.name, release.effective, release.published, coverage, age, stale)
            )
        if self.profiles.read:
            written = self.profiles.written_on
            age = max(0, (day - written).days)
            found.append(TableStatus(PROFILES, self.profiles.version, written, written, "subset", age, stale=False))
        return found

    def versions(self) -> dict[str, str]:
        """What a bundle records of each table: its newest release, and a digest of all of them."""
        found = {
            table.name: f"{table.releases[-1].name} {_digest(table)}" if table.releases else "none"
            for table in self._tables
        }
        return {**found, PROFILES: self.profiles.version} if self.profiles.read else found

    def __getstate__(self) -> dict[str, Any]:
        """The tables alone: look-ups are built again by whoever gets a copy."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def _read_by_rules(self) -> list[Table[Any]]:
        return [table for table in self._tables if table.name not in OF_REMITTANCES and table.releases]

    @property
    def _tables(self) -> list[Table[Any]]:
        return [getattr(self, name) for name in TABLE_NAMES]

    def _known_payer(self, claim: Claim) -> tuple[PayerType, PayerRow | None]:
        """The kind of payer that decides, and its row as that kind: looked up once for all claims to the payer."""
        payer, payers = claim.payer, self._payers_of(claim)
        key = "payer", id(payers), payer.id, payer.name, payer.type, payer.filing_indicator
        return self.once(key, lambda: _kind_and_row(payer, self._row_of(payer, payers)))

    def _payers_of(self, claim: Claim) -> _Payers:
        """The payers of the release for the claim's first day of service; from before the table, of its first one."""
        if len(self._payers) == 1:
            return self._payers[0]
        day = claim.first_service
        return next((p for p in reversed(self._payers) if day is None or p.first_day <= day), self._payers[0])

    def _row_of(self, payer: Payer, payers: _Payers) -> PayerRow | None:
        payer_id = payer.id.strip().upper()
        if self.profiles.read:
            return self._payer_of_ours(payer_id, payer.name, payers)
        by_id = payers.by_id.get(payer_id) if payer_id else None
        return by_id or (payers.named(payer.name) if payer.name else None)

    def _payer_of_ours(self, payer_id: str, name: str, payers: _Payers) -> PayerRow | None:
        """The same where the practice has profiles: by id, then by name, and by its own words before the table's."""
        found: Profile | PayerRow | None = None
        if payer_id:
            found = self.profiles.by_id.get(payer_id) or payers.by_id.get(payer_id)
        if found is None and name:
            found = self.profiles.named(name) or payers.named(name)
        return None if found is None else self.payer_rows[found.key]

    @cached_property
    def kept(self) -> dict[Hashable, Any]:
        """What `once` has worked out so far."""
        return {}

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` gives of these tables, worked out once for all claims.

        The key names all that it depends on. Kept while there is room: what claims say is not under our control.
        """
        try:
            found: Value = self.kept[key]
        except KeyError:
            found = make()
            if len(self.kept) < _MOST_KEPT:
                self.kept[key] = found
        return found

    @property
    def families(self) -> frozenset[str]:
        """Every family of codes the newest release of the code table has."""
        return frozenset(self._families.values())

    @cached_property
    def _families(self) -> Mapping[str, str]:
        return {code: row.family for release in self.codes.releases for code, row in release.rows.items()}

    @cached_property
    def _payers(self) -> list[_Payers]:
        return [_payers_in(release) for release in self.payers.releases] or [_Payers(date.min, {}, lambda _name: None)]


def _kind_and_row(payer: Payer, row: PayerRow | None) -> tuple[PayerType, PayerRow | None]:
    """The kind `Tables.payer_type` tells, of a payer with that row of the payer table; the row where it is of it."""
    told, known = payer.type, PayerType(row.type) if row is not None else None
    if known is None or known is told:
        return told, row
    if told is not PayerType.UNKNOWN and told is not FILING_INDICATORS.get(payer.filing_indicator):
        return told, None
    advantage = told is PayerType.MEDICARE and known is PayerType.MEDICARE_ADVANTAGE
    if told is PayerType.UNKNOWN or payer.filing_indicator in VAGUE_INDICATORS or advantage:
        return known, row
    return told, None


class _Payers(NamedTuple):
    """The payers of a release, by id and by name."""

    first_day: date
    by_id: Mapping[str, PayerRow]
    named: Callable[[str], PayerRow | None]


def _payers_in(release: Release[PayerRow]) -> _Payers:
    """Finds the payer of a name: of the rows whose patterns are all found, the one with the most of them."""
    rows = release.rows.values()
    named = [([re.compile(p) for p in row.name_patterns], row) for row in rows if row.name_patterns]
    named.sort(key=lambda pair: -len(pair[0]))

    @lru_cache(maxsize=4096)
    def find(name: str) -> PayerRow | None:
        plain = " ".join(re.sub(r"[^a-z0-9]+", " ", name.lower()).split())
        return next((row for patterns, row in named if all(p.search(plain) for p in patterns)), None)

    return _Payers(release.first_day, {payer_id.upper(): row for row in rows for payer_id in row.ids}, find)


TABLE_NAMES = tuple(field.name for field in fields(Tables) if field.name != "profiles")


def _digest(table: Table[Any]) -> str:
    return sha256(" ".join(f"{r.name}:{r.sha256}" for r in table.releases).encode()).hexdigest()[:12]


def with_table(tables: Tables, table: Table[Any]) -> Tables:
    """The tables with another one in the place of its name."""
    other: dict[str, Any] = {table.name: table}
    return replace(tables, **other)


def load_tables(home: Path | None = None) -> Tables:
    """The shipped tables, the releases a practice keeps under `home/tables/`, and its profiles under `home/payers/`.

    Raises UnreadableTable, which says what is wrong with which file. A profile that cannot be read costs no other:
    `profiles.refused` tells it.
    """
    loaded: dict[str, Any] = {name: load_table(name, home) for name in TABLE_NAMES}
    tables = Tables(**loaded)
    if home is None or not (home / "payers").is_dir():
        return tables
    from scrubber.profiles import known_to, load_profiles  # they name rules, and rules read tables  # noqa: PLC0415

    return replace(tables, profiles=load_profiles(home, known_to(tables.payer_rows, tables.families)))


@cache
def shipped_tables() -> Tables:
    """The tables that come with the product, read once."""
    return load_tables()
