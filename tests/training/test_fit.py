from dataclasses import replace

import numpy as np
import pytest

from features import FEATURES
from models.errors import FeaturesChanged
from tests.training.conftest import made_up_dataset
from training import metrics
from training.baselines import baselines, payer_code_rate
from training.evaluate import figures as figures_of
from training.evaluate import score
from training.fit import size_for
from training.run import fit
from training.split import split_by_time


@pytest.fixture(scope="module")
def split(dataset):
    return split_by_time(dataset.lines)


@pytest.fixture(scope="module")
def model(dataset, split):
    return fit(dataset, split, seed=1, recorded={"rules": "r1"}, simulated=True)


def test_training_twice_gives_the_same_bytes(dataset, split, model):
    again = fit(dataset, split, seed=1, recorded={}, simulated=True)
    assert again.booster.model_to_string() == model.booster.model_to_string()
    assert again.causes.booster.model_to_string() == model.causes.booster.model_to_string()
    assert (again.calibration, again.claim_map) == (model.calibration, model.claim_map)


def test_trees_are_few_and_small(model):
    trees = model.booster.dump_model()["tree_info"]
    assert len(trees) == size_for(1).trees
    assert max(t["num_leaves"] for t in trees) <= 15


def test_each_declared_direction_is_a_constraint_of_the_booster(model):
    text = model.booster.model_to_string()
    (line,) = [x for x in text.splitlines() if x.startswith("monotone_constraints=")]
    assert line == "monotone_constraints=" + " ".join(str(int(f.risk)) for f in FEATURES.values())


def test_the_model_says_its_windows_and_what_its_rows_were_computed_with(model, split):
    assert model.card.window["train_to"] == split.windows["train"].last.isoformat()
    assert model.card.window["test_from"] == split.windows["test"].first.isoformat()
    assert model.recorded == {"rules": "r1"}
    assert model.simulated


def test_what_there_is_to_learn_is_learned(dataset, split, model):
    scored = score(model, dataset, split.test)
    figures = figures_of(scored, seed=1)
    best = metrics.roc_auc(scored.denied, dataset.column("true", split.test))
    assert figures["roc_auc"] > 0.5 + 0.7 * (best - 0.5)
    assert figures["pr_auc_low"] > figures["base_rate"]
    assert figures["ece"] < 0.08
    assert figures["pr_auc_low"] <= figures["pr_auc"] <= figures["pr_auc_high"]
    assert figures["denied_or_reduced.base_rate"] == pytest.approx((scored.denied + scored.reduced).mean())
    assert figures["denied_or_reduced.pr_auc"] == metrics.pr_auc(scored.denied + scored.reduced, scored.risk)
    assert figures["claim.ece"] < 0.1
    assert figures["carc.top_1"] > 0.9


def test_shuffled_labels_teach_nothing():
    dataset = made_up_dataset(seed=9)
    rng = np.random.default_rng(0)
    lines = dataset.lines.assign(denied=rng.permutation(dataset.lines["denied"].to_numpy()))
    shuffled = replace(dataset, lines=lines)
    split = split_by_time(shuffled.lines)
    model = fit(shuffled, split, seed=1, recorded={}, simulated=True)
    raw = model.booster.predict(shuffled.matrix(model.encoder, split.test), raw_score=True)
    denied = shuffled.column("denied", split.test).astype(float)
    low, high = metrics.interval(metrics.roc_auc, denied, raw, shuffled.column("patient", split.test), seed=1)
    assert low < 0.5 < high


def test_nothing_of_the_calibration_or_the_test_window_reaches_the_booster(dataset, split, model):
    later = np.concatenate([split.calibration, split.test])
    denied = dataset.lines["denied"].to_numpy().copy()
    denied[later] = ~denied[later]
    features = dataset.features.copy()
    numbers = [n for n, f in FEATURES.items() if not f.categorical]
    features.loc[later, numbers] = 0.0
    other = replace(dataset, lines=dataset.lines.assign(denied=denied), features=features)
    changed = fit(other, split, seed=1, recorded={}, simulated=True)
    assert changed.booster.model_to_string() == model.booster.model_to_string()
    assert changed.calibration != model.calibration


def test_every_baseline_answers_every_test_line(dataset, split):
    for name, risk in baselines(dataset, split.train, split.test).items():
        assert risk.shape == split.test.shape, name
        assert np.isfinite(risk).all(), name
        if name != "rules_alone":
            assert ((risk >= 0) & (risk <= 1)).all(), name


def test_the_rate_of_payer_and_code_by_hand(dataset):
    lines = dataset.lines.iloc[:1000]
    seen, unseen = lines.iloc[[0]], lines.iloc[[0]].assign(payer="new", code="new")
    overall = lines["denied"].mean()
    of_code = lines[lines["code"] == seen["code"].iloc[0]]["denied"]
    of_pair = lines[(lines["code"] == seen["code"].iloc[0]) & (lines["payer"] == seen["payer"].iloc[0])]["denied"]
    by_code = (of_code.sum() + 20 * overall) / (len(of_code) + 20)
    assert payer_code_rate(lines, seen)[0] == pytest.approx((of_pair.sum() + 20 * by_code) / (len(of_pair) + 20))
    assert payer_code_rate(lines, unseen)[0] == pytest.approx(overall)


def test_a_model_of_other_features_cannot_be_built(model):
    with pytest.raises(FeaturesChanged):
        replace(model, card=replace(model.card, fingerprint="elsewhere"))


def test_more_train_lines_are_given_more_trees():
    assert [size_for(lines).trees for lines in (0, 4999, 5000, 29_999, 30_000, 10**6)] == [120, 120, 120, 120, 300, 300]
    assert size_for(4999).shape != size_for(5000).shape
