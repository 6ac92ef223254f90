"""Remedies: honest, tried on the claim, and never a code because it pays."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from claims.claim import Diagnosis
from claims.reasons import Reason
from features import rows
from models.denial import Explanation, ReasonShare
from past.patient import PatientPast
from past.payer import PayerPast
from scrubber import scrub
from scrubber.registry import Change, Citation, RemedyKind, Severity
from scrubber.remedies import apply
from scrubber.report import Finding, Location, Report
from serving.advise import MOST_A_LINE, QUESTIONS, WHAT_WAS_DONE, advise
from serving.assessment import Rescored
from serving.scoring import Circumstances, Trial
from tests.serving.samples import TODAY, claim_json, example_claim


@pytest.fixture
def at(tables, model):
    return Circumstances(tables, model, PatientPast(), PayerPast(), None, TODAY)


def finding(**given):
    parts = {
        "rule_id": "ZZ-001", "rule_version": "1", "severity": Severity.DENY, "reason": Reason.AUTHORIZATION, "line": 2,
        "carcs": ("197",), "rarcs": (), "message": "Made up.", "remedy": "Do this.", "remedy_kind": RemedyKind.OBTAIN,
        "requires": "", "change": None, "location": Location("2300", "REF", "REF02", None), "cms1500_box": "23",
        "citation": Citation("made up", "https://example.org"), "effective": None,
    }  # fmt: skip
    return Finding(**{**parts, **given})


def scored_with(at, *findings, claim=None):
    (scored,) = at.score_trials([Trial(claim or example_claim(), Report(tuple(findings)), at.as_of)])
    return scored


def score(at, claim):
    (scored,) = at.score_trials([at.trial(claim)])
    return scored


def only(remedies):
    assert len(remedies) == 1, remedies
    return remedies[0]


def test_the_claim_itself_and_what_is_tried_on_it_are_scored_alike(at):
    scored, explanations = at.explained(example_claim())
    again = score(at, example_claim())
    assert len(explanations) == len(scored.claim.lines)
    assert replace(scored.prediction, causes=again.prediction.causes) == again.prediction
    assert (scored.report, scored.allowed, repr(scored.rows)) == (again.report, again.allowed, repr(again.rows))


def test_a_remedy_is_tried_on_the_claim_and_scored_through_the_same_path(at, tables, model):
    scored = score(at, example_claim())
    tried = [r for r in advise(scored, [], at) if r.rescored is Rescored.CHANGED_CLAIM]
    assert tried
    for remedy in tried:
        changed = apply(scored.claim, remedy.change)
        report = scrub(changed, tables, PatientPast(), as_of=TODAY)
        inputs = rows(changed, report, PatientPast(), PayerPast(), tables=tables, as_of=TODAY)
        assert remedy.claim_risk_after == model.predict(inputs).claim_risk


def test_what_is_missing_is_scored_as_found(at):
    scored = score(at, example_claim())
    authorization = [r for r in advise(scored, [], at) if r.change and r.change.what == "set_authorization"]
    assert authorization
    for remedy in authorization:
        assert remedy.risk_after < scored.risk_of(remedy.line)
        assert remedy.dollars_after < scored.expected_loss
        assert remedy.dollars_saved == scored.expected_loss - remedy.dollars_after > 0


def test_a_fix_that_leaves_the_claim_as_it_is_counts_the_finding_as_answered(at):
    scored = scored_with(at, finding(remedy_kind=RemedyKind.DOCUMENT, reason=Reason.DOCUMENTATION))
    remedy = only(advise(scored, [], at))
    assert remedy.rescored is Rescored.ANSWERED_FINDING
    assert remedy.risk_after < scored.risk_of(2)


def test_an_answered_finding_leaves_the_others_standing(at):
    other = finding(rule_id="ZZ-002")
    scored = scored_with(at, finding(), other)
    assert at.answered(scored, finding()).report.findings == (other,)


def test_a_question_to_the_clinician_has_no_figures_before_it_is_answered(at):
    remedy = only(advise(scored_with(at, finding(remedy_kind=RemedyKind.ASK_CLINICIAN)), [], at))
    assert (remedy.rescored, remedy.risk_after, remedy.dollars_after) == (Rescored.NOT, None, None)


def test_a_line_not_to_be_billed_is_no_saving(at):
    not_to_bill = finding(remedy_kind=RemedyKind.DO_NOT_BILL, reason=Reason.BUNDLING)
    scored = scored_with(at, not_to_bill, *score(at, example_claim()).report.findings)
    remedy = next(r for r in advise(scored, [], at) if r.rule_id == not_to_bill.rule_id)
    assert remedy.change == Change("drop_line", 2, "")
    assert remedy.risk_after == remedy.claim_risk_after < scored.risk
    assert remedy.dollars_after < scored.expected_loss
    assert remedy.dollars_saved < 0


def test_the_only_line_of_a_claim_is_not_dropped_by_us(at):
    claim = example_claim()
    alone = replace(claim, lines=(claim.lines[1],))
    remedy = only(advise(scored_with(at, finding(remedy_kind=RemedyKind.DO_NOT_BILL), claim=alone), [], at))
    assert remedy.change is None
    assert remedy.rescored is Rescored.NOT


@pytest.mark.parametrize("what", sorted(WHAT_WAS_DONE))
def test_no_money_stands_beside_a_change_of_what_was_done_unless_it_says_what_must_be_true(at, what):
    value = {"set_units": "1", "set_diagnosis": "M54.16>M54.17"}.get(what, "59")
    change = Change(what, 2, value)
    bare = only(advise(scored_with(at, finding(change=change)), [], at))
    bound = only(advise(scored_with(at, finding(change=change, requires="the note shows it")), [], at))
    assert (bare.rescored, bare.dollars_saved) == (Rescored.NOT, None)
    assert bound.rescored is Rescored.CHANGED_CLAIM
    assert bound.requires == "the note shows it"


@pytest.mark.parametrize("reason", [Reason.CODING, Reason.MODIFIER, Reason.BUNDLING, Reason.FREQUENCY])
def test_no_money_stands_beside_a_correction_nobody_has_named(at, reason):
    bill_the_primary = finding(remedy_kind=RemedyKind.CORRECT, reason=reason, requires="the record shows it")
    remedy = only(advise(scored_with(at, bill_the_primary), [], at))
    assert (remedy.rescored, remedy.risk_after, remedy.dollars_after) == (Rescored.NOT, None, None)
    assert remedy.dollars_saved is None


@pytest.mark.parametrize(
    ("place", "priced"),
    [
        (Location("2010AA", "NM1", "NM109", None), True),
        (Location("2400", "SV1", "SV104", None), False),
        (Location("2300", "CLM", "CLM02", None), False),
        (Location("2300", "HI", "HI01-2", None), False),
    ],
)
def test_a_mistyped_number_is_priced_and_a_mistyped_amount_is_not(at, place, priced):
    wrong = finding(remedy_kind=RemedyKind.CORRECT, reason=Reason.SUBMISSION_ERROR, location=place)
    remedy = only(advise(scored_with(at, wrong), [], at))
    assert (remedy.rescored is Rescored.ANSWERED_FINDING) == (remedy.dollars_saved is not None) == priced


def test_waiting_without_a_day_has_no_figures(at):
    remedy = only(advise(scored_with(at, finding(remedy_kind=RemedyKind.HOLD)), [], at))
    assert (remedy.rescored, remedy.dollars_saved) == (Rescored.NOT, None)


@pytest.mark.parametrize(("days", "tried"), [(-7, False), (0, False), (1, True)])
def test_the_date_of_a_service_is_moved_only_while_the_service_is_still_to_come(at, days, tried):
    day = TODAY + timedelta(days)
    lines = [{**line, "from": str(day)} for line in claim_json()["claim"]["lines"]]
    later = finding(
        remedy_kind=RemedyKind.HOLD,
        reason=Reason.FREQUENCY,
        requires="it has not taken place",
        change=Change("hold_until", 2, str(TODAY + timedelta(90))),
    )
    remedy = only(advise(scored_with(at, later, claim=example_claim(lines=lines)), [], at))
    assert (remedy.rescored is Rescored.CHANGED_CLAIM) == (remedy.dollars_saved is not None) == tried


def test_a_change_that_does_not_fit_leaves_the_words(at):
    change = Change("set_diagnosis", 2, "Z99.9>Z98.8")
    remedy = only(advise(scored_with(at, finding(change=change, requires="so")), [], at))
    assert remedy.text == "Do this."
    assert remedy.risk_after is None


def test_holding_a_claim_scores_it_as_sent_that_day(at):
    day = TODAY + timedelta(40)
    mue = at.tables.mue
    later = replace(mue, releases=tuple(replace(r, published=TODAY + timedelta(20)) for r in mue.releases))
    at = replace(at, tables=replace(at.tables, mue=later))
    lines = [{**line, "units": "9"} for line in claim_json()["claim"]["lines"]]
    hold = finding(remedy_kind=RemedyKind.HOLD, line=None, change=Change("hold_until", None, str(day)))
    remedy = only(advise(scored_with(at, hold, claim=example_claim(lines=lines)), [], at))
    held = apply(example_claim(lines=lines), remedy.change)
    assert remedy.claim_risk_after == score(at.on(day), held).risk != score(at, held).risk


def test_remedies_come_most_dollars_first_and_few_a_line(at):
    many = [
        finding(rule_id=f"ZZ-{i:03}", remedy=f"Do {i}.", reason=reason) for i, reason in enumerate(list(Reason)[:9])
    ]
    remedies = advise(scored_with(at, *many), [], at)
    assert len(remedies) == MOST_A_LINE
    saved = [r.dollars_saved for r in remedies]
    assert saved == sorted(saved, reverse=True)


def test_the_same_remedy_is_said_once(at):
    assert only(advise(scored_with(at, finding(), finding(rule_id="ZZ-002")), [], at)).rule_id == "ZZ-001"


def test_a_hint_asks_for_nothing(at):
    assert advise(scored_with(at, finding(severity=Severity.INFO)), [], at) == ()


def explanations(reason, log_odds, lines=3):
    return [Explanation(0.0, log_odds, (ReasonShare(reason, log_odds, ()),)) for _ in range(lines)]


@pytest.mark.parametrize("reason", list(Reason))
def test_what_the_model_alone_sees_becomes_a_question_and_never_a_code(at, reason):
    scored = scored_with(at, finding(line=None, reason=Reason.OTHER, remedy=""))
    asked = [r for r in advise(scored, explanations(reason, 1.0), at) if not r.rule_id]
    expected = {1, 2, 3} if reason in QUESTIONS and min(scored.prediction.risks) >= 0.15 else set()
    assert {r.line for r in asked} == expected
    for remedy in asked:
        assert remedy.change is None
        assert remedy.dollars_saved is None
        assert remedy.text.rstrip().endswith((".", "?"))


def test_a_reason_that_a_finding_speaks_of_is_not_asked_about_again(at):
    scored = scored_with(at, finding(line=None, remedy=""))
    assert advise(scored, explanations(Reason.AUTHORIZATION, 2.0), at) == ()


def test_a_weak_reason_is_no_question(at):
    scored = scored_with(at, finding(line=None, reason=Reason.OTHER, remedy=""))
    assert advise(scored, explanations(Reason.AUTHORIZATION, 0.39), at) == ()


def test_no_remedy_changes_the_claim_it_was_given(at):
    claim = example_claim()
    before = repr(claim)
    advise(score(at, claim), [], at)
    assert repr(claim) == before
    assert claim.diagnoses[0] == Diagnosis("M54.16")


def test_figures_stay_exact_money(at):
    for remedy in advise(score(at, example_claim()), [], at):
        assert remedy.dollars_after == remedy.dollars_after.quantize(Decimal("0.01"))
