"""The quick reference of a payer: how it is known, what it wants and by when, each with its source and date.

The page a biller keeps beside the telephone, made of the same rows and values the rules read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from claims.claim import PayerType
from scrubber.approvals import PAYER_TYPES
from scrubber.parameters import parameter
from scrubber.registry import RULES
from scrubber.tables import TableGap, Tables
from scrubber.tables.profiles import Profile, Said, SessionLimit, speaking
from scrubber.tables.rows import AuthorizationRow, PayerRow
from scrubber.timely_filing import medicare_last_day

SHIPPED = "payer table"
_MOST_SHOWN = 16  # codes of a list that people see one by one


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known of a payer, what it rests on, and since when; `own`: the practice wrote it down."""

    words: str
    source: str
    url: str = ""
    first: date | None = None
    last: date | None = None
    own: bool = False
    verified: bool | None = None  # None where there is nothing to verify
    written: str = ""  # who wrote it down, and when
    codes: tuple[str, ...] = ()  # of a list whose words name only some


@dataclass(frozen=True, slots=True)
class Reference:
    """A payer's page, without its behaviour; the parts are in the order people ask."""

    key: str
    name: str
    type: str
    profile: Profile | None
    day: date
    matched: tuple[Fact, ...]
    filing: tuple[Fact, ...]
    wants: tuple[Fact, ...]
    authorizations: tuple[Fact, ...]
    frequency: tuple[Fact, ...]
    adopted: tuple[Fact, ...]
    values: tuple[Fact, ...]

    @property
    def parts(self) -> dict[str, tuple[Fact, ...]]:
        """The parts under the names `--json` gives them."""
        return {
            "matched": self.matched, "filing": self.filing, "wants": self.wants,
            "authorizations": self.authorizations, "frequency": self.frequency, "adopted": self.adopted,
            "values": self.values,
        }  # fmt: skip


def reference(tables: Tables, row: PayerRow, day: date) -> Reference:
    """What is known of a payer for a service of the day, as known on that day; its key is empty where no table has it.

    What the payer table gives its kind holds for it all the same.
    """
    page = _Page(tables, row, tables.profiles.by_key.get(row.key), day)
    return Reference(
        row.key, row.name, row.type, page.mine, day, tuple(page.matched()), tuple(page.filing()), tuple(page.wants()),
        tuple(page.authorizations()), tuple(page.frequency()), tuple(page.adopted()), tuple(page.values()),
    )  # fmt: skip


