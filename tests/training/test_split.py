from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from training.errors import NotEnoughData
from training.split import lag_days, split_by_time


def test_the_windows_follow_each_other_with_the_lag_between(dataset):
    split = split_by_time(dataset.lines)
    train, calibration, test = (split.windows[name] for name in ("train", "calibration", "test"))
    assert split.embargo_days == lag_days(dataset.lines) == 20
    assert calibration.first - train.last == timedelta(days=split.embargo_days + 1)
    assert test.first - calibration.last == timedelta(days=split.embargo_days + 1)
    assert (train.first, test.last) == (
        dataset.lines["submitted"].min().date(),
        dataset.lines["submitted"].max().date(),
    )


def test_no_line_is_in_two_windows_and_every_line_is_accounted_for(dataset):
    split = split_by_time(dataset.lines)
    used = np.concatenate([split.train, split.calibration, split.test])
    assert len(np.unique(used)) == len(used)
    assert len(used) + split.left_out.total() == len(dataset.lines)


def test_no_answer_of_a_window_came_after_the_next_window_began(dataset):
    split = split_by_time(dataset.lines)
    for name, following in (("train", "calibration"), ("calibration", "test")):
        known = dataset.lines["known_on"].iloc[getattr(split, name)].dt.date
        assert (known < split.windows[following].first).all()
    assert split.left_out["answered after the next window began"] > 0


def test_the_lines_of_a_claim_stay_together(dataset):
    split = split_by_time(dataset.lines)
    claims = [set(dataset.lines["claim"].iloc[p]) for p in (split.train, split.calibration, split.test)]
    assert not claims[0] & claims[1]
    assert not claims[1] & claims[2]


def test_the_order_of_the_lines_does_not_matter(dataset):
    shuffled = dataset.lines.sample(frac=1, random_state=4)
    split, again = split_by_time(dataset.lines), split_by_time(shuffled.reset_index(drop=True))
    assert again.windows == split.windows
    assert len(again.test) == len(split.test)


def test_too_short_a_time_is_said_in_days(dataset):
    short = dataset.lines[dataset.lines["submitted"] < pd.Timestamp("2025-02-20")]
    with pytest.raises(
        NotEnoughData, match=r"found answers to claims sent from 2025-01-01 .* lag of 20 days, needed 80"
    ):
        split_by_time(short)


def test_too_few_denials_are_said_by_window(dataset):
    lines = dataset.lines.assign(denied=False)
    with pytest.raises(NotEnoughData, match=r"the train window .*: found 0 denied of \d+ lines, needed 30 denied"):
        split_by_time(lines)
    with pytest.raises(NotEnoughData, match="no labelled line"):
        split_by_time(dataset.lines.iloc[:0])
