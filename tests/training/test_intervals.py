import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from training import metrics
from training.intervals import Draws, Measured, measured, middle
from training.metrics import Ranking

DENIED = np.array([1, 0, 1, 0, 0, 1, 0, 0, 0, 0], dtype=float)
RISK = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.4, 0.2, 0.1, 0.1])  # with ties, two of them across denied and not
LOST = DENIED * np.array([100.0, 0, 60, 0, 0, 40, 0, 0, 0, 0])


def lines(count=600, patients=80, seed=3):
    rng = np.random.default_rng(seed)
    risk = rng.random(count).round(2)
    return (rng.random(count) < risk).astype(float), risk, rng.integers(0, patients, count), rng.random(count) * 100


def figures_of(denied, risk, lost):
    by_risk, bins = Ranking.of(risk), 10

    def compute(weights):
        ranked = by_risk.take(weights)
        out = metrics.rank_figures(by_risk, ranked, denied, {"recall": 0.8})
        out["dollars"] = metrics.shares_in_top(by_risk, ranked, lost, [0.1])[:, 0]
        out["ece"] = metrics.calibration_errors(by_risk, ranked, denied, risk, bins)
        return out

    return compute


def test_one_row_of_ones_gives_the_figures_of_sklearn():
    found = measured(Draws.of(np.arange(10), seed=1, draws=3), np.arange(10), figures_of(DENIED, RISK, LOST)).values
    assert found["pr_auc"] == pytest.approx(average_precision_score(DENIED, RISK))
    assert found["roc_auc"] == pytest.approx(roc_auc_score(DENIED, RISK))
    assert found["recall"] == pytest.approx(1 / 3)
    assert found["dollars"] == pytest.approx(0.5)


def test_drawn_weights_give_what_repeating_the_lines_gives():
    denied, risk, patients, lost = lines()
    draws = Draws.of(patients, seed=7, draws=25)
    found = draws.figures(patients, figures_of(denied, risk, lost))
    for row, times in enumerate(draws.times):
        drawn = np.repeat(np.arange(len(denied)), times[patients].astype(int))
        assert found["pr_auc"][row] == pytest.approx(average_precision_score(denied[drawn], risk[drawn]))
        assert found["roc_auc"][row] == pytest.approx(roc_auc_score(denied[drawn], risk[drawn]))
        assert found["recall"][row] == pytest.approx(metrics.recall_at_precision(denied[drawn], risk[drawn], 0.8))
        assert found["dollars"][row] == pytest.approx(metrics.share_in_top(lost[drawn], risk[drawn], 0.1))
        naive = metrics.expected_calibration_error(denied, risk, times[patients])
        assert found["ece"][row] == pytest.approx(naive)


def test_the_draws_do_not_depend_on_how_many_are_held_at_a_time(monkeypatch):
    denied, risk, patients, lost = lines()
    draws = Draws.of(patients, seed=7, draws=10)
    whole = draws.figures(patients, figures_of(denied, risk, lost))
    monkeypatch.setattr("training.intervals.AT_ONCE", 1500)
    parts = draws.figures(patients, figures_of(denied, risk, lost))
    for name, values in whole.items():
        np.testing.assert_array_equal(values, parts[name])


def test_every_draw_holds_as_many_patients_as_there_are_and_keeps_their_lines_together():
    patients = np.array([0, 0, 0, 1, 2, 2])
    draws = Draws.of(patients, seed=1, draws=50)
    assert (draws.times.sum(axis=1) == 3).all()
    assert len({tuple(row) for row in draws.times}) > 5
    weights = draws.figures(patients, lambda w: {"first": w[:, 0], "third": w[:, 2]})
    np.testing.assert_array_equal(weights["first"], weights["third"])


def test_the_interval_of_a_share_by_hand():
    patients = np.arange(400)
    denied = (patients % 4 == 0).astype(float)
    found = measured(Draws.of(patients, seed=2, draws=2000), patients, lambda w: {"share": w @ denied / w.sum(axis=1)})
    flat = found.flat()
    spread = 1.96 * math.sqrt(0.25 * 0.75 / 400)  # of the binomial, by its normal approximation
    assert flat["share"] == 0.25
    assert flat["share_low"] == pytest.approx(0.25 - spread, abs=0.006)
    assert flat["share_high"] == pytest.approx(0.25 + spread, abs=0.006)


def test_the_difference_of_a_model_to_itself_is_nothing_in_every_draw():
    denied, risk, patients, lost = lines()
    draws = Draws.of(patients, seed=7, draws=30)
    one, other = (measured(draws, patients, figures_of(denied, risk, lost)) for _ in range(2))
    for name, value in one.over(other).flat().items():
        assert value == 0.0, name


def test_the_interval_of_a_difference_is_narrower_than_those_of_its_parts():
    denied, risk, patients, lost = lines(count=3000, patients=300)
    noise = np.random.default_rng(1).normal(0, 0.03, len(risk))
    draws = Draws.of(patients, seed=7, draws=200)
    one, other = (measured(draws, patients, figures_of(denied, r, lost)) for r in (risk, risk + noise))
    low, high = (one.over(other).flat()[f"roc_auc_{end}"] for end in ("low", "high"))
    assert high - low < 0.5 * (one.flat()["roc_auc_high"] - one.flat()["roc_auc_low"])


def test_a_draw_in_which_a_figure_has_no_meaning_is_left_out():
    assert middle(np.array([math.nan, 0.5, 0.5])) == (0.5, 0.5)
    assert all(math.isnan(end) for end in middle(np.array([math.nan])))
    assert Measured({"a": 1.0}, {"a": np.ones(3)}).flat("x.") == {"x.a": 1.0, "x.a_low": 1.0, "x.a_high": 1.0}


def test_of_lines_ranked_equal_a_like_part_of_the_dollars_counts():
    lost = np.array([40.0, 0, 0, 0, 60, 0, 0, 0, 0, 0])
    assert metrics.share_in_top(lost, np.zeros(10), 0.2) == pytest.approx(0.2)  # whatever their order in the file
    assert metrics.share_in_top(lost, np.array([1.0] * 5 + [0] * 5), 0.2) == pytest.approx(2 / 5)


def test_lines_of_equal_risk_are_never_parted_between_the_groups_of_the_calibration_error():
    denied = np.array([1.0] * 10 + [0] * 90)  # in any order of the file, one constant risk is one group
    assert metrics.expected_calibration_error(denied, np.full(100, 0.3)) == pytest.approx(0.2)
    assert list(metrics.bin_starts(Ranking.of(np.full(100, 0.3)), 10)) == [0]
    assert len(metrics.bin_starts(Ranking.of(np.arange(100.0)), 10)) == 10
