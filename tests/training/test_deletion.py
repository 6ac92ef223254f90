"""What an explanation names first is what the model rests on: without it the risk falls most."""

import numpy as np
import pytest

from claims.reasons import Reason
from features.registry import FEATURES
from models.denial import DenialModel, Explanation
from training.deletion import deletion_metrics, without
from training.run import fit
from training.split import split_by_time


@pytest.fixture(scope="module")
def fitted(dataset):
    split = split_by_time(dataset.lines)
    return fit(dataset, split, seed=1, recorded={}, simulated=True), split.test


def test_without_the_strongest_reason_the_risk_falls_more_than_without_another(dataset, fitted):
    model, test = fitted
    found = deletion_metrics(model, dataset, test, seed=1)
    assert found["deletion.lines"] >= 50
    assert found["deletion.strongest_log_odds"] > found["deletion.next_log_odds"]
    assert found["deletion.strongest_log_odds"] > 3 * found["deletion.random_log_odds"]
    assert found["deletion.strongest_risk"] > found["deletion.random_risk"]
    assert found["deletion.strongest_wins"] > 0.9
    assert found == deletion_metrics(model, dataset, test, seed=1)


def test_explanations_told_backwards_fail_the_test(dataset, fitted, monkeypatch):
    """Else it would pass any explanation: here what lowers the risk is told as what raises it."""
    model, test = fitted
    honest = DenialModel.explain

    def backwards(self, rows):
        return [
            Explanation(
                w.base,
                w.log_odds,
                tuple(r._replace(log_odds=-r.log_odds) for r in reversed(w.reasons)),
            )
            for w in honest(self, rows)
        ]

    monkeypatch.setattr(DenialModel, "explain", backwards)
    found = deletion_metrics(model, dataset, test, seed=1)
    assert found["deletion.strongest_log_odds"] < found["deletion.random_log_odds"]
    assert found["deletion.strongest_wins"] < 0.5


def test_a_reason_taken_away_leaves_the_others_as_they_were(dataset):
    (row,) = dataset.rows(np.array([0]))
    typical = {name: "typical" if f.categorical else 99.0 for name, f in FEATURES.items()}
    changed = without(row, Reason.AUTHORIZATION, typical)
    for name, f in FEATURES.items():
        if f.reason is Reason.AUTHORIZATION:
            assert changed[name] == typical[name]
        else:
            assert changed[name] is row[name]


def test_where_nothing_can_be_taken_away_there_is_no_figure(dataset, fitted, monkeypatch):
    model, test = fitted
    monkeypatch.setattr(DenialModel, "explain", lambda _, rows: [Explanation(0.0, 0.0, ())] * len(rows))
    assert deletion_metrics(model, dataset, test, seed=1) == {}
