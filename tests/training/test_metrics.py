import math

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from training import metrics

DENIED = np.array([1, 0, 1, 0, 0, 1, 0, 0, 0, 0], dtype=float)
RISK = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05])


def test_the_areas_and_the_brier_score_are_those_of_sklearn():
    assert metrics.pr_auc(DENIED, RISK) == average_precision_score(DENIED, RISK)
    assert metrics.roc_auc(DENIED, RISK) == roc_auc_score(DENIED, RISK)
    assert metrics.brier(DENIED, RISK) == pytest.approx(brier_score_loss(DENIED, RISK))


def test_average_precision_by_hand():
    assert metrics.pr_auc(DENIED, RISK) == pytest.approx((1 / 1 + 2 / 3 + 3 / 6) / 3)


def test_a_constant_risk_scores_the_base_rate():
    assert metrics.pr_auc(DENIED, np.full(10, 0.3)) == pytest.approx(0.3)
    assert metrics.roc_auc(DENIED, np.full(10, 0.3)) == pytest.approx(0.5)


@pytest.mark.parametrize(("precision", "recall"), [(1.0, 1 / 3), (0.66, 2 / 3), (0.5, 1.0), (0.3, 1.0)])
def test_recall_at_precision_by_hand(precision, recall):
    assert metrics.recall_at_precision(DENIED, RISK, precision) == pytest.approx(recall)


def test_a_precision_out_of_reach_catches_nothing():
    assert metrics.recall_at_precision(1 - DENIED, RISK, 0.99) == 0.0


def test_calibration_error_by_hand():
    risk = np.array([0.2] * 5 + [0.8] * 5)
    denied = np.array([0, 0, 0, 0, 1, 1, 1, 0, 0, 0], dtype=float)
    assert metrics.expected_calibration_error(denied, risk, bins=2) == pytest.approx((0 + 0.4) / 2)


def test_calibration_error_agrees_with_the_curve_of_sklearn():
    rng = np.random.default_rng(3)
    risk = rng.random(1000)
    denied = (rng.random(1000) < risk**2).astype(float)
    share, mean = calibration_curve(denied, risk, n_bins=10, strategy="quantile")
    assert metrics.expected_calibration_error(denied, risk) == pytest.approx(np.abs(share - mean).mean(), abs=0.002)


def test_a_true_risk_has_hardly_any_calibration_error():
    rng = np.random.default_rng(4)
    risk = rng.random(20_000)
    assert metrics.expected_calibration_error((rng.random(20_000) < risk).astype(float), risk) < 0.015


def test_dollars_in_the_top_by_hand():
    lost = np.array([100.0, 0, 50, 0, 0, 50, 0, 0, 0, 0])
    assert metrics.share_in_top(lost, RISK, 0.1) == 0.5
    assert metrics.share_in_top(lost, RISK, 0.3) == 0.75
    assert math.isnan(metrics.share_in_top(np.zeros(10), RISK, 0.1))


def test_weights_count_a_line_as_often_as_it_was_drawn():
    weight = np.array([2.0, 1, 1, 0, 1, 1, 1, 1, 1, 1])
    drawn = np.repeat(np.arange(10), weight.astype(int))
    for measure in (metrics.pr_auc, metrics.roc_auc, metrics.brier):
        assert measure(DENIED, RISK, weight) == pytest.approx(measure(DENIED[drawn], RISK[drawn], None))


def test_lines_of_one_patient_make_the_interval_wider():
    rng = np.random.default_rng(5)
    risk = np.repeat(rng.random(100), 20)
    denied = np.repeat((rng.random(100) < risk[::20]).astype(float), 20)
    by_line = metrics.interval(metrics.roc_auc, denied, risk, np.arange(2000), seed=1)
    by_patient = metrics.interval(metrics.roc_auc, denied, risk, np.repeat(np.arange(100), 20), seed=1)
    assert by_patient[1] - by_patient[0] > 2 * (by_line[1] - by_line[0])
    assert by_patient[0] < metrics.roc_auc(denied, risk) < by_patient[1]


def test_only_a_payer_with_enough_lines_is_reported():
    payers = np.array(["P1"] * 150 + ["P2"] * 99)
    assert list(metrics.by_payer(np.zeros(249), np.full(249, 0.25), payers)) == ["P1"]
    assert metrics.by_payer(np.zeros(249), np.full(249, 0.25), payers)["P1"] == pytest.approx(0.25)


def test_top_k_by_hand():
    ranked = [["197", "16"], ["97", "16"], ["50"]]
    assert metrics.top_k(ranked, ["197", "16", "16"], 1) == pytest.approx(1 / 3)
    assert metrics.top_k(ranked, ["197", "16", "16"], 3) == pytest.approx(2 / 3)


def test_what_has_no_meaning_is_no_number():
    assert math.isnan(metrics.pr_auc(np.zeros(3), np.ones(3)))
    assert math.isnan(metrics.roc_auc(np.ones(3), np.ones(3)))
    assert math.isnan(metrics.top_k([], [], 1))
