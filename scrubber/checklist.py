"""What the record should hold for a procedure and a kind of payer, and what of it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from claims.claim import Claim, Line, Payer, PayerType, Person, Provider, Subscriber
from claims.evidence import ITEMS
from past.patient import PatientPast
from scrubber import wanted_records
from scrubber.registry import Case, Citation
from scrubber.tables import TableGap, Tables
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
    rule_id: str
    citation: Citation
    verified: bool


_STATES = {
    wanted_records.PRESENT: State.PRESENT,
    wanted_records.SHORT: State.MISSING,
    wanted_records.MISSING: State.UNKNOWN,
}


def checklist(case: Case, line: Line) -> tuple[Want, ...]:
    """The checklist of a line, in the order of the rules that ask; empty where no policy we hold asks for anything."""
    if line.service_from is None:
        return ()
    try:
        entries = wanted_records.wanted(case, line)
    except TableGap:
        return ()
    return tuple(_want(e) for e in sorted(entries, key=lambda e: e.row.rule))


def checklist_of_code(code: str, kind: PayerType, day: date, tables: Tables) -> tuple[Want, ...]:
    """The checklist of a procedure that has no claim yet: everything is unknown."""
    claim, line = _bare(code, kind, day)
    return checklist(Case(claim, day, tables, PatientPast(), kind), line)


def _bare(code: str, kind: PayerType, day: date) -> tuple[Claim, Line]:
    line = Line(number=1, code=code, charge=Decimal(0), units=Decimal(1), service_from=day)
    payer, nobody = Payer(type=kind), Person()
    claim = Claim("", Decimal(0), payer, Provider(), Subscriber(nobody), nobody, diagnoses=(), lines=(line,))
    return claim, line


def _want(entry: wanted_records.Entry) -> Want:
    row = entry.row
    return Want(
        item=row.item,
        meaning=ITEMS[row.item].meaning,
        wanted=_wanted(row),
        state=_STATES[entry.state],
        told=entry.told,
        why=entry.why,
        rule_id=row.rule,
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