class _Page:
    """One payer on one day; each part yields its facts."""

    def __init__(self, tables: Tables, row: PayerRow, mine: Profile | None, day: date) -> None:
        self.tables, self.row, self.mine, self.day = tables, row, mine, day
        self.kind = PayerType(row.type)
        self.url = tables.payers.releases[-1].url if tables.payers.releases else ""

    def matched(self) -> Iterator[Fact]:
        """How a claim's payer is told to be this one."""
        mine = self.mine
        own_ids = mine.ids if mine else ()
        if own_ids:
            yield self._identity(f"payer id {', '.join(own_ids)}")
        if mine and mine.names:
            yield self._identity(f"a name with {' or '.join(mine.names)}")
        if mine and mine.name_patterns:
            yield self._identity(f"a name that fits {' and '.join(mine.name_patterns)}")
        table = self.tables.payers.releases[-1].rows.get(self.row.key) if self.tables.payers.releases else None
        if table is not None and table.ids:
            yield Fact(f"payer id {', '.join(table.ids)}", SHIPPED)
        if table is not None and table.name_patterns:
            yield Fact(f"a name that fits {' and '.join(table.name_patterns)}", SHIPPED)

    def filing(self) -> Iterator[Fact]:
        """By when claims, corrections and appeals have to be there, counted for a service, or an answer, of today."""
        own = speaking(self.mine.filing, self.day, self.day) if self.mine else []
        told = own[0] if own else None
        if self.kind is PayerType.MEDICARE:
            limit = parameter("medicare_filing_months").on(self.day, self.day)
            if limit is not None:
                last = medicare_last_day(self.day, int(limit.value))
                words = f"{limit.value} months from the service; of today's service until {last}"
                yield Fact(words, limit.citation.text, limit.citation.url, verified=limit.verified)
        elif told is not None and told.days is not None:
            yield self._own(f"{told.days} days from the service; {self._until(told.days, 'service')}", told.said)
        elif self.row.timely_filing_days is not None:
            days = self.row.timely_filing_days
            words = f"{days} days from the service; {self._until(days, 'service')}"
            yield Fact(words, f"{SHIPPED}: usual, contracts differ", self.url, verified=self.row.verified)
        if told is not None and told.corrected_claim_days is not None:
            days = told.corrected_claim_days
            yield self._own(f"corrected claims {days} days from the service; {self._until(days, 'service')}", told.said)
        if told is not None and told.appeal_days is not None:
            days = told.appeal_days
            yield self._own(f"appeals {days} days from the remittance; {self._until(days, 'remittance')}", told.said)

    def _until(self, days: int, what: str) -> str:
        return f"of today's {what} until {self.day + timedelta(days=days)}"

    def wants(self) -> Iterator[Fact]:
        """What it wants beside what every payer wants."""
        wishes = speaking(self.mine.wishes, self.day, self.day) if self.mine else []
        for wish in wishes:
            for word in sorted(wish.wants):
                yield self._own(word, wish.said)
            for word in sorted(wish.wants_not):
                yield self._own(f"not {word}", wish.said)
        said = frozenset().union(*(wish.wants | wish.wants_not for wish in wishes))
        for word in sorted(self.row.wants - said):
            yield Fact(word, SHIPPED, self.url, verified=self.row.verified)

    def authorizations(self) -> Iterator[Fact]:
        """What needs an approval, where; the practice's own list first."""
        demands = speaking(self.mine.demands, self.day, self.day) if self.mine else []
        for demand in demands:
            what = ", ".join((*sorted(demand.codes), *(f"every {family}" for family in sorted(demand.families))))
            places = _places(demand.places, demand.states)
            yield self._own(f"{'no approval' if demand.need == 'none' else demand.need}: {what}{places}", demand.said)
        for row, codes in self._listed():
            words = f"{row.need}: {_some(codes)}{_places(row.places, row.states)}"
            of_kind = "" if row.payer_type not in PAYER_TYPES else f" (payers of its kind: {_plain(row.payer_type)})"
            yield Fact(
                words,
                row.citation + of_kind,
                row.url,
                row.valid_from,
                row.valid_to,
                verified=row.verified,
                codes=tuple(codes),
            )

    def _listed(self) -> Iterator[tuple[AuthorizationRow, list[str]]]:
        """The demands of the table that reach this payer and that its profile does not speak of, by what they share."""
        try:
            release = self.tables.authorizations.on(self.day, self.day)
        except TableGap:
            return
        found: dict[tuple[object, ...], list[AuthorizationRow]] = defaultdict(list)
        for code, rows in release.rows.items():
            told = self.mine and self.mine.demands_for(code, self.tables.family(code), self.day, self.day)
            for row in rows:
                in_force = row.valid_from <= self.day and (row.valid_to is None or self.day <= row.valid_to)
                if in_force and row.payer_type in (self.row.type, self.row.key) and (row.program or not told):
                    shared = (row.need, row.places, row.states, row.citation, row.valid_from, row.valid_to)
                    found[shared].append(row)
        for alike in found.values():
            yield alike[0], sorted({row.code for row in alike})

    def frequency(self) -> Iterator[Fact]:
        """How often it allows what, and the rules that hold its kind to a policy."""
        for limit in speaking(self.mine.limits, self.day, self.day) if self.mine else []:
            yield self._own(_limit(limit), limit.said)
        rules = [r for r in RULES.values() if r.family == "frequency" and self.kind in r.payer_types]
        if rules:
            ids = ", ".join(sorted(rule.id for rule in rules))
            yield Fact(f"rules that bind its kind: {ids}", "`cleanclaim rules ID` shows each with its policy")

    def adopted(self) -> Iterator[Fact]:
        """Policies of other kinds of payer that it follows."""
        for entry in speaking(self.mine.adoptions, self.day, self.day) if self.mine else []:
            bound = sorted(rule_id for rule_id in entry.rules if self.kind in RULES[rule_id].payer_types)
            new = sorted(entry.rules - set(bound))
            if new:
                yield self._own(f"warns by {', '.join(new)}", entry.said)
            if bound:
                yield self._own(f"binds payers of its kind anyway: {', '.join(bound)}", entry.said)

    def values(self) -> Iterator[Fact]:
        """Values of its own that rules read in place of the general ones."""
        for entry in speaking(self.mine.values, self.day, self.day) if self.mine else []:
            of = parameter(entry.parameter)
            yield self._own(f"{of.label}: {entry.value} {of.unit}".rstrip(), entry.said)

    def _identity(self, words: str) -> Fact:
        mine = self.mine
        if mine is None:
            return Fact(words, SHIPPED)
        return Fact(words, f"payers/{mine.file}", own=True, written=f"{mine.written_by}, {mine.written_on}")

    def _own(self, words: str, said: Said) -> Fact:
        return Fact(
            words, said.source, said.url, said.first, said.last, own=True, verified=said.verified,
            written=f"{said.written_by}, {said.written_on}",
        )  # fmt: skip


def _limit(limit: SessionLimit) -> str:
    families = ", ".join(sorted(limit.families))
    parts = []
    if limit.most:
        parts.append(f"{limit.most} sessions in {limit.within} {limit.unit} a {limit.per}")
    if limit.days_between:
        parts.append(f"{limit.days_between} days between two")
    return f"{families}: {'; '.join(parts)}"


def _some(codes: list[str]) -> str:
    if len(codes) <= _MOST_SHOWN:
        return ", ".join(codes)
    return f"{len(codes)} codes, {', '.join(codes[:3])} to {codes[-1]}"


def _places(places: frozenset[str], states: frozenset[str]) -> str:
    found = f" in place {', '.join(sorted(places))}" if places else ""
    return found + (f" in {', '.join(sorted(states))}" if states else "")


def _plain(word: str) -> str:
    return word.replace("_", " ")
