"""The one loop that runs every rule on a claim.

A claim meets only the rules that ask about its codes: which those are is worked out once for each code and kind of
payer, so that a catalogue of many rules costs little more than the few that bind a claim.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from typing import NamedTuple

from claims.claim import Claim, Line, PayerType
from past.patient import PatientPast
from scrubber import adopted
from scrubber.adopted import Own
from scrubber.alike import Days, Said, settle
from scrubber.places import Place
from scrubber.registry import RULES, Answer, Case, Check, Gap, Hit, NotSaid, Rule, Severity
from scrubber.report import Finding, Location, Report, Unchecked
from scrubber.tables import Tables
from scrubber.tables.release import TableGap
from scrubber.tables.rows import CodeRow

_MOST_KEPT = 20_000  # kinds of line whose rules are remembered; what a claim says is not under our control

# Rules with their checks, and of a claim whether the day says that they are in force: said apart, for every claim asks
_OfLine = tuple[tuple[Rule, Check], ...]
_OfClaim = tuple[tuple[Rule, Check, bool], ...]
_Beside = frozenset[Rule]  # those of the claim that a line makes us ask
_NONE_BESIDE: _Beside = frozenset()
_UNTOLD = (("the claim as it was sent",), "it came from an export, which tells less than an 837")
_unchecked = partial(tuple.__new__, Unchecked)  # a claim has twenty: the class itself takes twice as long


class _OfCode(NamedTuple):
    """The rules that ask about a code, and those of them that also depend on the line's day, row or modifiers."""

    of_line: _OfLine
    unsure: Sequence[Rule]
    of_claim: _Beside
    marked: Sequence[Rule]


class _Asked(NamedTuple):
    """What to ask about lines alike, what is said of each without asking, and what to ask about the whole claim."""

    of_line: _OfLine
    said: Said
    of_claim: _Beside


