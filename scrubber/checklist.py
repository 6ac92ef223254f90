"""What the record should hold for a procedure and a kind of payer, and what of it is there."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from claims.claim import Claim, Line, Payer, PayerType, Person, Provider, Subscriber
from claims.evidence import ITEMS
from past.patient import PatientPast
from scrubber import wanted_records
from scrubber.registry import Case, Citation
from scrubber.tables import Release, TableGap, Tables
from scrubber.tables.rows import RecordRow


class State(StrEnum):
    """How the record stands to one thing wanted."""

    PRESENT = "present"
    MISSING = "missing"  # somebody looked and it is not there, or it falls short
    UNKNOWN = "unknown"  # nobody told us


@dataclass(frozen=True, slots=True)
class Want:
    """One thing on the checklist: what is meant, how much of it, how the record stands, and who asks."""

    item: str
    meaning: str
    wanted: str
    state: State
    told: str
    why: str  # of what falls short
    rule_ids: tuple[str, ...]  # all that ask for it in these words
    citation: Citation
    verified: bool


@dataclass(frozen=True, slots=True, eq=False)  # the same for many claims: told apart by which it is
class Checklist:
    """What is wanted of a service, in the order of the rules that ask; empty where no policy we hold asks."""

    wants: tuple[Want, ...] = ()

    @property
    def summary(self) -> str:
        """How many things stand how."""
        counts = Counter(want.state for want in self.wants)
        return ", ".join(f"{counts[state]} {state.value}" for state in State)


@dataclass(frozen=True, slots=True)
class LinesChecklist:
    """The checklist that lines of a claim share: a base code and its add-on are one procedure to the record."""

    lines: tuple[int, ...]
    procedures: tuple[str, ...]
    of: Checklist

    @property
    def summary(self) -> str:
        """The procedures, and how much of the checklist stands how."""
        lines = f"line{'' if len(self.lines) == 1 else 's'} {', '.join(map(str, self.lines))}"
        return f"{', '.join(self.procedures)} ({lines}): {self.of.summary}"


NOTHING_WANTED = Checklist()

_STATES = {
    wanted_records.PRESENT: State.PRESENT,
    wanted_records.SHORT: State.MISSING,
    wanted_records.MISSING: State.UNKNOWN,
}
_ByRule = Mapping[str, tuple[RecordRow, ...]]


def checklist(case: Case, line: Line) -> Checklist:
    """The checklist of a line."""
    day, family = line.service_from, case.tables.family(line.code)
    if day is None:
        return NOTHING_WANTED
    try:
        release = case.tables.records.on(day, case.as_of)
    except TableGap:
        return NOTHING_WANTED
    if family not in release.rows:
        return NOTHING_WANTED
    if case.claim.evidence:
        return Checklist(_wants(wanted_records.wanted(case, line)))
    untold = case.tables.once(
        ("checklist", id(release), family, case.payer_type), lambda: _Untold.of(release, family, case.payer_type)
    )
    always, of_repeat = untold.on(day)
    return of_repeat if of_repeat is not always and wanted_records.is_repeat(case, line, family, day) else always


def checklists(case: Case) -> tuple[LinesChecklist, ...]:
    """The checklists of a claim, each once with the lines it is of; lines of which nothing is wanted are left out."""
    found: dict[tuple[Want, ...] | int, tuple[Checklist, list[Line]]] = {}
    told = bool(case.claim.evidence)
    for line in case.claim.lines:
        of = checklist(case, line)
        if of.wants:
            found.setdefault(of.wants if told else id(of), (of, []))[1].append(line)
    return tuple(
        LinesChecklist(tuple(line.number for line in lines), tuple(dict.fromkeys(line.code for line in lines)), of)
        for of, lines in found.values()
    )


def checklist_of_code(code: str, kind: PayerType, day: date, tables: Tables) -> Checklist:
    """The checklist of a procedure that has no claim yet: everything is unknown."""
    claim, line = _bare(code, kind, day)
    return checklist(Case(claim, day, tables, PatientPast(), kind), line)


def _bare(code: str, kind: PayerType, day: date) -> tuple[Claim, Line]:
    line = Line(number=1, code=code, charge=Decimal(0), units=Decimal(1), service_from=day)
    payer, nobody = Payer(type=kind), Person()
    claim = Claim("", Decimal(0), payer, Provider(), Subscriber(nobody), nobody, diagnoses=(), lines=(line,))
    return claim, line


@dataclass(frozen=True, slots=True)
class _Untold:
    """The checklists of a family and kind of payer where nobody told anything, as most claims come: made once."""

    since: Sequence[date]  # the days from which other rows bind, in order
    lists: Sequence[tuple[Checklist, Checklist]]  # before the first of those days, from it on, ...: always, of a repeat

    def on(self, day: date) -> tuple[Checklist, Checklist]:
        """Those of a day of service."""
        return self.lists[bisect_right(self.since, day)]

    @classmethod
    def of(cls, release: Release[_ByRule], family: str, kind: PayerType) -> _Untold:
        """Those of a family, worked out from its rows."""
        rows = [row for of_rule in (release.get(family) or {}).values() for row in of_rule]
        after = {row.valid_to + timedelta(days=1) for row in rows if row.valid_to is not None}
        since = sorted({row.valid_from for row in rows} | after)
        return cls(since, [_untold([r for r in rows if r.binds(kind, day)]) for day in (date.min, *since)])


def _untold(rows: Sequence[RecordRow]) -> tuple[Checklist, Checklist]:
    """What is wanted of any procedure, and of one that repeats another: the same object where that is no more."""
    of_any = [row for row in rows if row.when == "always"]
    always = Checklist(_wants(_nothing_told(of_any)))
    return always, always if len(of_any) == len(rows) else Checklist(_wants(_nothing_told(rows)))


def _nothing_told(rows: Iterable[RecordRow]) -> Iterable[wanted_records.Entry]:
    return [wanted_records.Entry(row, "", wanted_records.MISSING, "") for row in rows]


def _wants(entries: Iterable[wanted_records.Entry]) -> tuple[Want, ...]:
    """The entries in the order of their rules; what several rules want in the same words is there once."""
    found: dict[tuple[str, str], Want] = {}
    for entry in sorted(entries, key=lambda e: e.row.rule):
        want = _want(entry)
        known = found.setdefault((want.item, want.wanted), want)
        if known is not want:
            found[want.item, want.wanted] = replace(known, rule_ids=(*known.rule_ids, *want.rule_ids))
    return tuple(found.values())


def _want(entry: wanted_records.Entry) -> Want:
    row = entry.row
    return Want(
        item=row.item,
        meaning=ITEMS[row.item].meaning,
        wanted=_wanted(row),
        state=_STATES[entry.state],
        told=entry.told,
        why=entry.why,
        rule_ids=(row.rule,),
        citation=Citation(row.citation, row.url),
        verified=row.verified,
    )


def _wanted(row: RecordRow) -> str:
    unit = ITEMS[row.item].unit
    parts = []
    if row.at_least is not None:
        parts.append(f"at least {row.at_least.normalize():f} {unit}")
    if row.at_most is not None:
        parts.append(f"at most {row.at_most.normalize():f} {unit}")
    if row.one_of:
        parts.append(" or ".join(sorted(row.one_of)).replace("_", " "))
    if row.within_days is not None:
        parts.append(f"no more than {row.within_days} days before the service")
    if row.when == "repeat":
        parts.append("of the procedure before")
    return ", ".join(parts)
