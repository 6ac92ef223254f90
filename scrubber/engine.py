"""The one loop that runs every rule on a claim.

A claim meets only the rules that ask about its codes: which those are is worked out once for each code and kind of
payer, so that a catalogue of many rules costs little more than the few that bind a claim.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, partial

from claims.claim import Claim, Line, PayerType
from past.patient import PatientPast
from scrubber.places import Place
from scrubber.registry import RULES, Answer, Case, Check, Gap, Hit, NotSaid, Rule, Severity
from scrubber.report import Finding, Location, Report, Unchecked
from scrubber.tables import Tables
from scrubber.tables.release import TableGap

_MOST_KEPT = 20_000  # kinds of line whose rules are remembered; what a claim says is not under our control

# Rules with their checks: said apart, for they are called for every line
_OfLine = tuple[tuple[Rule, Check], ...]
_OfClaim = Mapping[Rule, Check]
_UNTOLD = (("the claim as it was sent",), "it came from an export, which tells less than an 837")
_unchecked = partial(tuple.__new__, Unchecked)  # a claim has twenty: the class itself takes twice as long


@dataclass(frozen=True)
class _Plan:
    """Which of the chosen rules ask about what, under one set of tables."""

    rules: tuple[Rule, ...]
    tables: Tables
    _of_line: dict[tuple[PayerType, str, tuple[str, ...], int], tuple[_OfLine, _OfClaim]] = field(default_factory=dict)
    _of_code: dict[tuple[PayerType, str], tuple[list[Rule], list[Rule]]] = field(default_factory=dict)
    _always: dict[PayerType, _OfClaim] = field(default_factory=dict)

    def asked(self, kind: PayerType, line: Line) -> tuple[_OfLine, _OfClaim]:
        """The rules in force to ask about a line, and those it makes us ask about its whole claim."""
        day = line.service_from
        key = kind, line.code, line.modifiers, bisect_right(self.changes, day) if day is not None else -1
        found = self._of_line.get(key)
        if found is None:
            bound = self._bound(kind, line)
            of_line = tuple((r, r.check) for r in bound if r.per_line and r.in_force(day))
            found = of_line, {r: r.check for r in bound if not r.per_line and r.guarded}
            if len(self._of_line) < _MOST_KEPT:
                self._of_line[key] = found
        return found

    def always(self, kind: PayerType) -> _OfClaim:
        """The rules of a claim that ask about any."""
        found = self._always.get(kind)
        if found is None:
            found = {r: r.check for r in self.rules if kind in r.payer_types and not r.per_line and not r.guarded}
            self._always[kind] = found
        return found

    def _bound(self, kind: PayerType, line: Line) -> list[Rule]:
        """The rules that ask about the code and modifiers of a line: of a code once met, only modifiers are asked."""
        key = kind, line.code
        found = self._of_code.get(key)
        if found is None:
            family = self.tables.family(line.code)
            of_kind = [r for r in self.rules if kind in r.payer_types]
            found = (
                [r for r in of_kind if not r.modifiers and r.asks_about(line.code, family)],
                [r for r in of_kind if r.modifiers and r.asks_about(line.code, family, r.modifiers)],
            )
            if len(self._of_code) < _MOST_KEPT:
                self._of_code[key] = found
        whatever, marked = found
        return whatever + [r for r in marked if r.asks_about_modifiers(line.modifiers)]

    @cached_property
    def changes(self) -> list[date]:
        """The days from which other rules are in force than the day before, in order."""
        ends = {r.until + timedelta(days=1) for r in self.rules if r.until is not None}
        return sorted(ends.union(r.effective for r in self.rules if r.effective is not None))

    @cached_property
    def supersedes(self) -> Mapping[str, frozenset[str]]:
        """What each more specific rule speaks instead of."""
        return {r.id: r.supersedes for r in self.rules if r.supersedes}


_plan: _Plan | None = None  # the one in use; replaced whole, so that threads may share it


def scrub(
    claim: Claim, tables: Tables, past: PatientPast, *, as_of: date, rules: Iterable[Rule] | None = None
) -> Report:
    """Every rule in force on the claim's days of service, run on the claim as it would be sent on `as_of`.

    A rule or line that fails does not stop the others: it becomes `Unchecked`. Findings come worst first, then by line
    and rule id, whatever the order of the rules.
    """
    if past.authorizations or past.eligibility:
        claim = _with_records(claim, past)
    plan = _plan_of(tuple(RULES.values() if rules is None else rules), tables)
    kind = tables.payer_type(claim)
    if claim.origin is not None and claim.origin.untold:
        return _not_told(claim, plan, kind)
    case = Case(claim, as_of, tables, past, kind)
    findings: list[Finding] = []
    unchecked: set[Unchecked] = set()
    of_claim = plan.always(kind)
    days: set[date | None] = set()
    for line in claim.lines:
        of_line, beside = plan.asked(kind, line)
        if beside:
            of_claim = {**of_claim, **beside}
        days.add(line.service_from)
        for r, check in of_line:
            try:
                for answer in check(case, line):
                    _take(r, claim, line, answer, findings, unchecked)
            except Exception as fault:  # one failing rule never stops the others
                unchecked.add(_not_looked(r, line, fault))
    for r, check in of_claim.items():
        if r.dated and days and not any(map(r.in_force, days)):
            continue
        try:
            for answer in check(case):
                _take(r, claim, None, answer, findings, unchecked)
        except Exception as fault:
            unchecked.add(_not_looked(r, None, fault))
    if findings:
        findings = list(_one_cause_one_finding(findings, plan.supersedes))
        findings.sort(key=lambda f: (-f.severity, f.line or 0, f.rule_id, f.message))
    return Report(tuple(findings), tuple(sorted(unchecked, key=_by_rule)))


def _not_told(claim: Claim, plan: _Plan, kind: PayerType) -> Report:
    """What is said of a claim that came from an export: that no rule which asks about it could look.

    An export tells less than an 837: what a rule finds missing there may have been on the claim, and what it finds
    nothing wrong with it may not have seen. So neither its findings nor its silence are learned from or measured.
    """
    of_claim = dict(plan.always(kind))
    unchecked: set[Unchecked] = set()
    for line in claim.lines:
        of_line, beside = plan.asked(kind, line)
        of_claim.update(beside)
        unchecked.update(_unchecked((r.id, r.reason, line.number, *_UNTOLD)) for r, _ in of_line)
    unchecked.update(_unchecked((r.id, r.reason, None, *_UNTOLD)) for r in of_claim)
    return Report((), tuple(sorted(unchecked, key=_by_rule)))


def _with_records(claim: Claim, past: PatientPast) -> Claim:
    """The claim with what the practice has recorded beside what the claim brings; what both tell is told once."""
    return replace(
        claim,
        authorizations=tuple(dict.fromkeys((*claim.authorizations, *past.authorizations))),
        eligibility=tuple(dict.fromkeys((*claim.eligibility, *past.eligibility))),
    )


def _plan_of(rules: tuple[Rule, ...], tables: Tables) -> _Plan:
    global _plan  # noqa: PLW0603  (a cache of one: the rules and tables of a process seldom change)
    plan = _plan
    if plan is None or plan.tables is not tables or plan.rules != rules:
        plan = _plan = _Plan(rules, tables)
    return plan


def _by_rule(u: Unchecked) -> tuple[str, int, str]:
    rule_id, _, line, _, why = u
    return rule_id, line or 0, why


def _take(
    r: Rule, claim: Claim, line: Line | None, answer: Answer, findings: list[Finding], unchecked: set[Unchecked]
) -> None:
    if isinstance(answer, Gap):
        missing, why, at, of_claim = answer
        at = at or line
        unchecked.add(_unchecked((r.id, r.reason, None if of_claim or at is None else at.number, missing, why)))
        return
    at = answer.line or line
    if at is None or r.in_force(at.service_from):
        findings.append(_finding(r, claim, at, answer))


def _not_looked(r: Rule, line: Line | None, fault: Exception) -> Unchecked:
    """What a missing table, a silent claim, or a fault of the rule itself becomes.

    Of a fault of the rule its type alone is told: its text may hold patient data.
    """
    number = line.number if line else None
    if isinstance(fault, TableGap):
        return Unchecked(r.id, r.reason, number, (f"{fault.table} table",), str(fault))
    if isinstance(fault, NotSaid):
        return Unchecked(r.id, r.reason, number, (fault.what,), str(fault))
    return Unchecked(r.id, r.reason, number, ("a working rule",), f"the rule failed ({type(fault).__name__})")


def _finding(r: Rule, claim: Claim, line: Line | None, hit: Hit) -> Finding:
    place = hit.place or r.place
    return Finding(
        rule_id=r.id,
        rule_version=r.version,
        severity=Severity(min(hit.severity or r.severity, r.severity)),
        reason=r.reason,
        line=line.number if line else None,
        carcs=hit.carcs if hit.carcs is not None else r.carcs,
        rarcs=r.rarcs,
        message=hit.message,
        remedy=hit.remedy or r.remedy,
        remedy_kind=hit.remedy_kind or r.remedy_kind,
        requires=hit.requires or r.requires,
        change=hit.change,
        location=_location(claim, line, place),
        cms1500_box=place.cms1500_box,
        citation=hit.citation or r.citation,
        effective=r.effective,
    )


def _location(claim: Claim, line: Line | None, place: Place) -> Location:
    """The segment the place names, and beside it where to look when that segment is the missing thing itself."""
    number = line.segments.get(place.key) if line is not None else None
    number = number or claim.segments.get(place.key)
    anchor = number or (line.segments.get("SV1") if line is not None else None) or claim.segments.get("CLM")
    return Location(place.loop, place.segment, place.element, number, anchor)


def _one_cause_one_finding(findings: list[Finding], supersedes: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    """Drop a finding where a more specific rule speaks of the same line; the other's id stands in its `also`.

    A rule that says less than the one it supersedes (a warning beside a denial) does not silence it.
    """
    if supersedes.keys().isdisjoint([f.rule_id for f in findings]):
        yield from findings
        return
    worst: dict[tuple[str, int | None], Severity] = {}
    for f in findings:
        worst[f.rule_id, f.line] = max(f.severity, worst.get((f.rule_id, f.line), f.severity))
    silenced: dict[tuple[str, int | None], set[tuple[str, int | None]]] = {}
    for (rule_id, line), severity in worst.items():
        others = {(other, line) for other in supersedes.get(rule_id, ()) if (other, line) in worst}
        silenced[rule_id, line] = {other for other in others if worst[other] <= severity}
    gone = set().union(*silenced.values())
    for f in findings:
        if (f.rule_id, f.line) not in gone:
            also = sorted(rule_id for rule_id, _ in silenced[f.rule_id, f.line])
            yield replace(f, also=tuple(also)) if also else f
