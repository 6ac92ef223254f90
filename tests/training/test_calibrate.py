import numpy as np
import pytest

from models.calibration import probability
from training.calibrate import claim_table, fit_calibration, fit_claim_map
from training.metrics import expected_calibration_error

RNG = np.random.default_rng(8)


def test_the_map_finds_back_what_distorted_the_log_odds():
    true = RNG.normal(-1.5, 1.5, 40_000)
    denied = (RNG.random(40_000) < probability(true)).astype(float)
    found = fit_calibration((true + 0.7) / 0.4, denied)
    assert found.slope == pytest.approx(0.4, abs=0.02)
    assert found.intercept == pytest.approx(-0.7, abs=0.05)


def test_a_booster_that_ranks_backwards_is_given_no_say():
    raw = RNG.normal(0, 1, 2000)
    denied = (RNG.random(2000) < probability(-raw)).astype(float)
    found = fit_calibration(raw, denied)
    assert found.slope == 0
    assert probability(found.log_odds(raw)) == pytest.approx(denied.mean())


def test_the_claim_table_by_hand():
    inputs, denied = claim_table(np.array([0.0, 1.0, -1.0]), np.array([0.0, 0.0, 1.0]), np.array([5, 9, 5]))
    assert inputs[:, 0].tolist() == [0.0, 1.0]
    assert denied.tolist() == [1.0, 0.0]


def test_the_risk_of_a_claim_is_calibrated_where_its_lines_hang_together():
    claims = np.repeat(np.arange(8000), 3)
    log_odds = np.repeat(RNG.normal(-2, 1.2, 8000), 3) + RNG.normal(0, 0.2, 24_000)
    luck = np.repeat(RNG.random(8000), 3)  # one draw a claim: its lines are denied together
    denied = (luck < probability(log_odds)).astype(float)
    inputs, labels = claim_table(log_odds, denied, claims)
    fitted = fit_claim_map(log_odds, denied, claims)
    risk = probability(np.array([fitted.log_odds(part) for part in np.split(log_odds, 8000)]))
    independent = probability(inputs[:, 1])
    assert expected_calibration_error(labels, risk) < 0.02
    assert expected_calibration_error(labels, independent) > 0.1


@pytest.mark.parametrize("seed", range(5))
def test_the_weights_of_the_claim_map_are_never_negative(seed):
    rng = np.random.default_rng(seed)
    fitted = fit_claim_map(rng.normal(0, 1, 300), (rng.random(300) < 0.3).astype(float), np.repeat(np.arange(100), 3))
    assert fitted.highest >= 0
    assert fitted.noisy_or >= 0
