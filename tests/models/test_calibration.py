import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calibration import Calibration, ClaimMap, claim_inputs, probability

log_odds = st.floats(-40, 40)


def test_calibration_is_linear_in_log_odds():
    assert Calibration(2.0, -1.0).log_odds(np.array([0.0, 1.5])).tolist() == [-1.0, 2.0]


@pytest.mark.parametrize("slope", [-0.1, math.nan, math.inf])
def test_a_slope_that_turns_directions_round_is_refused(slope):
    with pytest.raises(ValueError, match="slope must be 0 or more"):
        Calibration(slope, 0.0)


def test_a_negative_weight_of_the_claim_map_is_refused():
    with pytest.raises(ValueError, match="must be 0 or more"):
        ClaimMap(highest=-0.1)


def test_the_noisy_or_of_two_even_chances_is_three_quarters():
    highest, either = claim_inputs([0.0, 0.0])
    assert highest == 0.0
    assert either == pytest.approx(math.log(3))


@settings(deadline=None)
@given(st.lists(log_odds, min_size=1, max_size=12), st.floats(0, 3), st.floats(0, 3), st.floats(-5, 5))
def test_a_claim_is_never_below_its_worst_line(lines, highest, noisy_or, intercept):
    claim = ClaimMap(highest, noisy_or, intercept).log_odds(lines)
    assert math.isfinite(claim)
    assert claim >= max(lines)


@settings(deadline=None)
@given(st.lists(log_odds, min_size=1, max_size=8), st.data())
def test_a_worse_line_never_makes_a_better_claim(lines, data):
    claim_map = ClaimMap(0.6, 0.3, -0.4)
    i = data.draw(st.integers(0, len(lines) - 1))
    worse = [*lines]
    worse[i] += data.draw(st.floats(0, 10))
    assert claim_map.log_odds(worse) >= claim_map.log_odds(lines) - 1e-9


def test_probability_does_not_overflow():
    assert probability(np.array([-1000.0, 0.0, 1000.0])).tolist() == [0.0, 0.5, 1.0]
