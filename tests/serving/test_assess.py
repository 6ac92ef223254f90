"""The one use case: what an assessment holds, and what it refuses to say."""

import math
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from claims.reasons import Reason
from claims.x12 import read_837
from past.payer import Decision, PayerPast
from scrubber.registry import Severity
from serving.assess import Assessor, assessment_json
from serving.assessment import Attention
from serving.pasts import SnapshotPasts
from tests.serving.samples import TODAY, example_claim, x12_of


class OwnPasts(SnapshotPasts):
    """A history that counts as the practice's own."""

    own = True


def history(decisions, payer="ZZMEDICARE"):
    known = PayerPast()
    for _ in range(decisions):
        known.learn(Decision(TODAY - timedelta(9), payer, "64483", "", False, None, 60000, 20000, 1.0, 20))
    return known


def test_a_claim_is_worth_at_least_its_worst_line(assessor):
    a = assessor.assess(example_claim(), TODAY)
    assert a.risk >= max(line.risk for line in a.lines) > 0


def test_the_reasons_of_each_line_add_up_to_its_risk(assessor):
    for line in assessor.assess(example_claim(), TODAY).lines:
        total = line.base_log_odds + sum(r.log_odds for r in line.reasons)
        assert total == pytest.approx(math.log(line.risk / (1 - line.risk)), abs=1e-6)


def test_expected_loss_is_risk_times_expected_allowed(assessor):
    a = assessor.assess(example_claim(), TODAY)
    assert float(a.expected_loss) == pytest.approx(
        sum(line.risk * float(line.expected_allowed) for line in a.lines), abs=0.01
    )


def test_without_a_model_the_rules_speak_alone_and_say_so(assessor):
    full = assessor.assess(example_claim(), TODAY)
    a = replace(assessor, model=None, degraded="no bundle").assess(example_claim(), TODAY)
    assert (a.model, a.risk, a.expected_loss, a.degraded) == (None, None, None, "no bundle")
    assert a.findings == full.findings
    assert a.findings
    assert all(line.risk is None and not line.reasons and not line.causes for line in a.lines)
    assert [r.text for r in a.all_remedies]
    assert all(r.risk_after is None and r.dollars_after is None for r in a.all_remedies)


def test_a_void_is_scrubbed_and_not_scored(assessor):
    a = assessor.assess(example_claim(frequency="8", original_reference="ZZ1"), TODAY)
    assert a.risk is None
    assert a.expected_loss is None
    assert a.abstained
    assert "void" in a.abstentions[0]


def test_a_claim_without_lines_has_findings_and_no_risk(assessor):
    a = assessor.assess(replace(example_claim(), lines=()), TODAY)
    assert a.lines == ()
    assert a.risk is None


def test_a_model_of_simulated_claims_abstains_without_a_store(assessor):
    a = assessor.assess(example_claim(), TODAY)
    assert a.abstained
    assert a.model.simulated
    assert (a.own_record.practice, a.own_record.practice_needed) == (0, 200)
    assert a.risk is not None


@pytest.mark.parametrize(("decisions", "abstained"), [(199, True), (200, False)])
def test_it_answers_once_the_practice_has_enough_decisions_of_its_own(tables, model, decisions, abstained):
    a = Assessor(tables, model, OwnPasts(history(decisions))).assess(example_claim(), TODAY)
    assert a.abstained is abstained
    assert a.own_record.practice == decisions


class TestPasts(OwnPasts):
    """The same, all of it of test interchanges."""

    __test__ = False

    def tests(self):
        return self._history


def test_decisions_of_test_interchanges_are_no_record_of_the_practices_own(tables, model):
    a = Assessor(tables, model, TestPasts(history(500))).assess(example_claim(), TODAY)
    assert a.abstained
    assert (a.own_record.practice, a.own_record.payer, a.own_record.tests) == (0, 0, 500)
    assert "500 decisions of test interchanges" in a.abstentions[-1]
    assert assessment_json(a)["own_record"]["test_decisions"] == 500


def test_decisions_of_the_day_itself_do_not_count_yet(tables, model):
    a = Assessor(tables, model, OwnPasts(history(500))).assess(example_claim(), TODAY - timedelta(9))
    assert a.own_record.practice == 0
    assert a.abstained


def test_the_history_that_came_with_the_model_is_not_the_practices_own(tables, model):
    a = Assessor(tables, model, SnapshotPasts(history(500))).assess(example_claim(), TODAY)
    assert a.own_record.practice == 0
    assert a.abstained


