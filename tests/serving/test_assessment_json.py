"""The JSON of the contract, for every kind of answer."""

import json
import math
from dataclasses import replace

import pytest

from claims.claim import Claim, Evidence, PayerType
from claims.errors import UnreadableSegment
from claims.evidence import NOT_RECORDED
from claims.reading import Refusal
from models.denial import FeatureShare, ReasonShare
from past.patient import PatientPast
from scrubber.checklist import checklist
from scrubber.registry import Case
from serving.assess import assessment_json, scrub_json
from serving.assessment_json import RULES_ONLY_BANNER, refusal_json
from serving.schemas import AssessmentShape, FindingShape, RefusedShape, UncheckedShape
from tests.serving.samples import TODAY, example_claim

CLAIMS = {
    "whole": {},
    "void": {"frequency": "8", "original_reference": "ZZ1"},
    "unknown code": {"lines": [{"number": 1, "code": "ZZ999", "units": "1", "charge": "1.00", "from": "2026-03-02"}]},
}


@pytest.mark.parametrize("changes", CLAIMS.values(), ids=CLAIMS)
@pytest.mark.parametrize("rules_only", [False, True])
def test_every_answer_has_the_published_shape(assessor, changes, rules_only):
    by = replace(assessor, model=None, degraded="no bundle") if rules_only else assessor
    said = assessment_json(by.assess(example_claim(**changes), TODAY))
    AssessmentShape.model_validate_json(json.dumps(said, allow_nan=False))


def test_a_claim_without_lines_has_the_published_shape(assessor):
    said = assessment_json(assessor.assess(replace(example_claim(), lines=()), TODAY))
    AssessmentShape.model_validate_json(json.dumps(said, allow_nan=False))


def test_rules_only_says_so_where_a_program_and_a_person_look(assessor):
    said = assessment_json(replace(assessor, model=None, degraded="no bundle").assess(example_claim(), TODAY))
    assert (said["model"], said["risk"], said["expected_loss"], said["degraded"]) == (None, None, None, True)
    assert said["banner"] == f"{RULES_ONLY_BANNER} no bundle"


def test_a_real_model_has_no_banner(assessor, real_model):
    assert assessment_json(replace(assessor, model=real_model).assess(example_claim(), TODAY))["banner"] is None


def test_the_base_and_the_reasons_of_the_json_add_up(assessor):
    for line in assessment_json(assessor.assess(example_claim(), TODAY))["lines"]:
        total = line["base_log_odds"] + sum(r["log_odds"] for r in line["reasons"])
        assert total == pytest.approx(math.log(line["risk"] / (1 - line["risk"])), abs=1e-6)
        for reason in line["reasons"]:
            assert sum(f["log_odds"] for f in reason["features"]) == pytest.approx(reason["log_odds"], abs=1e-9)


def test_what_is_not_a_number_is_null(assessor):
    a = assessor.assess(example_claim(), TODAY)
    share = ReasonShare(a.lines[0].reasons[0].reason, 0.1, (FeatureShare("charge_to_usual", math.nan, math.inf),))
    odd = replace(a, risk=math.nan, lines=(replace(a.lines[0], reasons=(share,)),))
    said = json.loads(json.dumps(assessment_json(odd), allow_nan=False))
    assert said["risk"] is None
    assert said["lines"][0]["reasons"][0]["features"] == [{"name": "charge_to_usual", "value": None, "log_odds": None}]


def test_money_has_two_decimals_and_days_are_iso(assessor):
    said = assessment_json(assessor.assess(example_claim(), TODAY))
    assert said["as_of"] == "2026-03-09"
    amounts = [said["expected_loss"], *(line["expected_allowed"] for line in said["lines"])]
    assert all(isinstance(a, str) and a[-3] == "." for a in amounts)


def test_scrub_is_the_rules_part_of_score(assessor):
    a = assessor.assess(example_claim(), TODAY)
    scrubbed, scored = scrub_json(a), assessment_json(a)
    rules = {"tables", "findings", "unchecked", "checklist", "overridden_off"}
    assert set(scrubbed) == {"ref", "claim_id", "payer_id", "as_of", "attention"} | rules
    assert scrubbed == {name: scored[name] for name in scrubbed}
    assert a.findings
    assert a.unchecked
    for finding in scrubbed["findings"]:
        FindingShape.model_validate(finding)
    for unchecked in scrubbed["unchecked"]:
        UncheckedShape.model_validate(unchecked)


def test_a_refusal_carries_its_place():
    error = UnreadableSegment(
        number=7, segment="SV1", element="SV102", found="'1OO'", expected="an amount", advice="Mend it."
    )
    said = refusal_json(Refusal(error, claims_lost=1, claim_id="ZZ1"))
    RefusedShape.model_validate(said)
    assert (said["type"], said["segment_number"], said["claims_lost"]) == ("UnreadableSegment", 7, 1)
    assert said["detail"] == "segment 7 (SV102): found '1OO', expected an amount. Mend it."


def test_only_the_opaque_ref_and_the_claim_number_name_the_claim(assessor):
    text = json.dumps(assessment_json(assessor.assess(example_claim(), TODAY)))
    claim: Claim = example_claim()
    for secret in (claim.patient.last_name, claim.subscriber.member_id, "1950-01-01"):
        assert secret not in text


def test_the_checklist_of_an_assessment_is_that_of_the_rules(assessor):
    told = (Evidence("pain_duration", "3"), Evidence("guidance", "fluoroscopy"), Evidence("drug", NOT_RECORDED))
    claim = replace(example_claim(), evidence=told)
    (said,) = assessment_json(assessor.assess(claim, TODAY))["checklist"]
    assert (list(said["lines"]), list(said["procedures"])) == ([2, 3], ["64483", "64484"])
    wants = {want["item"]: want for want in said["wants"]}
    assert (wants["guidance"]["state"], wants["guidance"]["found"]) == ("present", "fluoroscopy")
    assert (wants["pain_duration"]["state"], wants["pain_duration"]["found"]) == ("missing", "3")
    assert wants["pain_duration"]["why"].endswith("the policy asks for at least 4")
    assert (wants["drug"]["state"], wants["drug"]["found"]) == ("missing", None)
    assert (wants["dose"]["state"], wants["dose"]["rule_ids"]) == ("unknown", ["DOC-006"])
    of_line = checklist(Case(claim, TODAY, assessor.tables, PatientPast(), PayerType.MEDICARE), claim.lines[1])
    assert [(w.item, w.state.value, w.citation.url) for w in of_line.wants] == [
        (w["item"], w["state"], said["sources"][w["source"]]["url"]) for w in said["wants"]
    ]


def test_a_claim_of_which_nothing_is_told_has_a_checklist_of_unknowns(assessor):
    (said,) = assessment_json(assessor.assess(example_claim(), TODAY))["checklist"]
    assert {want["state"] for want in said["wants"]} == {"unknown"}
    visit = replace(example_claim(), lines=example_claim().lines[:1])
    assert assessment_json(assessor.assess(visit, TODAY))["checklist"] == []