@dataclass(frozen=True)
class Plan:
    """Which of the chosen rules ask about what, under one set of tables."""

    rules: tuple[Rule, ...]
    tables: Tables
    _of_line: dict[Hashable, _Asked] = field(default_factory=dict)
    _of_code: dict[tuple[PayerType, str, Own], _OfCode] = field(default_factory=dict)
    _of_claim: dict[tuple[PayerType, Own, _Beside], _OfClaim] = field(default_factory=dict)

    def asked(self, case: Case, line: Line, sent: int, own: Own) -> _Asked:
        """What to ask about a line, and what is known to be said of it; `sent` is the stretch of days it is sent in."""
        claim, kind = case.claim, case.payer_type
        try:
            row = case.code_row(line)
        except LookupError:  # no day, or no table of it: the rules themselves say so
            row = None
        key = (
            *(kind, claim.kind, line.code, line.modifiers, line.qualifier, line.place or claim.place_of_service),
            *(self.days.of_service(line.service_from), sent, not claim.evidence),
            *(id(row), own),  # the row lives as long as the tables, and so as long as this plan
        )
        found = self._of_line.get(key)
        if found is None:
            found = self._asked(case, line, row, own)
            if not claim.evidence:  # what is said of all lines alike pays from the next of them on
                found = _settled(case, line, found)
            if len(self._of_line) < _MOST_KEPT:
                self._of_line[key] = found
        return found

    def every(self, case: Case, line: Line, own: Own) -> _Asked:
        """The rules that ask about a line, none of them answered for yet."""
        try:
            row = case.code_row(line)
        except LookupError:
            row = None
        return self._asked(case, line, row, own)

    def _asked(self, case: Case, line: Line, row: CodeRow | None, own: Own) -> _Asked:
        of_code = self._bound(case.payer_type, line.code, own)
        unsure = [r for r in of_code.unsure if r.in_force(line.service_from) and _looks(r, row, line)]
        of_line = *of_code.of_line, *[(r, r.check) for r in unsure]
        of_claim = of_code.of_claim.union([r for r in of_code.marked if _looks(r, None, line)])
        return _Asked(of_line, (), of_claim)

    def of_claim(self, kind: PayerType, own: Own, beside: _Beside) -> _OfClaim:
        """The rules to ask about a claim: those that ask about any, and those its lines make us ask."""
        found = self._of_claim.get((kind, own, beside))
        if found is None:
            binding = [r for r in self.rules if kind in r.payer_types] + self._adopted(kind, own)
            of_any = [r for r in binding if not r.per_line and not r.guarded]
            found = tuple((r, r.check, r.dated) for r in (*of_any, *beside))
            if len(self._of_claim) < _MOST_KEPT:
                self._of_claim[kind, own, beside] = found
        return found

    def _adopted(self, kind: PayerType, own: Own) -> list[Rule]:
        """The rules that a payer's own profile adds to those of its kind."""
        if not own:
            return []
        key, known = own
        return list(adopted.rules_of(self.tables.profiles.by_key[key], known, kind, self.rules))

    def _bound(self, kind: PayerType, code: str, own: Own) -> _OfCode:
        """The rules that ask about a code: of a code once met, only days, rows and modifiers are asked."""
        found = self._of_code.get((kind, code, own))
        if found is None:
            of_kind, family = self._guarded, self.tables.family(code)
            guards: tuple[tuple[str, str] | None, ...] = (None, ("f", family), ("c", code))
            bound = dict.fromkeys(r for guard in guards for r in of_kind.get((kind, guard), ()))
            bound |= dict.fromkeys(
                r
                for r in self._adopted(kind, own)
                if (r.per_line or r.guarded)
                and (not (r.families or r.codes) or family in r.families or code in r.codes)
            )
            of_line, of_claim = [r for r in bound if r.per_line], [r for r in bound if not r.per_line]
            sure = [r for r in of_line if not (r.modifiers or r.dated or r.where)]
            found = _OfCode(
                tuple((r, r.check) for r in sure),
                [r for r in of_line if r.modifiers or r.dated or r.where],
                frozenset([r for r in of_claim if not r.modifiers]),
                [r for r in of_claim if r.modifiers],
            )
            if len(self._of_code) < _MOST_KEPT:
                self._of_code[kind, code, own] = found
        return found

    @cached_property
    def _guarded(self) -> Mapping[tuple[PayerType, tuple[str, str] | None], Sequence[Rule]]:
        """The rules that a line may make us ask, by the kind of payer and by the family or code they ask about."""
        found: defaultdict[tuple[PayerType, tuple[str, str] | None], list[Rule]] = defaultdict(list)
        for r in self.rules:
            guards: list[tuple[str, str] | None] = [("f", family) for family in r.families]
            guards += [("c", code) for code in r.codes]
            for kind in r.payer_types if r.per_line or r.guarded else ():
                for guard in guards or [None]:
                    found[kind, guard].append(r)
        return dict(found)

    @cached_property
    def days(self) -> Days:
        """The days on which another answer may be due than the day before."""
        return Days(self.tables, (*self.rules, *adopted.of_every_profile(self.tables, self.rules)))

    @cached_property
    def supersedes(self) -> Mapping[str, frozenset[str]]:
        """What each more specific rule speaks instead of."""
        return {r.id: r.supersedes for r in self.rules if r.supersedes}


def _settled(case: Case, line: Line, asked: _Asked) -> _Asked:
    said, still = settle(case, line, [r for r, _ in asked.of_line if r.settled])
    of_line = *[pair for pair in asked.of_line if not pair[0].settled], *[(r, r.check) for r in still]
    return _Asked(of_line, said, asked.of_claim)


def _looks(r: Rule, row: CodeRow | None, line: Line) -> bool:
    if not r.asks_about_modifiers(line.modifiers):
        return False
    return row is None or r.where is None or r.where(row, line.modifiers)


_plan: Plan | None = None  # the one in use; replaced whole, so that threads may share it


def scrub(
    claim: Claim, tables: Tables, past: PatientPast, *, as_of: date, rules: Iterable[Rule] | None = None
) -> Report:
    """Every rule in force on the claim's days of service, run on the claim as it would be sent on `as_of`.

    A rule or line that fails does not stop the others: it becomes `Unchecked`. Findings come worst first, then by line
    and rule id, whatever the order of the rules.
    """
    plan = _plan_of(tuple(RULES.values() if rules is None else rules), tables)
    return run(plan, case_of(claim, tables, past, as_of))


