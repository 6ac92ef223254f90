"""The one loop that runs every rule on a claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from claims.claim import Claim, Line
from past.patient import PatientPast
from scrubber.places import Place
from scrubber.registry import RULES, Answer, Case, Hit, NotSaid, Rule, Severity
from scrubber.report import Finding, Location, Report, Unchecked
from scrubber.tables import Tables
from scrubber.tables.release import TableGap


def scrub(
    claim: Claim, tables: Tables, past: PatientPast, *, as_of: date, rules: Iterable[Rule] | None = None
) -> Report:
    """Every rule in force on the claim's days of service, run on the claim as it would be sent on `as_of`.

    A rule or line that fails does not stop the others: it becomes `Unchecked`. Findings come worst first, then by line
    and rule id, whatever the order of the rules.
    """
    chosen = tuple(RULES.values() if rules is None else rules)
    case = Case(claim, as_of, tables, past, tables.payer_type(claim))
    findings: list[Finding] = []
    unchecked: list[Unchecked] = []
    for r in chosen:
        if case.payer_type in r.payer_types:
            for answer in _answers(r, case):
                if isinstance(answer, Unchecked):
                    unchecked.append(answer)
                else:
                    findings.append(answer)
    ordered = sorted(
        _one_cause_one_finding(findings, chosen), key=lambda f: (-f.severity, f.line or 0, f.rule_id, f.message)
    )
    return Report(tuple(ordered), tuple(sorted(set(unchecked), key=lambda u: (u.rule_id, u.line or 0, u.why))))


def _answers(r: Rule, case: Case) -> Iterator[Finding | Unchecked]:
    if r.per_line:
        for line in case.claim.lines:
            if r.in_force(line.service_from):
                yield from _guarded(r, case, line)
    elif not case.claim.lines or any(r.in_force(line.service_from) for line in case.claim.lines):
        yield from _guarded(r, case, None)


def _guarded(r: Rule, case: Case, line: Line | None) -> Iterator[Finding | Unchecked]:
    """The rule's answers, with a missing table or a fault of the rule itself turned into `Unchecked`."""
    number = line.number if line else None
    try:
        answers: Iterator[Answer] = r.check(case, line) if line else r.check(case)
        for answer in answers:
            at = answer.line or line
            if isinstance(answer, Hit):
                if at is None or r.in_force(at.service_from):
                    yield _finding(r, case.claim, at, answer)
            else:
                told_of = at.number if at and not answer.of_claim else None
                yield Unchecked(r.id, r.reason, told_of, answer.missing, answer.why)
    except TableGap as gap:
        yield Unchecked(r.id, r.reason, number, (f"{gap.table} table",), str(gap))
    except NotSaid as silence:
        yield Unchecked(r.id, r.reason, number, (silence.what,), str(silence))
    except Exception as fault:  # one failing rule never stops the others; the type alone holds no patient data
        yield Unchecked(r.id, r.reason, number, ("a working rule",), f"the rule failed ({type(fault).__name__})")


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


def _one_cause_one_finding(findings: list[Finding], rules: tuple[Rule, ...]) -> Iterator[Finding]:
    """Drop a finding where a more specific rule speaks of the same line; the other's id stands in its `also`.

    A rule that says less than the one it supersedes (a warning beside a denial) does not silence it.
    """
    supersedes = {r.id: r.supersedes for r in rules if r.supersedes}
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
