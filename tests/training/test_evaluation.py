"""What an evaluation holds, by hand and on the made-up dataset."""

from dataclasses import replace

import numpy as np
import pytest

from training import metrics
from training.baselines import RULE_FEATURES, without_rules
from training.dataset import age_band
from training.evaluate import Scored, error_by_chance, figures, score, together
from training.grading import grade, scored_with_baselines
from training.run import fit
from training.slices import slices
from training.split import split_by_time
from training.worth import CHARGE, MODEL, NO_ORDER, RULES, Claims, Effort, expected_gain, net_dollars, worth


@pytest.fixture(scope="module")
def split(dataset):
    return split_by_time(dataset.lines)


@pytest.fixture(scope="module")
def model(dataset, split):
    return fit(dataset, split, seed=1, recorded={}, simulated=True)


@pytest.fixture(scope="module")
def scored(model, dataset, split):
    return scored_with_baselines(model, dataset, split, 1)


def made(claims, denied, risk, charge, worst=None, claim_risk=None, patients=None):
    """Scored lines by hand."""
    claims, denied, risk, charge = (np.array(v) for v in (claims, denied, risk, charge))
    count = len(claims)
    risk, denied, charge = risk.astype(float), denied.astype(float), charge.astype(float)
    return Scored(
        positions=np.arange(count), denied=denied, risk=risk, log_odds=np.log(risk / (1 - risk)), charge=charge,
        lost=denied * charge, reduced=np.zeros(count),
        worst_rule=np.zeros(count) if worst is None else np.array(worst, dtype=float), claims=claims,
        patients=claims if patients is None else np.array(patients), payers=np.array(["P1"] * count),
        claim_risk=risk if claim_risk is None else np.array(claim_risk, dtype=float),
        groups={"payer": np.array(["P1"] * count)},
    )  # fmt: skip


def test_every_headline_figure_has_an_interval_around_it(scored):
    found = figures(scored, seed=1)
    names = ["pr_auc", "roc_auc", "brier", "claim.pr_auc", "claim.brier", "carc.top_1", "reason.top_3"]
    names += [f"dollars_in_top_{share}" for share in (5, 10, 20)]
    for name in names:
        assert found[f"{name}_low"] <= found[name] <= found[f"{name}_high"], name
    for name in [*(f"recall_at_precision_{p}" for p in (80, 90, 95)), "ece", "claim.ece", "ece_payer.P1"]:
        assert found[f"{name}_low"] <= found[f"{name}_high"], name
    assert found["pr_auc"] == pytest.approx(metrics.pr_auc(scored.denied, scored.risk))
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc(scored.denied, scored.risk))


def test_every_baseline_is_measured_and_compared_on_the_same_draws(scored):
    found = figures(scored, seed=1)
    for name in ("base_rate", "payer_code_rate", "rules_alone", "logistic_regression", "without_rules"):
        assert found[f"over.{name}.pr_auc"] == pytest.approx(found["pr_auc"] - found[f"baseline.{name}.pr_auc"])
        assert found[f"over.{name}.pr_auc_low"] <= found[f"over.{name}.pr_auc_high"]
    assert found["over.base_rate.pr_auc_low"] > 0
    assert "over.rules_alone.brier" not in found, "a severity is no probability"


def test_a_way_that_is_the_model_itself_differs_by_nothing(scored):
    found = figures(replace(scored, others={"twin": scored.risk.copy()}), seed=1)
    compared = {name: value for name, value in found.items() if name.startswith("over.twin.")}
    assert len(compared) == 18
    assert set(compared.values()) == {0.0}


def test_the_model_without_rules_never_sees_a_finding(model, dataset, split):
    assert len(RULE_FEATURES) == 14
    features = dataset.features.copy()
    features[list(RULE_FEATURES)] = np.random.default_rng(1).integers(0, 5, (len(features), len(RULE_FEATURES)))
    told = replace(dataset, features=features)
    np.testing.assert_array_equal(without_rules(model, dataset, split, 1), without_rules(model, told, split, 1))
    assert (model.line_log_odds(told.matrix(model.encoder, split.test)) != 0).any()


def test_a_matrix_of_the_frame_is_that_of_the_rows(model, dataset, split):
    some = split.test[::7]
    by_row, _ = model.encoder.matrix(list(dataset.rows(some)))
    np.testing.assert_array_equal(dataset.matrix(model.encoder, some), by_row)
    assert dataset.matrix(model.encoder, some[:0]).shape == (0, len(model.encoder.columns))