def test_a_model_of_real_claims_abstains_on_a_payer_it_hardly_knows(tables, real_model):
    known = Assessor(tables, real_model, OwnPasts(history(20)))
    strange = Assessor(tables, real_model, OwnPasts(history(500, payer="OTHER")))
    assert not known.assess(example_claim(), TODAY).abstained
    assert strange.assess(example_claim(), TODAY).abstained


def test_attention_is_the_gravest_finding(assessor):
    a = assessor.assess(example_claim(), TODAY)
    worst = max(f.severity for f in a.findings)
    assert a.attention is {Severity.REJECT: Attention.REJECT, Severity.DENY: Attention.DENY}[worst]
    calm = assessor.assess(example_claim(lines=[SIMPLE_VISIT], charge="250.00"), TODAY)
    assert not [f for f in calm.findings if f.severity >= Severity.DENY]
    assert calm.attention is Attention.RISK


SIMPLE_VISIT = {
    "number": 1, "code": "99214", "units": "1", "charge": "250.00", "from": "2026-03-02", "diagnosis_pointers": [1],
}  # fmt: skip


def test_the_future_never_changes_an_assessment(tables, model):
    known = history(300)
    before = Assessor(tables, model, OwnPasts(known)).assess(example_claim(), TODAY)
    for day in (TODAY, TODAY + timedelta(30)):
        known.learn(Decision(day, "ZZMEDICARE", "64483", "", True, Reason.AUTHORIZATION, 60000, None, 1.0, 20))
    assert Assessor(tables, model, OwnPasts(known)).assess(example_claim(), TODAY) == before


def twins():
    """Two claims of one patient in one file, the second repeating a line of the first."""
    both = list(read_837(x12_of({}, {"CLM*EXAMPLE-001*": "CLM*EXAMPLE-002*"})))
    assert [c.id for c in both] == ["EXAMPLE-001", "EXAMPLE-002"]
    return both


def duplicates(assessment):
    return [f for f in assessment.findings if f.reason is Reason.DUPLICATE]


def test_claims_of_one_patient_in_one_file_see_each_other(assessor):
    alone = [assessor.assess(c, TODAY) for c in twins()]
    together = list(assessor.assess_all(twins, TODAY))
    assert [bool(duplicates(a)) for a in alone] == [False, False]
    assert [bool(duplicates(a)) for a in together] == [True, True]


def test_the_order_of_a_file_does_not_matter(assessor):
    forward = {a.claim_id: a for a in assessor.assess_all(twins, TODAY)}
    backward = {a.claim_id: a for a in assessor.assess_all(lambda: twins()[::-1], TODAY)}
    assert forward == backward


def test_claims_of_different_patients_do_not_see_each_other(assessor):
    def strangers():
        return read_837(
            x12_of(
                {}, {"CLM*EXAMPLE-001*": "CLM*EXAMPLE-002*", "PATIENT-001": "PATIENT-002", "ZZTEST00001": "ZZTEST00002"}
            )
        )

    assert not any(duplicates(a) for a in assessor.assess_all(strangers, TODAY))


def test_claims_sent_as_json_in_one_request_are_each_others_file(assessor):
    claims = [example_claim(), example_claim(id="EXAMPLE-002")]
    assert all(duplicates(a) for a in assessor.assess_all(lambda: claims, TODAY))


def test_a_large_file_is_answered_in_its_order(assessor):
    claims = [example_claim(id=f"EXAMPLE-{i:03}", submitted_on=None) for i in range(12)]
    assert [a.claim_id for a in assessor.assess_all(lambda: iter(claims), TODAY)] == [c.id for c in claims]


def test_the_tables_that_spoke_are_named_with_their_age(assessor):
    by_name = {t.name: t for t in assessor.assess(example_claim(), TODAY).tables}
    assert by_name["ptp"].effective <= date(2026, 3, 2)
    assert by_name["ptp"].age_days == (date(2026, 3, 2) - by_name["ptp"].effective).days


def test_money_is_never_below_zero_cents(assessor):
    for line in assessor.assess(example_claim(), TODAY).lines:
        assert line.expected_allowed == line.expected_allowed.quantize(Decimal("0.01")) > 0


def test_what_to_do_first_answers_the_gravest_finding(assessor):
    a = next(assessor.assess_all(twins, TODAY))
    assert a.findings[0].reason is Reason.DUPLICATE
    assert a.first_remedy.rule_id == a.findings[0].rule_id
    assert a.all_remedies[0].rule_id != a.findings[0].rule_id
    assert replace(a, findings=()).first_remedy == a.all_remedies[0]
