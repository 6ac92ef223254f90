import math
from dataclasses import replace

import numpy as np
import pytest

from claims.reasons import Reason
from features import FEATURES
from features.registry import Direction
from models.card import ModelCard
from models.causes import CauseModel, Pair
from models.denial import OwnDecisions, abstentions
from models.errors import FeaturesChanged


def test_the_reasons_add_up_to_the_prediction(learned):
    rows = learned.rows[:100]
    prediction = learned.model.predict(rows)
    for risk, log_odds, why in zip(prediction.risks, prediction.log_odds, learned.model.explain(rows), strict=True):
        assert why.base + sum(r.log_odds for r in why.reasons) == pytest.approx(log_odds, abs=1e-6)
        assert why.log_odds == pytest.approx(math.log(risk / (1 - risk)), abs=1e-6)
        for reason in why.reasons:
            assert sum(f.log_odds for f in reason.features) == pytest.approx(reason.log_odds, abs=1e-9)
            assert {FEATURES[f.name].reason for f in reason.features} == {reason.reason}


def test_the_strongest_reason_comes_first_and_each_feature_tells_its_value(learned):
    row = learned.rows[0]
    (why,) = learned.model.explain([row])
    assert [r.log_odds for r in why.reasons] == sorted((r.log_odds for r in why.reasons), reverse=True)
    for reason in why.reasons:
        for f in reason.features:
            unknown = row[f.name] == "" or row[f.name] != row[f.name]
            assert f.value == (None if unknown else row[f.name])


def test_the_explanation_is_that_of_shap(learned):
    shap = pytest.importorskip("shap")
    model, rows = learned.model, learned.rows[:50]
    matrix, _ = model.encoder.matrix(rows)
    explainer = shap.TreeExplainer(model.booster)
    theirs = np.asarray(explainer.shap_values(matrix)) * model.calibration.slope
    for i, why in enumerate(model.explain(rows)):
        ours = {f.name: f.log_odds for reason in why.reasons for f in reason.features}
        for j, column in enumerate(model.encoder.columns):
            assert ours.get(column, 0.0) == pytest.approx(theirs[i, j], abs=1e-9)
        base = float(np.ravel(explainer.expected_value)[-1]) * model.calibration.slope + model.calibration.intercept
        assert why.base == pytest.approx(base, abs=1e-9)


def hard_rows(learned):
    """The made-up rows, and such as are unknown in part or altogether, or far from all that training met."""
    rng = np.random.default_rng(17)
    nothing = {name: "" if f.categorical else math.nan for name, f in FEATURES.items()}
    far = {name: "never seen" if f.categorical else 1e6 for name, f in FEATURES.items()}
    half = [{name: (row if rng.random() < 0.5 else nothing)[name] for name in FEATURES} for row in learned.rows[:400]]
    return [nothing, far, *half, *learned.rows[:600]]


def test_the_parts_of_every_row_add_up_to_its_risk_known_or_not(learned):
    rows = hard_rows(learned)
    risks = learned.model.predict(rows).risks
    for risk, why in zip(risks, learned.model.explain(rows), strict=True):
        shown = math.log(risk / (1 - risk))
        assert why.base + sum(r.log_odds for r in why.reasons) == pytest.approx(shown, abs=1e-6)
        assert why.base + sum(f.log_odds for r in why.reasons for f in r.features) == pytest.approx(shown, abs=1e-6)
        for reason in why.reasons:
            assert reason.log_odds == pytest.approx(sum(f.log_odds for f in reason.features), abs=1e-9)


def test_unknown_values_are_explained_as_shap_explains_them(learned):
    shap = pytest.importorskip("shap")
    model, rows = learned.model, hard_rows(learned)[:80]
    matrix, _ = model.encoder.matrix(rows)
    theirs = np.asarray(shap.TreeExplainer(model.booster).shap_values(matrix)) * model.calibration.slope
    assert np.isnan(matrix).any()
    for i, why in enumerate(model.explain(rows)):
        ours = {f.name: f.log_odds for reason in why.reasons for f in reason.features}
        for j, column in enumerate(model.encoder.columns):
            assert ours.get(column, 0.0) == pytest.approx(theirs[i, j], abs=1e-9)


