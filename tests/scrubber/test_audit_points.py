"""What an auditor looks at: each point in its note, with its state."""

from dataclasses import replace
from datetime import date

import pytest

from claims.claim import Evidence
from past.patient import PatientPast
from scrubber.audit_points import AUDIT, LEVEL, SEPARATE_SERVICE, SEPARATE_VISIT, VISIT_UNMARKED, Note, audit_points
from scrubber.checklist import State
from scrubber.registry import Case
from scrubber.tables import shipped_tables
from tests.past.builders import a_claim, a_line

TABLES = shipped_tables()
DAY = date(2026, 1, 9)


def points(*lines, evidence=(), **more):
    claim = replace(a_claim(*lines, **more), evidence=tuple(evidence))
    return audit_points(Case(claim, DAY, TABLES, PatientPast(), TABLES.payer_type(claim)))


def of_rule(found, rule_id):
    return [(p.note, p.lines, p.state) for p in found if p.rule_id == rule_id]


def visit(*modifiers):
    return a_line(1, "99214", "200.00", modifiers=modifiers)


PROCEDURE = a_line(2, "62323", "700.00")


def test_the_level_of_a_visit_is_asked_for_in_its_own_note():
    (point,) = points(visit())
    assert (point.note, point.rule_id, point.item, point.state) == (
        Note.VISIT,
        LEVEL,
        "decision_making",
        State.UNKNOWN,
    )
    assert point.asks == "Moderate decision making, or 30 minutes of the clinician on the day."


@pytest.mark.parametrize(
    ("item", "value", "state"),
    [("decision_making", "moderate", State.PRESENT), ("visit_minutes", "31", State.PRESENT)],
)
def test_a_record_that_bears_the_level_out_is_present(item, value, state):
    assert of_rule(points(visit(), evidence=[Evidence(item, value)]), LEVEL) == [(Note.VISIT, (1,), state)]


def test_a_record_that_falls_short_of_the_level_is_missing():
    told = [Evidence("decision_making", "low"), Evidence("visit_minutes", "10")]
    assert of_rule(points(visit(), evidence=told), LEVEL) == [(Note.VISIT, (1,), State.MISSING)]


def test_modifier_25_asks_whether_the_visit_stood_alone():
    assert of_rule(points(visit("25"), PROCEDURE), SEPARATE_VISIT) == [(Note.VISIT, (1,), State.UNKNOWN)]
    told = [Evidence("separate_visit", "yes")]
    assert of_rule(points(visit("25"), PROCEDURE, evidence=told), SEPARATE_VISIT) == [(Note.VISIT, (1,), State.PRESENT)]
    assert of_rule(points(visit()), SEPARATE_VISIT) == []


def test_a_visit_beside_a_procedure_without_25_is_pointed_out():
    assert of_rule(points(visit(), PROCEDURE), VISIT_UNMARKED) == [(Note.VISIT, (1,), State.MISSING)]


@pytest.mark.parametrize(("told", "state"), [("yes", State.PRESENT), ("no", State.MISSING), (None, State.UNKNOWN)])
def test_modifier_59_asks_for_the_separate_site(told, state):
    evidence = [Evidence("separate_site", told)] if told else []
    lines = (a_line(1, "20610", modifiers=["59"]), a_line(2, "62323"))
    assert of_rule(points(*lines, evidence=evidence), SEPARATE_SERVICE) == [(Note.PROCEDURE, (1,), state)]


def test_the_texts_of_visit_and_procedure_are_kept_apart():
    found = points(visit("25"), PROCEDURE)
    assert of_rule(found, AUDIT) == [(Note.VISIT, (), State.UNKNOWN)]
    notes = [p.note for p in found]
    assert notes == sorted(notes, key=list(Note).index)
    assert {p.lines for p in found if p.note is Note.PROCEDURE} == {(2,)}
    assert of_rule(points(PROCEDURE), AUDIT) == []


def test_what_several_lines_are_asked_is_said_once():
    found = points(a_line(1, "64493"), a_line(2, "64494"))
    assert {p.lines for p in found if p.item == "pain_duration"} == {(1, 2)}


def test_a_drug_test_is_looked_up_in_its_own_note():
    assert {p.note for p in points(a_line(1, "80307"))} == {Note.DRUG_TEST}