def test_a_claim_is_denied_where_any_of_its_lines_is():
    found = figures(
        made([0, 0, 1, 2], [1, 0, 0, 0], [0.6, 0.2, 0.3, 0.1], [10, 10, 10, 10], None, [0.7, 0.7, 0.3, 0.1]), 1
    )
    assert found["claim.count"] == 3
    assert found["claim.base_rate"] == pytest.approx(1 / 3)
    assert found["claim.brier"] == pytest.approx((0.3**2 + 0.3**2 + 0.1**2) / 3)


def test_the_hits_of_causes_by_hand(scored):
    denied = scored.denied > 0
    found = figures(scored, seed=1)
    assert found["carc.top_1"] == pytest.approx(scored.hits["carc.top_1"][denied].mean())
    assert np.isnan(scored.hits["carc.top_1"][~denied]).all()


def test_windows_put_together_keep_claims_apart_and_patients_together(scored):
    both = together([scored, scored])
    assert len(both.denied) == 2 * len(scored.denied)
    assert len(np.unique(both.claims)) == 2 * len(np.unique(scored.claims))
    assert set(both.patients) == set(scored.patients)
    assert set(both.others) == set(scored.others)
    once, twice = figures(scored, seed=1), figures(both, seed=1)
    assert twice["pr_auc"] == pytest.approx(once["pr_auc"])
    assert twice["pr_auc_low"] == pytest.approx(once["pr_auc_low"]), "no more patients, so no more certainty"


def test_exact_chances_show_the_error_that_luck_makes():
    risk = np.random.default_rng(2).random(2000)
    denied = (np.random.default_rng(3).random(2000) < risk).astype(float)
    by_chance = error_by_chance(risk, 10, seed=1)
    assert metrics.expected_calibration_error(denied, risk) == pytest.approx(by_chance, abs=0.015)
    assert error_by_chance(np.repeat(risk, 20), 10, seed=1) < 0.5 * by_chance


def test_groups_are_counted_and_those_too_small_say_so(scored):
    groups = slices(scored, seed=1)
    assert {g.kind for g in groups} == {"payer", "procedure family", "payer type", "age band", "sex", "patients"}
    for kind in ("payer", "sex", "age band"):
        assert sum(g.lines for g in groups if g.kind == kind) == len(scored.denied)
        assert sum(g.denied for g in groups if g.kind == kind) == scored.denied.sum()
    women = next(g for g in groups if g.name == "F")
    of = scored.groups["sex"] == "F"
    assert women.figures["pr_auc"] == pytest.approx(metrics.pr_auc(scored.denied[of], scored.risk[of]))
    assert women.figures["base_rate_low"] < women.figures["base_rate"] < women.figures["base_rate_high"]
    few = replace(scored, groups={"payer": np.where(np.arange(len(scored.denied)) < 7, "tiny", "rest")})
    tiny = next(g for g in slices(few, seed=1) if g.name == "tiny")
    assert tiny.note == "too small to judge: 7 lines, 100 are needed"
    assert "pr_auc" not in tiny.figures
    none = replace(scored, denied=np.zeros(len(scored.denied)))
    assert all("too few denials to judge: 0" in g.note for g in slices(none, seed=1) if g.lines >= 100)


def test_age_and_sex_are_no_inputs_of_the_model(model, dataset):
    assert not {"age_band", "sex", "age"} & set(model.encoder.columns)
    assert not {"age_band", "sex", "age"} & set(dataset.features.columns)
    assert not any(word in name for name in model.encoder.columns for word in ("_age", "age_", "_sex", "sex_"))


@pytest.mark.parametrize(
    ("born", "band"),
    [("2010-01-01", "under 18"), ("2008-03-02", "18-44"), ("1981-03-03", "18-44"), ("1961-03-03", "45-64"),
     ("1961-03-02", "65-79"), ("1930-05-05", "80 and over"), ("2027-01-01", "unknown"), (None, "unknown")],
)  # fmt: skip
def test_the_band_of_an_age_by_hand(born, band):
    from datetime import date

    from claims.claim import Person

    patient = Person(birth_date=date.fromisoformat(born) if born else None)
    assert age_band(patient, date(2026, 3, 2)) == band


EFFORT = Effort(minutes_per_claim=6, hourly_cost=50, rework_cost=40, lost_share=0.25, fixable=0.5)  # $5 a claim


