"""`python -m bench mutants`: what it changes, how a change is named, when its list of equal mutants is out of date."""

import ast
import inspect
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bench import mutants
from bench.equal_mutants import EQUAL
from bench.mutations import changes, parameter_changes, parameters_read
from scrubber import RULES, look_back
from scrubber.parameters import parameter

FILE = """
LIMIT = 3

@lru_cache(maxsize=8)
def fires(line, days):
    if line.units > LIMIT and line.charge:
        return days[0]
    return 1 <= line.number <= 2
"""


def made(source, operator, where):
    tree = ast.parse(source)
    return ast.unparse(next(c for c in changes(tree) if (c.operator, c.where) == (operator, where)).made_in(tree))


def names(source):
    return {(c.operator, c.where) for c in changes(ast.parse(source))}


def test_a_change_is_made_where_its_name_says():
    assert "line.units >= LIMIT and" in made(FILE, "comparison shifted", "fires: line.units > LIMIT, > to >=")
    assert "1 <= line.number < 2" in made(FILE, "comparison shifted", "fires: 1 <= line.number <= 2, <= to < (2)")
    assert "if True:" in made(FILE, "condition dropped", "fires: line.units > LIMIT and line.charge = True")
    assert "days[-1]" in made(FILE, "number by one", "fires: 0 to -1 in days[0]")
    assert "LIMIT = 4" in made(FILE, "number by one", "3 to 4 in LIMIT = 3")


def test_one_of_two_conditions_is_dropped_and_the_file_still_runs():
    changed = made(FILE, "condition dropped", "fires: line.charge")
    assert "line.charge" not in changed
    compile(changed, "fires", "exec")


def test_the_name_of_a_change_outlives_edits_elsewhere_in_the_file():
    assert names(FILE) <= names("def before(day):\n    return day > 7\n\n\n" + FILE.replace("\n", "\n\n"))


def test_what_a_cache_may_hold_is_no_decision():
    assert not any("maxsize" in where or "8" in where for _, where in names(FILE))


def test_parameters_are_found_whose_names_are_put_together():
    read = [
        p.name
        for p in parameters_read(ast.parse('T = {"a": "esi", "b": "rfa"}\nparameter(f"{t}_repeat_relief_weeks")'))
    ]
    assert read == ["esi_repeat_relief_weeks", "rfa_repeat_relief_weeks"]
    read = [p.name for p in parameters_read(ast.parse('T = ("udt_low_risk_days", "low")\nparameter(t)'))]
    assert read == ["udt_low_risk_days"]
    with pytest.raises(ValueError, match="no parameter has a name such as"):
        parameters_read(ast.parse('parameter(f"{topic}_weeks")'))


def test_each_rule_that_names_a_parameter_has_it_changed():
    for rule in RULES.values():
        source = Path(inspect.getfile(rule.check)).read_text(encoding="utf-8")
        changed = {m.where.split()[0] for m in mutants.mutants(rule) if m.line == 0}
        assert changed == {p.name for p in parameters_read(ast.parse(source))}
        assert bool(changed) == ("parameter(" in source)


def test_a_value_moves_by_a_day_and_a_number_by_one():
    (change, *_) = parameter_changes(parameter("esi_sessions_per_region"))
    assert change.parameter.values[0].effective == date(2021, 11, 30)
    assert change.last == date(2021, 11, 30)
    numbers = [c for c in parameter_changes(parameter("esi_sessions_per_region")) if c.operator == "number by one"]
    assert [c.parameter.values[0].value.value for c in numbers] == [3, 5]


def test_what_says_equal_of_no_mutant_or_of_a_killed_one_is_told():
    fates = [("number by one", "f: 1 to 2", 7, "killed"), ("number by one", "f: 1 to 0", 7, "equal")]
    key = ("DUP-001", "number by one", "f: 1 to 0")
    assert mutants.unfit("DUP-001", fates, {key: "why"}) == []
    assert "tells the two apart" in mutants.unfit("DUP-001", fates, {(*key[:2], "f: 1 to 2"): "why"})[0]
    assert "no such mutant" in mutants.unfit("DUP-001", fates, {(*key[:2], "g: 1 to 0"): "why"})[0]
    assert mutants.unfit("DUP-001", fates, {("DUP-002", *key[1:]): "why"}) == []


def test_a_list_of_equal_mutants_that_is_out_of_date_fails_the_run(monkeypatch, capsys):
    rule_id = min(RULES.keys() - {home for home, _, _ in EQUAL})  # the list says nothing of it
    monkeypatch.setattr(mutants, "_fates", lambda _: iter([(rule_id, [("number by one", "f: 1 to 2", 7, "killed")])]))
    assert mutants.run([rule_id]) == 0
    monkeypatch.setitem(EQUAL, (rule_id, "number by one", "f: 3 to 2"), "an old one")
    assert mutants.run([rule_id]) == 1
    assert (
        f"EQUAL is out of date: ('{rule_id}', 'number by one', 'f: 3 to 2'): no such mutant any more"
        in capsys.readouterr().out
    )


def test_every_equal_mutant_is_one_of_a_rule_or_shared_module_and_says_why():
    homes = {path.stem: path for path in mutants.shared_modules()}
    held = {
        (home, m.operator, m.where)
        for home in {home for home, _, _ in EQUAL}
        for m in (mutants.mutants(RULES[home]) if home in RULES else mutants.module_mutants(homes[home]))
    }
    assert set(EQUAL) <= held
    assert all(len(why.split()) > 3 for why in EQUAL.values())


def test_a_name_that_is_no_rule_or_module_is_told(capsys):
    assert mutants.run(["FRQ-999"]) == 2
    assert "no rule or shared module FRQ-999" in capsys.readouterr().out


def test_the_shared_modules_are_those_rules_reach_and_those_every_claim_passes():
    stems = {path.stem for path in mutants.shared_modules()}
    assert {"engine", "alike", "adopted", "registry", "look_back", "sides", "session_limits", "spine"} <= stems
    assert not {"places", "parameters", "tables", "remedies", "cases", "catalogue"} & stems


def test_a_shared_module_is_whole_again_after_a_mutant():
    path = Path(look_back.__file__)
    before = look_back.first_day_of_window(date(2026, 3, 10), 12)
    where = "first_day_of_window: 1 to 2 in days=1"
    (mutant,) = [m for m in mutants.module_mutants(path) if m.where == where]
    with mutant.make():
        assert look_back.first_day_of_window(date(2026, 3, 10), 12) == date(2025, 3, 12)
    assert look_back.first_day_of_window(date(2026, 3, 10), 12) == before


def test_a_function_hidden_in_a_property_is_changed_too():
    from scrubber import registry

    (mutant,) = [
        m
        for m in mutants.module_mutants(Path(registry.__file__))
        if (m.operator, m.where) == ("comparison flipped", "Rule.dated: self.effective is not None, is not to is")
    ]
    rule = replace(RULES["FRQ-001"], until=None)
    with mutant.make():
        assert not rule.dated
    assert rule.dated
