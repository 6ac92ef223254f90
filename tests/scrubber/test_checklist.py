"""The checklist of a procedure: the same rows the documentation rules check."""

from dataclasses import replace
from datetime import date

import pytest

from claims.claim import Evidence, PayerType
from past.patient import PatientPast
from scrubber import RULES, scrub
from scrubber.cases import cases_of
from scrubber.checklist import State, checklist, checklist_of_code
from scrubber.registry import Case
from scrubber.tables import shipped_tables

DAY = date(2026, 3, 10)
TABLES = shipped_tables()
ROWS = [row for of in TABLES.records.releases[-1].rows.values() for rows in of.values() for row in rows]


def case_with(*evidence: Evidence) -> Case:
    claim = next(c for c in cases_of(RULES["DOC-001"])).claim
    return Case(replace(claim, evidence=evidence), DAY, TABLES, PatientPast(), PayerType.MEDICARE)


def test_without_a_claim_all_is_unknown_and_each_has_its_source():
    wants = checklist_of_code("62323", PayerType.MEDICARE, DAY, TABLES)
    assert {w.state for w in wants} == {State.UNKNOWN}
    assert {"pain_duration", "conservative_care", "images_saved"} <= {w.item for w in wants}
    assert all(w.citation.url.startswith("https://") and w.meaning for w in wants)
    assert next(w for w in wants if w.item == "pain_duration").wanted == "at least 4 weeks"


def test_a_claim_says_what_is_there_what_falls_short_and_what_nobody_told():
    case = case_with(Evidence("pain_duration", "3"), Evidence("contrast", "yes"), Evidence("drug", "not recorded"))
    states = {w.item: w.state for w in checklist(case, case.claim.lines[0])}
    assert states["contrast"] is State.PRESENT
    assert states["pain_duration"] is State.MISSING
    assert states["drug"] is State.MISSING
    assert states["dose"] is State.UNKNOWN


def test_a_payer_without_a_policy_asks_for_nothing():
    assert checklist_of_code("62323", PayerType.WORKERS_COMP, DAY, TABLES) == ()
    assert checklist_of_code("99213", PayerType.MEDICARE, DAY, TABLES) == ()


def test_the_checklist_and_the_rules_agree():
    case = case_with(
        Evidence("pain_duration", "3"), Evidence("images_saved", "no"), Evidence("complications", "not recorded")
    )
    report = scrub(case.claim, TABLES, case.past, as_of=DAY)
    short = {w.rule_id for w in checklist(case, case.claim.lines[0]) if w.state is State.MISSING}
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
