"""The one loop that runs every rule on a claim; which of them ask about what is `scrubber.plan`'s to say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from claims.claim import Claim, Line
from past.patient import PatientPast
from scrubber import adopted
from scrubber.adopted import Own
from scrubber.alike import OfClaim, lacking
from scrubber.places import Place
from scrubber.plan import NONE_BESIDE, Plan
from scrubber.registry import RULES, Answer, Case, Gap, Hit, NotSaid, Rule, Severity
from scrubber.report import Finding, Location, Report, Unchecked
from scrubber.tables import Tables
from scrubber.tables.release import TableGap

_UNTOLD = (("the claim as it was sent",), "it came from an export, which tells less than an 837")
_unchecked = partial(tuple.__new__, Unchecked)  # a claim has twenty: the class itself takes twice as long

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


def prepare(claims: Sequence[Claim], tables: Tables, *, as_of: date) -> None:
    """Work out what is asked about the lines of these claims, were each sent to any of the payers they went to.

    What `scrub` would work out as it meets such a line: a service that prepares itself answers the first as quickly as
    the last.
    """
    plan = _plan_of(tuple(RULES.values()), tables)
    payers = {(tables.payer_type(c), lacking(c), _own(tables, c, as_of)) for c in claims}
    lines = {
        (line.code, line.modifiers, c.place_of(line), line.qualifier, c.kind, line.service_from.year): (c, line)
        for c in claims
        for line in c.lines
        if line.service_from
    }
    sent = plan.sent(as_of)
    for kind, lacks, own in payers:
        for claim, line in lines.values():
            plan.asked(Case(claim, as_of, tables, PatientPast(), kind), line, sent, own, lacks)


def _own(tables: Tables, claim: Claim, as_of: date) -> Own:
    return adopted.own(tables, claim, as_of) if tables.profiles.read else None


def case_of(claim: Claim, tables: Tables, past: PatientPast, as_of: date) -> Case:
    """The claim as rules look at it, with what the practice has recorded beside it."""
    if past.authorizations or past.eligibility:
        claim = _with_records(claim, past)
    return Case(claim, as_of, tables, past, tables.payer_type(claim))


def run(plan: Plan, case: Case) -> Report:
    """The plan's rules, run on a case under the plan's tables."""
    claim = case.claim
    own = _own(plan.tables, claim, case.as_of)
    if claim.origin is not None and claim.origin.untold:
        return _not_told(case, plan, own)
    findings: list[Finding] = []
    unchecked: list[Unchecked] = []
    beside, sent, lacks = NONE_BESIDE, plan.sent(case.as_of), lacking(claim)
    for line in claim.lines:
        asked = plan.asked(case, line, sent, own, lacks)
        for r, gap in asked.said:
            _take(r, claim, line, gap, findings, unchecked)
        beside = beside | asked.of_claim if beside else asked.of_claim
        of_line = asked.of_line
        if asked.of_diagnoses:
            of_line = of_line + plan.of_diagnoses(case, line, asked, sent)
        for r, check in of_line:
            try:
                for answer in check(case, line):
                    _take(r, claim, line, answer, findings, unchecked)
            except Exception as fault:  # one failing rule never stops the others
                unchecked.append(_not_looked(r, line, fault))
    said, of_claim = plan.of_claim(case, own, beside, sent, lacks)
    for r, gap in said:
        _take(r, claim, None, gap, findings, unchecked)
    _ask_of_claim(case, of_claim, findings, unchecked)
    if findings:
        findings = list(_one_cause_one_finding(findings, plan.supersedes))
        findings.sort(key=worst_first)
    return Report(tuple(findings), _in_order(unchecked))


def _ask_of_claim(case: Case, asked: OfClaim, findings: list[Finding], unchecked: list[Unchecked]) -> None:
    claim = case.claim
    for r, check, dated in asked:
        if dated and claim.lines and not any(r.in_force(line.service_from) for line in claim.lines):
            continue
        try:
            for answer in check(case):
                _take(r, claim, None, answer, findings, unchecked)
        except Exception as fault:
            unchecked.append(_not_looked(r, None, fault))


def _in_order(unchecked: list[Unchecked]) -> tuple[Unchecked, ...]:
    """Each once, by rule and line: what is said of a claim, several of its lines may have had said."""
    unchecked.sort(key=by_rule)
    found: list[Unchecked] = []
    last = None
    for each in unchecked:
        if each != last:
            found.append(each)
            last = each
    return tuple(found)


def _not_told(case: Case, plan: Plan, own: Own) -> Report:
    """What is said of a claim that came from an export: that no rule which asks about it could look.

    An export tells less than an 837: what a rule finds missing there may have been on the claim, and what it finds
    nothing wrong with it may not have seen. So neither its findings nor its silence are learned from or measured.
    """
    beside = NONE_BESIDE
    unchecked: set[Unchecked] = set()
    for line in case.claim.lines:
        of_line, of_claim = plan.every(case, line, own)
        beside = beside | of_claim
        unchecked.update(_unchecked((r.id, r.reason, line.number, *_UNTOLD)) for r in of_line)
    asked = plan.every_of_claim(case.payer_type, own, beside)
    unchecked.update(_unchecked((r.id, r.reason, None, *_UNTOLD)) for r in asked)
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
    r: Rule, claim: Claim, line: Line | None, answer: Answer, findings: list[Finding], unchecked: list[Unchecked]
) -> None:
    if isinstance(answer, Gap):
        missing, why, at, of_claim = answer
        at = at or line
        unchecked.append(_unchecked((r.id, r.reason, None if of_claim or at is None else at.number, missing, why)))
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