def case_of(claim: Claim, tables: Tables, past: PatientPast, as_of: date) -> Case:
    """The claim as rules look at it, with what the practice has recorded beside it."""
    if past.authorizations or past.eligibility:
        claim = _with_records(claim, past)
    return Case(claim, as_of, tables, past, tables.payer_type(claim))


def run(plan: Plan, case: Case) -> Report:
    """The plan's rules, run on a case under the plan's tables."""
    claim, kind = case.claim, case.payer_type
    own = adopted.own(plan.tables, claim, case.as_of) if plan.tables.profiles.read else None
    if claim.origin is not None and claim.origin.untold:
        return _not_told(case, plan, own)
    findings: list[Finding] = []
    unchecked: set[Unchecked] = set()
    beside, sent = _NONE_BESIDE, plan.days.of_sending(case.as_of)
    for line in claim.lines:
        asked = plan.asked(case, line, sent, own)
        for r, gap in asked.said:
            _take(r, claim, line, gap, findings, unchecked)
        beside = beside | asked.of_claim if beside else asked.of_claim
        for r, check in asked.of_line:
            try:
                for answer in check(case, line):
                    _take(r, claim, line, answer, findings, unchecked)
            except Exception as fault:  # one failing rule never stops the others
                unchecked.add(_not_looked(r, line, fault))
    for r, check, dated in plan.of_claim(kind, own, beside):
        if dated and claim.lines and not any(r.in_force(line.service_from) for line in claim.lines):
            continue
        try:
            for answer in check(case):
                _take(r, claim, None, answer, findings, unchecked)
        except Exception as fault:
            unchecked.add(_not_looked(r, None, fault))
    if findings:
        findings = list(_one_cause_one_finding(findings, plan.supersedes))
        findings.sort(key=worst_first)
    return Report(tuple(findings), tuple(sorted(unchecked, key=by_rule)))


def _not_told(case: Case, plan: Plan, own: Own) -> Report:
    """What is said of a claim that came from an export: that no rule which asks about it could look.

    An export tells less than an 837: what a rule finds missing there may have been on the claim, and what it finds
    nothing wrong with it may not have seen. So neither its findings nor its silence are learned from or measured.
    """
    beside: _Beside = _NONE_BESIDE
    unchecked: set[Unchecked] = set()
    for line in case.claim.lines:
        asked = plan.every(case, line, own)
        beside = beside | asked.of_claim
        unchecked.update(_unchecked((r.id, r.reason, line.number, *_UNTOLD)) for r, _ in asked.of_line)
    of_claim = plan.of_claim(case.payer_type, own, beside)
    unchecked.update(_unchecked((r.id, r.reason, None, *_UNTOLD)) for r, _, _ in of_claim)
    return Report((), tuple(sorted(unchecked, key=by_rule)))


def _with_records(claim: Claim, past: PatientPast) -> Claim:
    """The claim with what the practice has recorded beside what the claim brings; what both tell is told once."""
    return replace(
        claim,
        authorizations=tuple(dict.fromkeys((*claim.authorizations, *past.authorizations))),
        eligibility=tuple(dict.fromkeys((*claim.eligibility, *past.eligibility))),
    )


def _plan_of(rules: tuple[Rule, ...], tables: Tables) -> Plan:
    global _plan  # noqa: PLW0603  (a cache of one: the rules and tables of a process seldom change)
    plan = _plan
    if plan is None or plan.tables is not tables or plan.rules != rules:
        plan = _plan = Plan(rules, tables)
    return plan


def worst_first(f: Finding) -> tuple[int, int, str, str]:
    """The order in which findings are told: by severity, then by line and rule."""
    return -f.severity, f.line or 0, f.rule_id, f.message


def by_rule(u: Unchecked) -> tuple[str, int, str, tuple[str, ...]]:
    """The order in which what was not checked is told."""
    rule_id, _, line, missing, why = u
    return rule_id, line or 0, why, missing


def forget() -> None:
    """Work out anew what was kept of rules: for whoever changes one in place, as the mutation run does."""
    global _plan  # noqa: PLW0603
    _plan = None


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
        citation=adopted.cited(r, hit.citation or r.citation) if r.adopted else hit.citation or r.citation,
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