def test_what_a_claim_is_worth_by_hand():
    lines = made([0, 0, 1], [1, 0, 0], [0.5, 0.1, 0.2], [200, 100, 50], [3, 0, 1], [0.6, 0.6, 0.2])
    claims = Claims.of(lines)
    assert claims.denied.tolist() == [1, 0]
    assert claims.lost.tolist() == [200, 0]
    assert claims.expected.tolist() == [pytest.approx(110), pytest.approx(10)]
    assert claims.worst.tolist() == [3, 1]
    assert EFFORT.cost == pytest.approx(5)
    gain = expected_gain(claims, EFFORT)
    assert gain.tolist() == [pytest.approx(0.5 * (0.6 * 40 + 0.25 * 110)), pytest.approx(0.5 * (0.2 * 40 + 0.25 * 10))]
    assert net_dollars(claims, EFFORT).tolist() == [pytest.approx(0.5 * (40 + 50) - 5), pytest.approx(-5)]


def test_what_is_caught_at_a_capacity_by_hand():
    denied = [1, 0, 1, 0, 0, 0, 0, 0, 0, 0] * 2
    risk = [0.9, 0.8, 0.1, *([0.05] * 7)] * 2
    found = worth(made(range(20), denied, risk, [100] * 20, [4, 0, 0, 3, *([0] * 6)] * 2), EFFORT, seed=1)
    rows = {(row.way, row.capacity): row for row in found.caught}
    ten = rows[MODEL, "the first 10 % of claims"]
    assert (ten.claims, ten.lines) == (2, 2)
    assert ten.figures["precision"] == 1.0
    assert ten.figures["denials"] == ten.figures["dollars"] == pytest.approx(0.5)
    assert ten.figures["dollars_caught"] == 200
    assert ten.figures["net"] == pytest.approx(2 * (0.5 * (40 + 25) - 5))
    twenty = rows[MODEL, "the first 20 % of claims"]
    assert twenty.figures["precision"] == 0.5
    flagged = rows[RULES, "a finding that says deny or reject"]
    assert flagged.claims == 4
    assert flagged.figures["precision"] == 0.5
    paying = rows[MODEL, "expected gain above its cost"]
    gain = {0.9: 0.9 * 20 + 0.125 * 90, 0.8: 0.8 * 20 + 0.125 * 80, 0.1: 0.1 * 20 + 0.125 * 10, 0.05: 1.625}
    assert paying.claims == 2 * sum(value > 5 for value in gain.values()) == 4
    assert found.curves[MODEL][0] == 0
    assert (
        found.curves[MODEL][-1] == pytest.approx(found.curves[RULES][-1]) == pytest.approx(found.curves[NO_ORDER][-1])
    )
    assert found.best_net == found.curves[MODEL].max() >= ten.figures["net"]
    assert {row.way for row in found.caught} == {MODEL, RULES, CHARGE}


def test_work_that_costs_nothing_is_worth_doing_on_every_claim(scored):
    free = worth(scored, Effort(minutes_per_claim=0), seed=1)
    assert free.best_net == pytest.approx(free.curves[MODEL][-1])
    dear = worth(scored, Effort(minutes_per_claim=6000), seed=1)
    assert dear.best_share == 0
    none = next(row for row in dear.caught if row.capacity == "expected gain above its cost")
    assert none.claims == 0
    assert none.figures["net"] == 0
    assert "precision" not in none.figures, "of no claim looked at there is no share"


def test_one_payer_is_enough(dataset):
    lines = dataset.lines.assign(payer="ONLY")
    alone = replace(dataset, lines=lines)
    split = split_by_time(alone.lines)
    model = fit(alone, split, seed=1, recorded={}, simulated=True)
    found = grade(scored_with_baselines(model, alone, split, 1), alone, seed=1, simulated=True, split=split)
    assert [g.name for g in found.groups if g.kind == "payer"] == ["ONLY"]
    assert found.figures["ece_payer_worst"] == pytest.approx(found.figures["ece_payer.ONLY"])
    assert found.figures["pr_auc"] > found.figures["base_rate"]


def test_a_window_of_a_few_lines_is_graded_without_a_number_that_is_none():
    tiny = made([0, 1, 2], [1, 0, 0], [0.6, 0.3, 0.2], [10, 20, 30])
    found = figures(tiny, seed=1)
    assert all(np.isfinite(value) for value in found.values())
    assert [g.note for g in slices(tiny, seed=1)] == ["too small to judge: 3 lines, 100 are needed"]
    assert worth(tiny, Effort(), seed=1).claims == 3


def test_the_figures_do_not_depend_on_the_order_of_the_lines(model, dataset, split):
    one = figures(score(model, dataset, split.test), seed=1)
    back = figures(score(model, dataset, split.test[::-1]), seed=1)
    for name in ("pr_auc", "roc_auc", "brier", "dollars_in_top_10", "claim.pr_auc", "claim.brier"):
        assert one[name] == pytest.approx(back[name]), name
