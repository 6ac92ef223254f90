"""What people are shown: the catalogue's findings beside those of the practice's own rules, under its overrides.

The report of `scrub` stays as it is, for the features are made of it: nothing a practice writes here moves a risk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from scrubber.engine import by_rule, run, worst_first
from scrubber.overrides import Action, Override, Overrides
from scrubber.own_rules import OwnRules
from scrubber.payer_profile import profile
from scrubber.plan import Plan
from scrubber.registry import RULES, Case
from scrubber.report import Finding, Overridden, Report, SwitchedOff, Unchecked
from scrubber.tables import Tables

_Bindings = dict[str, Override]


class Shown(NamedTuple):
    """What the rules say once the practice had its word."""

    findings: tuple[Finding, ...]
    unchecked: tuple[Unchecked, ...]
    off: tuple[SwitchedOff, ...] = ()


@dataclass(frozen=True)
class Practice:
    """A practice's own rules and overrides, ready to be run. Safe to share between threads."""

    tables: Tables
    own: OwnRules = field(default_factory=OwnRules)
    overrides: Overrides = field(default_factory=Overrides)
    _plans: dict[frozenset[str], Plan] = field(default_factory=dict, init=False, repr=False, compare=False)

    def shown(self, report: Report, case_of: Callable[[], Case]) -> Shown:
        """What people are shown of a claim; `case_of` gives the claim as rules look at it, where it is needed."""
        if not self.own.rules and not self.overrides.entries:
            return Shown(report.findings, report.unchecked)
        case = case_of()
        findings, unchecked = report.findings, report.unchecked
        if self.own.rules:
            own = run(self._own_plan(), case)
            if own.findings:
                findings = tuple(sorted((*findings, *own.findings), key=worst_first))
            if own.unchecked:
                unchecked = tuple(sorted((*unchecked, *own.unchecked), key=by_rule))
        said = self._bindings(case, findings, unchecked)
        return self._under(said, findings, unchecked, case) if said else Shown(findings, unchecked)

    def _bindings(self, case: Case, findings: Iterable[Finding], unchecked: Iterable[Unchecked]) -> _Bindings:
        """What the practice has said for this payer and day; nothing where none of those rules spoke of the claim."""
        of_rule = self.overrides.of_rule
        if not of_rule:
            return {}
        spoke = {f.rule_id for f in findings} | {u.rule_id for u in unchecked}
        if spoke.isdisjoint(of_rule):
            return {}
        row = profile(case)
        payers = (case.claim.payer.id.strip(), row.key if row else "")
        found = ((rule_id, self.overrides.binding(rule_id, payers, case.as_of)) for rule_id in of_rule)
        return {rule_id: entry for rule_id, entry in found if entry is not None}

    def _under(
        self, said: _Bindings, findings: tuple[Finding, ...], unchecked: tuple[Unchecked, ...], case: Case
    ) -> Shown:
        findings = self._with_silenced(said, findings, case)
        kept, off = [], []
        for finding in findings:
            entry = said.get(finding.rule_id)
            if entry is None:
                kept.append(finding)
                continue
            word = Overridden(finding.severity, entry.by, entry.on, entry.why)
            if entry.action is Action.OFF:
                off.append(SwitchedOff(finding.rule_id, finding.line, word))
            else:
                kept.append(replace(finding, severity=entry.severity or finding.severity, overridden=word))
        silent = {rule_id for rule_id, entry in said.items() if entry.action is Action.OFF}
        return Shown(
            tuple(sorted(kept, key=worst_first)), tuple(u for u in unchecked if u.rule_id not in silent), tuple(off)
        )

    def _with_silenced(self, said: _Bindings, findings: tuple[Finding, ...], case: Case) -> tuple[Finding, ...]:
        """The findings, and beside one that was switched off or says less now, those it had spoken for.

        A more exact rule speaks for a general one of the same cause (`also`): once it is silent, or milder than what it
        stood for, the general one speaks for itself.
        """
        milder = {
            (f.rule_id, f.line): f
            for f in findings
            if f.also and (entry := said.get(f.rule_id)) and (entry.severity or 0) < f.severity
        }
        if not milder:
            return findings
        gone = {rule_id for rule_id, entry in said.items() if entry.action is Action.OFF}
        again = run(self._plan_without(gone | {rule_id for rule_id, _ in milder}), case)
        told = {(f.rule_id, f.line, f.message) for f in findings}
        back = [
            f
            for f in again.findings
            if (f.rule_id, f.line, f.message) not in told
            and not any(
                f.rule_id in one.also and f.line == one.line and f.severity <= (said[one.rule_id].severity or 0)
                for one in milder.values()
            )
        ]
        return (*(_no_longer_also(f, back) if (f.rule_id, f.line) in milder else f for f in findings), *back)

    def _own_plan(self) -> Plan:
        plan = self._plans.get(frozenset())
        if plan is None:
            plan = self._plans[frozenset()] = Plan(tuple(own.rule for own in self.own.rules), self.tables)
        return plan

    def _plan_without(self, gone: set[str]) -> Plan:
        """The catalogue without some rules; which they are changes with the payer, so that each is kept."""
        key = frozenset(gone)
        plan = self._plans.get(key)
        if plan is None:
            rest = tuple(rule for rule_id, rule in RULES.items() if rule_id not in gone)
            plan = self._plans[key] = Plan(rest, self.tables)
        return plan


def _no_longer_also(finding: Finding, back: Sequence[Finding]) -> Finding:
    speaking = {f.rule_id for f in back if f.line == finding.line}
    return replace(finding, also=tuple(other for other in finding.also if other not in speaking))
