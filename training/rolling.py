"""A way of training, tried again and again as time went on: at each origin fitted on what was known, then tested.

A single test window may be a lucky one. Here the last part of the history is cut into windows that follow each other;
for each the model and every baseline are fitted anew, on nothing that was not known on the window's first day, and the
lag of the payers lies between. Pooled figures rest on all those windows together.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd

from training.dataset import Dataset
from training.errors import NotEnoughData
from training.evaluate import Scored, together
from training.grading import Evaluation, grade, scored_with_baselines
from training.progress import Progress, silent
from training.rolled import Origin, Rolled
from training.run import fit
from training.split import CALIBRATION, LEAST_DAYS, TRAIN, Split, Window, lag_days, split_at, windows_before
from training.worth import Effort

TESTED = 0.5  # of the days left after the embargoes, at most, are cut into test windows
LEAST_TEST_DAYS = 7


def origins_of(lines: pd.DataFrame, count: int) -> tuple[list[dict[str, Window]], int]:
    """The windows of each origin, oldest first, and the days of the embargo. Raises NotEnoughData.

    The test windows follow each other to the last day. Each has the train window behind it that everything before it
    allows, and a calibration window of the same length throughout.
    """
    if lines.empty:
        raise NotEnoughData(
            "evaluation", found="no labelled line", needed="claims and their remittances",
            advice="Run `cleanclaim ingest`.",
        )  # fmt: skip
    first, last, embargo = lines["submitted"].min().date(), lines["submitted"].max().date(), lag_days(lines)
    days = (last - first).days + 1 - 2 * embargo
    test = int(days * min(1 - TRAIN - CALIBRATION, TESTED / count))
    calibration = int((days - count * test) * CALIBRATION / (TRAIN + CALIBRATION))
    if days < LEAST_DAYS or test < LEAST_TEST_DAYS or calibration < LEAST_TEST_DAYS:
        raise NotEnoughData(
            f"{count} origins",
            found=f"answers to claims sent from {first} to {last}, with a payer lag of {embargo} days",
            needed=f"{max(LEAST_DAYS, round(LEAST_TEST_DAYS * count / TESTED)) + 2 * embargo} days",
            advice="Ask for fewer origins (`--rolling 2`), or ingest more months of 837 and 835 files.",
        )
    begins = [last - timedelta(days=test * (count - n) - 1) for n in range(count)]
    ends = [*(begin - timedelta(days=1) for begin in begins[1:]), last]
    tests = [Window(begin, end) for begin, end in zip(begins, ends, strict=True)]
    return [windows_before(first, window, embargo, calibration) for window in tests], embargo


def roll(
    dataset: Dataset,
    *,
    origins: int = 4,
    seed: int = 1,
    simulated: bool = False,
    effort: Effort | None = None,
    truth: Path | None = None,
    progress: Progress | None = None,
) -> Rolled:
    """Fit and test at each origin. One whose windows hold too few denials is left out and says so.

    Raises NotEnoughData when no origin is left.
    """
    say = progress or silent
    windows, embargo = origins_of(dataset.lines, origins)
    done: list[Origin] = []
    parts: list[Scored] = []
    refusal: NotEnoughData | None = None
    for number, of in enumerate(windows, 1):
        say(f"origin {number} of {origins}: tested on claims sent from {of['test'].first} to {of['test'].last}")
        try:
            split = split_at(dataset.lines, of, embargo)
        except NotEnoughData as error:
            refusal = error
            say(f"origin {number} of {origins} is left out: {error}")
            done.append(Origin(of, refused=str(error)))
            continue
        part, evaluation = _one(dataset, split, seed=seed, simulated=simulated, effort=effort, truth=truth)
        parts.append(part)
        done.append(Origin(of, evaluation))
    if not parts:
        assert refusal is not None
        raise refusal
    say(f"figures of {sum(len(part.denied) for part in parts):,} test lines together")
    pooled = grade(together(parts), dataset, seed=seed, simulated=simulated, effort=effort, truth=truth)
    return Rolled(tuple(done), pooled, embargo)


def _one(
    dataset: Dataset, split: Split, *, seed: int, simulated: bool, effort: Effort | None, truth: Path | None
) -> tuple[Scored, Evaluation]:
    model = fit(dataset, split, seed=seed, recorded={}, simulated=simulated)
    scored = scored_with_baselines(model, dataset, split, seed)
    evaluation = grade(
        scored, dataset, seed=seed, simulated=simulated, effort=effort, truth=truth, model=model, split=split
    )
    return scored, evaluation
