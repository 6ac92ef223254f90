"""What an auditor looks at in a claim that was sent: point by point, the visit's text apart from the procedure's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from claims.claim import Line
from claims.evidence import ITEMS
from scrubber import ncci
from scrubber.checklist import State, Want, checklist
from scrubber.drug_tests import DEFINITIVE, PRESUMPTIVE, VALIDITY
from scrubber.engine import scrub
from scrubber.parameters import parameter
from scrubber.registry import RULES, Case
from scrubber.report import Report
from scrubber.service_places import HANDS_ON
from scrubber.tables import TableGap, Tables

VISITS = frozenset({"em", "chronic_pain_mgmt"})
DRUG_TESTS = frozenset({PRESUMPTIVE, DEFINITIVE, VALIDITY})
LEVEL, SEPARATE_VISIT, VISIT_UNMARKED, SEPARATE_SERVICE = "EM-002", "MOD-002", "MOD-001", "MOD-004"
AUDITED = (LEVEL, SEPARATE_VISIT, VISIT_UNMARKED)  # rules whose answer is the state of a point
AUDIT = "DOC-015"
KEPT_APART = "The visit and the procedure have a text of their own each, and neither is made of the other's words."


class Note(StrEnum):
    """Which part of the record a point is looked up in; also the kind of a line."""

    VISIT = "visit"
    PROCEDURE = "procedure"
    DRUG_TEST = "drug_test"
    OTHER = "other"


class ClaimSort(StrEnum):
    """What a claim is drawn as."""

    VISIT_AND_PROCEDURE = "visit_and_procedure"  # of one day and clinician
    PROCEDURE = "procedure"
    DRUG_TEST = "drug_test"
    VISIT = "visit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look at: in which note, for which lines, what is asked, how the record we hold stands, who asks."""

    note: Note
    lines: tuple[int, ...]  # none: the claim as a whole
    item: str  # of claims.evidence; "" where the question is no item of the record
    asks: str
    state: State
    rule_id: str


def note_of(code: str, tables: Tables) -> Note:
    """Which note a code is written up in, by its family in the code table."""
    family = tables.family(code)
    if family in VISITS:
        return Note.VISIT
    if family in DRUG_TESTS:
        return Note.DRUG_TEST
    return Note.PROCEDURE if family in HANDS_ON else Note.OTHER


def sort_of(services: Iterable[tuple[str, date, str]], tables: Tables) -> ClaimSort:
    """What a claim is, by its services: code, day and clinician of each.

    >>> from scrubber.tables import shipped_tables
    >>> day = date(2026, 3, 2)
    >>> sort_of([("99213", day, "1"), ("62323", day, "1")], shipped_tables()).value
    'visit_and_procedure'
    """
    noted = [(note_of(code, tables), day, npi) for code, day, npi in services]
    visits = {(day, npi) for note, day, npi in noted if note is Note.VISIT}
    procedures = {(day, npi) for note, day, npi in noted if note is Note.PROCEDURE}
    if visits & procedures:
        return ClaimSort.VISIT_AND_PROCEDURE
    if procedures:
        return ClaimSort.PROCEDURE
    if any(note is Note.DRUG_TEST for note, _, _ in noted):
        return ClaimSort.DRUG_TEST
    return ClaimSort.VISIT if visits else ClaimSort.OTHER


def audit_points(case: Case) -> tuple[Point, ...]:
    """The points of a claim, by note and line."""
    report = scrub(
        case.claim, case.tables, case.past, as_of=case.as_of, rules=[RULES[name] for name in AUDITED if name in RULES]
    )
    asked: dict[Point, list[int]] = defaultdict(list)  # what several lines are asked is one point
    for line in case.claim.lines:
        for point in _of_line(case, line, report):
            asked[point].append(line.number)
    points = [replace(point, lines=tuple(sorted(set(lines)))) for point, lines in asked.items()]
    services = [
        (line.code, line.service_from, case.claim.rendering_of(line).npi)
        for line in case.claim.lines
        if line.service_from is not None
    ]
    if sort_of(services, case.tables) is ClaimSort.VISIT_AND_PROCEDURE:
        points.append(Point(Note.VISIT, (), "", KEPT_APART, State.UNKNOWN, AUDIT))
    return tuple(sorted(points, key=lambda p: list(Note).index(p.note)))


def _of_line(case: Case, line: Line, report: Report) -> Iterator[Point]:
    note = note_of(line.code, case.tables)
    if _binds(case, line, LEVEL) and (level := _level(case, line)):
        yield Point(note, (), "decision_making", level, _state(report, line, LEVEL), LEVEL)
    if _binds(case, line, SEPARATE_VISIT) and "25" in line.modifiers:
        meaning = ITEMS["separate_visit"].meaning
        state = _state(report, line, SEPARATE_VISIT)
        yield Point(note, (), "separate_visit", meaning, state, SEPARATE_VISIT)
    if any(f.rule_id == VISIT_UNMARKED and f.line == line.number for f in report.findings):
        asks = "A procedure of the same day stands beside the visit, which carries no modifier 25: was it separate?"
        yield Point(note, (), "separate_visit", asks, State.MISSING, VISIT_UNMARKED)
    if ncci.DISTINCT.intersection(line.modifiers):
        meaning, state = ITEMS["separate_site"].meaning, _told(case, line, "separate_site")
        yield Point(note, (), "separate_site", meaning, state, SEPARATE_SERVICE)
    for want in checklist(case, line).wants:
        for rule_id in want.rule_ids:
            yield Point(note, (), want.item, _asks(want), want.state, rule_id)


def _binds(case: Case, line: Line, rule_id: str) -> bool:
    """True where the rule asks about the line; a rule of another payer, code or time says nothing of it."""
    rule = RULES.get(rule_id)
    return (
        rule is not None
        and case.payer_type in rule.payer_types
        and rule.in_force(line.service_from)
        and rule.asks_about(line.code, case.tables.family(line.code), line.modifiers)
    )


def _level(case: Case, line: Line) -> str:
    """What bears out the level of an office visit; "" for another code, and where no value speaks for the day."""
    if line.service_from is None:
        return ""
    try:
        levels = parameter("visit_levels").text_on(line.service_from, case.as_of).split()
    except TableGap:
        return ""
    if line.code not in levels:
        return ""
    at = levels.index(line.code)
    return f"{levels[at + 1].capitalize()} decision making, or {levels[at + 2]} minutes of the clinician on the day."


def _state(report: Report, line: Line, rule_id: str) -> State:
    if any(f.rule_id == rule_id and f.line == line.number for f in report.findings):
        return State.MISSING
    blind = any(u.rule_id == rule_id and u.line in (line.number, None) for u in report.unchecked)
    return State.UNKNOWN if blind else State.PRESENT


def _told(case: Case, line: Line, item: str) -> State:
    told = case.told(item, line)
    if told is None:
        return State.MISSING if case.absent(item, line) else State.UNKNOWN
    return State.PRESENT if told == "yes" else State.MISSING


def _asks(want: Want) -> str:
    return f"{want.meaning.rstrip('.')}: {want.wanted}." if want.wanted not in ("", "yes") else want.meaning
