"""The checklist of a procedure: the same rows the documentation rules check."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from claims.claim import Evidence, PayerType, PriorService, PriorServices
from past.patient import PatientPast
from scrubber import RULES, scrub
from scrubber.cases import cases_of
from scrubber.checklist import State, checklist, checklist_of_code, checklists
from scrubber.registry import Case
from scrubber.tables import shipped_tables

DAY = date(2026, 3, 10)
TABLES = shipped_tables()
ROWS = [row for of in TABLES.records.releases[-1].rows.values() for rows in of.values() for row in rows]


def case_with(*evidence: Evidence) -> Case:
    claim = next(c for c in cases_of(RULES["DOC-001"])).claim
    return Case(replace(claim, evidence=evidence), DAY, TABLES, PatientPast(), PayerType.MEDICARE)


def test_without_a_claim_all_is_unknown_and_each_has_its_source():
    wants = checklist_of_code("62323", PayerType.MEDICARE, DAY, TABLES).wants
    assert {w.state for w in wants} == {State.UNKNOWN}
    assert {"pain_duration", "conservative_care", "images_saved"} <= {w.item for w in wants}
    assert all(w.citation.url.startswith("https://") and w.meaning for w in wants)
    assert next(w for w in wants if w.item == "pain_duration").wanted == "at least 4 weeks"


def test_a_claim_says_what_is_there_what_falls_short_and_what_nobody_told():
    case = case_with(Evidence("pain_duration", "3"), Evidence("contrast", "yes"), Evidence("drug", "not recorded"))
    states = {w.item: w.state for w in checklist(case, case.claim.lines[0]).wants}
    assert states["contrast"] is State.PRESENT
    assert states["pain_duration"] is State.MISSING
    assert states["drug"] is State.MISSING
    assert states["dose"] is State.UNKNOWN


def test_a_payer_without_a_policy_asks_for_nothing():
    assert checklist_of_code("62323", PayerType.WORKERS_COMP, DAY, TABLES).wants == ()
    assert checklist_of_code("99213", PayerType.MEDICARE, DAY, TABLES).wants == ()


def test_the_checklist_and_the_rules_agree():
    case = case_with(
        Evidence("pain_duration", "3"), Evidence("images_saved", "no"), Evidence("complications", "not recorded")
    )
    report = scrub(case.claim, TABLES, case.past, as_of=DAY)
    short = {
        rule_id
        for w in checklist(case, case.claim.lines[0]).wants
        if w.state is State.MISSING
        for rule_id in w.rule_ids
    }
    said = {rule_id for f in report.findings for rule_id in (f.rule_id, *f.also)}
    assert short == said & {row.rule for row in ROWS} == {"DOC-001", "DOC-006", "IMG-002"}


@pytest.mark.parametrize("rule_id", sorted({row.rule for row in ROWS}))
def test_a_rule_is_asked_about_every_family_and_payer_the_table_names_for_it(rule_id):
    rule = RULES[rule_id]
    assert {row.family for row in ROWS if row.rule == rule_id} == rule.families
    assert {kind for row in ROWS if row.rule == rule_id for kind in row.payer_types} == {
        k.value for k in rule.payer_types
    }


def test_every_family_the_table_names_is_one_of_the_code_table():
    families = {row.family for row in TABLES.codes.releases[-1].rows.values()}
    assert {row.family for row in ROWS} <= families


def test_what_is_told_after_the_day_asked_about_is_unknown():
    later = Evidence("pain_duration", "6", recorded_on=DAY + timedelta(days=1))
    case = case_with(later, Evidence("contrast", "yes", recorded_on=DAY))
    states = {w.item: w.state for w in checklist(case, case.claim.lines[0]).wants}
    assert states["contrast"] is State.PRESENT
    assert states["pain_duration"] is State.UNKNOWN


def repeated(*evidence: Evidence) -> Case:
    """The injection again, sixty days after the patient had it."""
    case = case_with(*evidence)
    before = case.claim.lines[0].service_from - timedelta(days=60)
    earlier = PriorServices(None, (PriorService(case.claim.lines[0].code, before),))
    return Case(replace(case.claim, prior_services=earlier), DAY, TABLES, PatientPast(), PayerType.MEDICARE)


@pytest.mark.parametrize("evidence", [(), (Evidence("contrast", "yes"),)], ids=["nothing told", "something told"])
def test_a_repeat_is_asked_for_the_relief_of_the_procedure_before(evidence):
    first, again = case_with(*evidence), repeated(*evidence)
    asked = {w.item for w in checklist(again, again.claim.lines[0]).wants}
    before = {w.item for w in checklist(first, first.claim.lines[0]).wants}
    assert asked - before == {"prior_response_percent", "prior_response_duration"}


@pytest.mark.parametrize("family", sorted({row.family for row in ROWS}))
def test_what_is_made_once_is_what_the_rows_say(family):
    """The checklists kept for claims without evidence, held against the rows, on days around every change of them."""
    code = next(c for c, row in TABLES.codes.releases[-1].rows.items() if row.family == family)
    of_family = [row for row in ROWS if row.family == family]
    days = {row.valid_from for row in of_family} | {row.valid_to for row in of_family if row.valid_to}
    for day in (DAY, *(d + timedelta(days=n) for d in days for n in (-1, 0, 1))):
        for kind in (PayerType.MEDICARE, PayerType.COMMERCIAL):
            held = day >= TABLES.records.releases[0].effective
            wanted = {row.item for row in of_family if held and row.when == "always" and row.binds(kind, day)}
            assert {w.item for w in checklist_of_code(code, kind, day, TABLES).wants} == wanted


def test_lines_that_share_a_checklist_are_told_once():
    case = case_with()
    line = case.claim.lines[0]
    lines = (
        line,
        replace(line, number=2),
        replace(line, number=3, code="99213"),
        replace(line, number=4, code="64493"),
    )
    found = checklists(replace_lines(case, lines))
    assert [(c.lines, c.procedures) for c in found] == [((1, 2), (line.code,)), ((4,), ("64493",))]
    told = case_with(Evidence("contrast", "yes", line=2))
    found = checklists(replace_lines(told, lines))
    assert [c.lines for c in found] == [(1,), (2,), (4,)]


def replace_lines(case: Case, lines) -> Case:
    return Case(replace(case.claim, lines=lines), DAY, TABLES, PatientPast(), PayerType.MEDICARE)


def test_what_two_rules_want_in_the_same_words_is_there_once_under_both():
    for family in {row.family for row in ROWS}:
        code = next(c for c, row in TABLES.codes.releases[-1].rows.items() if row.family == family)
        wants = checklist_of_code(code, PayerType.MEDICARE, DAY, TABLES).wants
        assert len({(w.item, w.wanted) for w in wants}) == len(wants)
