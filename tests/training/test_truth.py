import numpy as np
import pandas as pd
import pytest

from features.registry import FEATURES
from simulator.reference import mechanisms
from training import metrics
from training.run import fit
from training.split import split_by_time
from training.truth import RISKIEST, fidelity_metrics, share_attained, truth_metrics


@pytest.fixture
def told(dataset, tmp_path):
    """The made-up dataset's own true chances, as the simulator writes them; the full truth knows the outcome."""
    lines = dataset.lines.drop_duplicates(["claim_id", "submitted", "line"], keep=False)
    truth = pd.DataFrame(
        {
            "claim_id": lines["claim_id"],
            "submitted_on": lines["submitted"].dt.date,
            "line": lines["line"],
            "p_denied": np.where(lines["denied"], 0.9, 0.1),
            "p_shown": lines["true"],
        }
    )
    truth.to_parquet(tmp_path / "truth.parquet")
    return lines, tmp_path / "truth.parquet"


def test_the_true_chance_attains_all_of_itself(told):
    lines, path = told
    figures = truth_metrics(lines, lines["true"].to_numpy(), path)
    assert figures["truth.matched"] == 1.0
    assert figures["truth.shown.share_attained"] == pytest.approx(1.0)
    assert figures["truth.shown.pr_auc"] == pytest.approx(metrics.pr_auc(lines["denied"], lines["true"]))
    assert figures["truth.full.pr_auc"] == 1.0
    assert 0 < figures["truth.full.share_attained"] < 1


def test_a_model_that_knows_nothing_attains_nothing(told):
    lines, path = told
    figures = truth_metrics(lines, np.full(len(lines), 0.2), path)
    assert figures["truth.shown.share_attained"] == pytest.approx(0.0, abs=1e-9)


def test_a_line_the_truth_does_not_name_alone_is_left_out_and_counted(told, dataset):
    _, path = told
    truth = pd.read_parquet(path)
    doubled = pd.concat([truth, truth.iloc[:100]])
    doubled.to_parquet(path)
    lines = dataset.lines
    figures = truth_metrics(lines, lines["true"].to_numpy(), path)
    assert figures["truth.matched"] == pytest.approx((len(truth) - 100) / len(lines))
    assert truth_metrics(lines.assign(claim_id="other"), lines["true"].to_numpy(), path) == {"truth.matched": 0.0}


def test_the_share_attained_has_an_interval_by_patient(told):
    lines, path = told
    risk = lines["true"].to_numpy() + np.random.default_rng(3).normal(0, 0.1, len(lines))
    figures = truth_metrics(lines, risk, path)
    low, high = figures["truth.shown.share_attained_low"], figures["truth.shown.share_attained_high"]
    assert 0 < low < figures["truth.shown.share_attained"] < high
    assert figures == truth_metrics(lines, risk, path, seed=1)
    assert figures != truth_metrics(lines, risk, path, seed=2)


def test_a_weight_counts_a_line_again():
    denied = np.array([1.0, 0.0, 0.0, 1.0])
    ranked = np.array([[0.6, 0.9], [0.7, 0.1], [0.1, 0.2], [0.3, 0.8]])
    twice = np.array([0, 0, 1, 2, 3])
    assert share_attained(denied, ranked, np.array([2.0, 1, 1, 1])) == pytest.approx(
        share_attained(denied[twice], ranked[twice])
    )


@pytest.fixture(scope="module")
def explained(dataset):
    """A model, its answers on the test window, and for each denied line of the riskiest tenth the Reasons it names."""
    split = split_by_time(dataset.lines)
    model = fit(dataset, split, seed=1, recorded={}, simulated=True)
    risk = np.array([r for row in dataset.rows(split.test) for r in model.predict([row]).risks])
    top = split.test[(risk >= np.quantile(risk, 1 - RISKIEST)) & dataset.column("denied", split.test).astype(bool)]
    named = {at: [s.reason.value for s in model.explain(list(dataset.rows(np.array([at]))))[0].reasons] for at in top}
    return model, split.test, risk, named


def planted(dataset, explained, path, root, *, mechanism="late", visible=True):
    """The figures when every denied line's root is what `root` makes of the Reasons its explanation names."""
    model, positions, risk, named = explained
    lines = dataset.lines.iloc[positions]
    rows = pd.DataFrame(
        {
            "claim_id": lines["claim_id"],
            "submitted_on": lines["submitted"].dt.date,
            "line": lines["line"],
            "mechanism": mechanism,
            "visible": visible,
            "root": [root(named[at]) if at in named else "other" for at in positions],
        }
    )
    rows.to_parquet(path)
    return fidelity_metrics(model, dataset, positions, risk, path)


def test_an_explanation_that_names_the_planted_cause_is_faithful(dataset, explained, tmp_path):
    figures = planted(dataset, explained, tmp_path / "truth.parquet", lambda named: f"other {named[0]}")
    counted = figures["truth.fidelity.lines"]
    assert 5 < counted <= len(explained[3])
    assert figures["truth.fidelity.top_1"] == figures["truth.fidelity.top_1_low"] == 1.0
    assert figures["truth.fidelity.top_3"] == figures["truth.fidelity.without_quirks.top_1"] == 1.0
    assert figures["truth.fidelity.without_quirks.lines"] == counted
    assert figures["truth.fidelity.invisible.lines"] == 0.0


def test_a_cause_named_second_counts_among_three_and_not_as_the_first(dataset, explained, tmp_path):
    figures = planted(dataset, explained, tmp_path / "truth.parquet", lambda named: named[1])
    assert figures["truth.fidelity.top_1"] == 0.0
    assert figures["truth.fidelity.top_3"] > 0.5


def test_a_reason_that_nobody_named_is_not_counted(dataset, explained, tmp_path):
    unspoken = next(r for r in ("timely_filing", "other") if not any(r in named for named in explained[3].values()))
    figures = planted(dataset, explained, tmp_path / "truth.parquet", lambda _: unspoken)
    assert figures["truth.fidelity.top_3"] == figures["truth.fidelity.top_3_high"] == 0.0


def test_habits_of_payers_and_causes_that_do_not_show_stand_apart(dataset, explained, tmp_path):
    path = tmp_path / "truth.parquet"
    quirks = planted(dataset, explained, path, lambda named: named[0], mechanism="quirk")
    assert quirks["truth.fidelity.lines"] > quirks["truth.fidelity.without_quirks.lines"] == 0.0
    hidden = planted(dataset, explained, path, lambda named: named[0], visible=False)
    assert hidden["truth.fidelity.lines"] == 0.0
    assert hidden["truth.fidelity.invisible.lines"] > 5
    assert hidden["truth.fidelity.invisible.top_1"] == 1.0


def test_a_cause_nobody_could_foresee_is_no_test_of_an_explanation(dataset, explained, tmp_path):
    figures = planted(dataset, explained, tmp_path / "truth.parquet", lambda _: "", mechanism="noise")
    assert figures["truth.fidelity.lines"] == figures["truth.fidelity.invisible.lines"] == 0.0


def test_a_truth_file_without_causes_says_nothing_of_fidelity(dataset, explained, told):
    model, positions, risk, _ = explained
    assert fidelity_metrics(model, dataset, positions, risk, told[1]) == {}


def test_every_root_can_be_spoken_by_a_feature():
    """But for those only the record or the payer's own books show, which no explanation can name."""
    spoken = {feature.reason for feature in FEATURES.values()}
    for mechanism in mechanisms().values():
        if mechanism.visible:
            assert spoken & set(mechanism.root), mechanism.name
