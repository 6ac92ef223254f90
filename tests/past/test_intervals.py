"""How sure a counted share is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from past.intervals import wilson

# R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998) 857-872,
# table I, method 3 (the score interval without a correction).
NEWCOMBE = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("hits", "of", "low", "high"), NEWCOMBE)
def test_the_bounds_are_those_newcombe_prints(hits, of, low, high):
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_share_lies_within_its_bounds_and_they_within_0_and_1(counted):
    hits, of = counted
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of <= high <= 1
    assert high - low > 0
    assert wilson(of - hits, of) == pytest.approx((1 - high, 1 - low)), "what was missed mirrors what was hit"


def test_ten_times_as_many_of_the_same_share_are_surer():
    few, many = wilson(3, 10), wilson(30, 100)
    assert few.low < many.low < 0.3 < many.high < few.high


def test_nothing_counted_has_no_bounds():
    assert wilson(0, 0) is None


@pytest.mark.parametrize(("hits", "of"), [(-1, 3), (4, 3)])
def test_what_is_no_share_is_refused(hits, of):
    with pytest.raises(ValueError, match="is no share"):
        wilson(hits, of)