def test_a_row_is_explained_alike_alone_in_a_batch_and_in_any_order(learned):
    rows = hard_rows(learned)[:150]
    together = learned.model.explain(rows)
    assert [learned.model.explain([row])[0] for row in rows] == together
    order = np.random.default_rng(2).permutation(len(rows)).tolist()
    shuffled = learned.model.explain([rows[i] for i in order])
    assert shuffled == [together[i] for i in order]
    threes = [why for start in range(0, 150, 3) for why in learned.model.answer(rows[start : start + 3])[1]]
    assert threes == together


def test_every_row_starts_from_one_base_the_mean_of_what_training_saw(learned):
    whys = learned.model.explain(hard_rows(learned))
    (base,) = {why.base for why in whys}
    matrix, _ = learned.model.encoder.matrix(learned.rows)
    assert base == pytest.approx(learned.model.line_log_odds(matrix).mean(), abs=0.05)


def test_more_of_what_raises_risk_never_lowers_it_even_when_fitted_on_noise(noise):
    rng = np.random.default_rng(5)
    directed = [f for f in FEATURES.values() if f.risk is not Direction.EITHER]
    assert directed
    moved = False
    for f in directed:
        for i in rng.choice(len(noise.rows), 12, replace=False):
            row = noise.rows[i]
            steps = [row | {f.name: value} for value in np.linspace(-4, 10, 15).tolist()]
            risk = noise.model.predict(steps).log_odds
            changes = np.diff(risk) * int(f.risk)
            assert (changes >= -1e-12).all(), f.name
            moved = moved or bool((changes > 0).any())
    assert moved  # else the model ignored every directed feature and this proves nothing


def test_an_unseen_word_is_unknown_and_counted(learned):
    word = learned.model.encoder.columns[learned.model.encoder.categorical_columns[0]]
    row = learned.rows[0]
    strange = learned.model.predict([row | {word: "never seen"}, row | {word: ""}])
    assert strange.unseen == {word: 1}
    assert strange.risks[0] == strange.risks[1]


def test_one_row_and_many_get_the_same_answer(learned):
    together = learned.model.predict(learned.rows[:200])
    alone = [learned.model.predict([row]).risks[0] for row in learned.rows[:200]]
    assert list(together.risks) == alone


def test_claims_predicted_together_get_what_each_gets_alone(learned):
    claims = [learned.rows[:3], [], learned.rows[3:4], learned.rows[4:90]]
    own = OwnDecisions(practice=1, payer=1)
    alone = [learned.model.predict(rows, own=own) for rows in claims]
    assert learned.model.predict_each(claims, own=own) == alone
    assert any(prediction.causes for prediction in alone)
    assert learned.model.predict_each(claims, own=own, causes=False) == [
        replace(prediction, causes=tuple(() for _ in prediction.risks)) for prediction in alone
    ]
    assert learned.model.predict_each([]) == []
    assert learned.model.predict_each([[]]) == [learned.model.predict([])]


def test_risk_and_reasons_asked_for_together_are_those_asked_for_one_by_one(learned):
    own = OwnDecisions(practice=1, payer=1)
    for start in range(0, 90, 3):
        rows = learned.rows[start : start + 3]
        prediction, explanations = learned.model.answer(rows, own=own)
        assert prediction == learned.model.predict(rows, own=own)
        assert explanations == learned.model.explain(rows)
        assert prediction.causes[0]
        assert explanations[0].reasons
    assert learned.model.answer([]) == (learned.model.predict([]), [])


