"""Where a date or a number of policy bounds a rule, its cases stand on both sides: of every rule, also of new ones."""

import pytest

from bench import mutants
from bench.equal_mutants import EQUAL
from scrubber import RULES
from scrubber.registry import Rule

EVERY_RULE = [pytest.param(rule, id=rule_id) for rule_id, rule in sorted(RULES.items())]


def bounds(rule: Rule) -> list[mutants.Mutant]:
    """The rule with its first or last day, or a value of policy it reads, a day or one off."""
    return [m for m in mutants.mutants(rule) if m.line == 0 or m.operator == "date shifted"]


def unfelt(rule: Rule) -> list[str]:
    """Those that none of the rule's cases tells from the rule."""
    asked = [m for m in bounds(rule) if not m.never_asked and (rule.id, m.operator, m.where) not in EQUAL]
    return [f"{m.operator}, {m.where}" for m in asked if mutants.survives(rule.id, m)]


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_each_day_and_number_that_bounds_a_rule_has_cases_on_both_sides(rule: Rule) -> None:
    assert unfelt(rule) == [], f"{rule.id}: add a case on the day, or at the number, and one beside it"


def test_a_rule_without_its_boundary_case_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = RULES["FRQ-001"]
    fewer = tuple(case for case in mutants.cases_read(rule.id) if case.findings)[:1]
    monkeypatch.setattr(mutants, "cases_read", lambda _: fewer)
    assert unfelt(rule)
