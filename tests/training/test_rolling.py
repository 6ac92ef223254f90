from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from tests.training.conftest import made_up_dataset
from training.errors import NotEnoughData
from training.report import artifacts, report
from training.rolling import origins_of, roll
from training.split import lag_days, split_at, split_by_time


@pytest.fixture(scope="module")
def rolled(dataset):
    return roll(dataset, origins=2, seed=1, simulated=True)


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_no_model_of_an_origin_learns_from_an_answer_known_on_its_first_day_or_later(dataset, count):
    windows, embargo = origins_of(dataset.lines, count)
    assert embargo == lag_days(dataset.lines)
    assert len(windows) == count
    for of in windows:
        split = split_at(dataset.lines, of, embargo)
        known, submitted = (dataset.lines[name].dt.date.to_numpy() for name in ("known_on", "submitted"))
        assert (known[split.train] < of["calibration"].first).all()
        assert (known[split.calibration] < of["test"].first).all()
        assert (submitted[split.test] >= of["test"].first).all()
        assert (of["test"].first - of["calibration"].last).days - 1 == embargo
        assert (of["calibration"].first - of["train"].last).days - 1 == embargo
        assert submitted[split.train].max() < of["test"].first - timedelta(days=2 * embargo)


def test_an_answer_that_came_late_is_left_out_of_training(dataset):
    windows, embargo = origins_of(dataset.lines, 2)
    late = dataset.lines.copy()
    split = split_at(late, windows[0], embargo)
    one = split.train[0]
    late.loc[one, "known_on"] = np.datetime64(windows[0]["test"].first)
    again = split_at(late, windows[0], embargo)
    assert one not in again.train
    assert len(again.train) == len(split.train) - 1


def test_every_line_of_an_origin_is_used_or_counted_as_left_out(dataset):
    windows, embargo = origins_of(dataset.lines, 3)
    for of in windows:
        split = split_at(dataset.lines, of, embargo)
        used = len(split.train) + len(split.calibration) + len(split.test)
        assert used + split.left_out.total() == len(dataset.lines)
        later = (dataset.lines["submitted"].dt.date > of["test"].last).sum()
        assert split.left_out["sent after the test window"] == later


def test_the_test_windows_follow_each_other_to_the_last_day(dataset):
    windows, _ = origins_of(dataset.lines, 4)
    tests = [of["test"] for of in windows]
    for earlier, later in pairwise(tests):
        assert later.first == earlier.last + timedelta(days=1)
    assert tests[-1].last == dataset.lines["submitted"].max().date()
    assert len({(w.last - w.first).days for w in tests}) == 1
    assert {of["train"].first for of in windows} == {dataset.lines["submitted"].min().date()}


def test_one_origin_is_the_split_of_training(dataset):
    (one,), _ = origins_of(dataset.lines, 1)
    trained = split_by_time(dataset.lines).windows
    for name, window in one.items():
        assert abs((window.first - trained[name].first).days) <= 1, name  # a day by rounding
        assert abs((window.last - trained[name].last).days) <= 1, name


def test_the_pooled_figures_rest_on_all_test_lines(dataset, rolled):
    parts = [origin.evaluation.figures for origin in rolled.origins]
    assert rolled.pooled.figures["lines"] == sum(part["lines"] for part in parts)
    assert rolled.pooled.figures["denied"] == sum(part["denied"] for part in parts)
    pooled = rolled.pooled.figures
    brier = sum(part["brier"] * part["lines"] for part in parts) / pooled["lines"]
    assert pooled["brier"] == pytest.approx(brier)
    assert pooled["patients"] <= sum(part["patients"] for part in parts)
    assert pooled["over.base_rate.pr_auc_low"] > 0
    assert rolled.pooled.days["test_from"] >= rolled.origins[0].windows["test"].first.isoformat()


def test_the_future_of_an_origin_never_changes_its_figures(dataset, rolled):
    later = (dataset.lines["submitted"].dt.date > rolled.origins[0].windows["test"].last).to_numpy()
    denied = dataset.lines["denied"].to_numpy().copy()
    denied[later] = ~denied[later]
    other = roll(replace(dataset, lines=dataset.lines.assign(denied=denied)), origins=2, seed=1, simulated=True)
    assert other.origins[0].evaluation.figures == rolled.origins[0].evaluation.figures
    assert other.origins[1].evaluation.figures != rolled.origins[1].evaluation.figures


def test_an_origin_without_denials_is_left_out_and_says_so(dataset):
    windows, _ = origins_of(dataset.lines, 2)
    first = windows[0]["calibration"]  # the train window of the other
    inside = dataset.lines["submitted"].dt.date.between(first.first, first.last).to_numpy()
    lines = dataset.lines.assign(denied=dataset.lines["denied"] & ~inside)
    said = []
    rolled = roll(replace(dataset, lines=lines), origins=2, seed=1, progress=said.append)
    assert rolled.origins[0].evaluation is None
    assert "0 denied of" in rolled.origins[0].refused
    assert any("is left out" in words for words in said)
    assert rolled.pooled.figures["lines"] == rolled.origins[1].evaluation.figures["lines"]
    page = report(rolled.pooled, title="Origins", rolled=rolled)
    assert "Left out: the calibration window" in page


def test_too_many_origins_for_the_time_are_refused_in_a_sentence(dataset):
    with pytest.raises(NotEnoughData, match=r"60 origins: found answers to claims sent from .* fewer origins"):
        origins_of(dataset.lines, 60)
    with pytest.raises(NotEnoughData, match="no labelled line"):
        origins_of(dataset.lines.iloc[:0], 2)
    never = dataset.lines.assign(denied=False)
    with pytest.raises(NotEnoughData, match="0 denied of"):
        roll(replace(dataset, lines=never), origins=2)


def test_a_short_history_is_refused_in_days():
    short = made_up_dataset(count=400)
    lines = short.lines[short.lines["submitted"].dt.date < date(2025, 2, 10)].reset_index(drop=True)
    with pytest.raises(NotEnoughData, match="days"):
        origins_of(lines, 2)


def test_the_rolling_plot_and_its_table_are_in_the_report(rolled):
    files = artifacts(rolled.pooled, rolled, "Origins")
    assert "plots/rolling.svg" in files
    assert "As time went on" in files["report.html"]
    for origin in rolled.origins:
        assert origin.windows["test"].first.isoformat() in files["report.html"]