def test_a_claim_is_never_safer_than_its_worst_line(learned):
    for start in range(0, 300, 3):
        prediction = learned.model.predict(learned.rows[start : start + 3])
        assert prediction.claim_risk >= max(prediction.risks)


def test_a_claim_without_lines_has_no_risk(learned):
    prediction = learned.model.predict([])
    assert prediction.risks == ()
    assert prediction.claim_risk is None
    assert learned.model.explain([]) == []


def test_the_likely_codes_come_from_the_likely_reason(learned):
    word = learned.model.encoder.columns[learned.model.encoder.categorical_columns[0]]
    red, green = learned.model.predict([learned.rows[0] | {word: "red"}, learned.rows[0] | {word: "green"}]).causes
    assert red[0].carc == "197"
    assert red[0].reason.value == "authorization"
    assert green[0].carc == "97"
    for causes in (red, green):
        assert [c.probability for c in causes] == sorted((c.probability for c in causes), reverse=True)
        assert sum(c.probability for c in causes) == pytest.approx(1)


def test_a_model_of_simulated_claims_abstains_until_the_practice_has_its_own_decisions():
    card = ModelCard("denial", "1", simulated=True, min_decisions=200, min_payer_decisions=20)
    (without,) = abstentions(card, None)
    assert "no store of your own decisions" in without
    (few,) = abstentions(card, OwnDecisions(practice=199, payer=20))
    assert "199 of your own decisions" in few
    assert "needs 200" in few
    assert abstentions(card, OwnDecisions(practice=200, payer=20)) == ()


def test_a_model_abstains_on_a_payer_it_knows_too_little_of():
    card = ModelCard("denial", "1", simulated=False, min_payer_decisions=20)
    assert abstentions(card, None) == ()
    assert abstentions(card, OwnDecisions(practice=5000, payer=20)) == ()
    (why,) = abstentions(card, OwnDecisions(practice=5000, payer=19))
    assert why == "this payer has decided 19 of your lines; the model needs 20 to speak of it."


def test_abstention_stands_beside_the_numbers(learned):
    model = replace(learned.model, card=replace(learned.model.card, simulated=True))
    prediction = model.predict(learned.rows[:1])
    assert prediction.abstained
    assert 0 < prediction.risks[0] < 1


def test_a_model_of_other_features_is_refused(learned):
    other = replace(learned.model.card, fingerprint="0" * 12, features=("gone", *learned.model.card.features[1:]))
    with pytest.raises(FeaturesChanged) as refused:
        replace(learned.model, card=other)
    text = str(refused.value)
    assert "000000000000" in text
    assert "gone" in text
    assert learned.model.card.features[0] in text
    assert "cleanclaim train" in text
    assert refused.value.fields()["where"] == "model denial 7"


def test_a_code_that_stands_for_two_reasons_adds_up_and_names_the_likelier():
    pairs = (Pair("16", Reason.DOCUMENTATION), Pair("16", Reason.AUTHORIZATION), Pair("197", Reason.AUTHORIZATION))
    causes = CauseModel(pairs, (0.2, 0.25, 0.55))
    ((first, second),) = causes.rank(np.zeros((1, 3)))
    assert first == ("197", 0.55, Reason.AUTHORIZATION)
    assert second == ("16", pytest.approx(0.45), Reason.AUTHORIZATION)
    assert causes.rank_reasons(np.zeros((1, 3))) == [[Reason.AUTHORIZATION, Reason.DOCUMENTATION]]
    assert CauseModel().rank(np.zeros((2, 3))) == ((), ())


def test_of_codes_as_likely_the_first_comes_first_and_no_more_are_told_than_asked_for():
    pairs = tuple(Pair(carc, Reason.CODING) for carc in ("97", "16", "B7", "11", "4"))
    ((first, second, third),) = CauseModel(pairs, (0.1, 0.3, 0.1, 0.3, 0.2)).rank(np.zeros((1, 3)), most=3)
    assert [cause.carc for cause in (first, second, third)] == ["11", "16", "4"]
