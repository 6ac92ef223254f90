"""Windows in time: train, calibration, test, with an embargo of the payers' lag between each two. Never random."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.errors import NotEnoughData

TRAIN, CALIBRATION = 0.65, 0.15  # of the days left after the embargoes; the test window is the rest
LEAST_DAYS = 40  # of the same
LEAST_DENIED = {"train": 30, "calibration": 10, "test": 10}

Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Window:
    """Submission days, both inclusive."""

    first: date
    last: date

    def ends(self) -> tuple[tuple[str, date], tuple[str, date]]:
        """Both days, each with its word."""
        return ("from", self.first), ("to", self.last)


@dataclass(frozen=True)
class Split:
    """Positions of the lines of each window; `left_out` counts the lines of the embargoes and those answered late."""

    train: Positions
    calibration: Positions
    test: Positions
    windows: dict[str, Window]
    embargo_days: int
    left_out: Counter[str]

    def days(self) -> dict[str, str]:
        """The windows as ISO days: `train_from`, `train_to`, ..."""
        return {f"{name}_{end}": day.isoformat() for name, w in self.windows.items() for end, day in w.ends()}


def lag_days(lines: pd.DataFrame, share: float = 0.95) -> int:
    """The days within which `share` of the lines got their first answer."""
    lags = np.sort((lines["known_on"] - lines["submitted"]).dt.days.to_numpy())
    return int(lags[max(int(np.ceil(share * len(lags))) - 1, 0)])


def split_by_time(lines: pd.DataFrame) -> Split:
    """Train on the oldest days, calibrate on later ones, test on the latest.

    A line of a window whose answer came only when the next window had begun is left out: on the day the model would
    have been fitted nobody knew it. Raises NotEnoughData.
    """
    if lines.empty:
        raise NotEnoughData(
            "training",
            found="no labelled line",
            needed="claims and their remittances",
            advice="Run `cleanclaim ingest`.",
        )
    embargo = lag_days(lines)
    windows = _windows(lines["submitted"].min().date(), lines["submitted"].max().date(), embargo)
    return split_at(lines, windows, embargo)


def split_at(lines: pd.DataFrame, windows: dict[str, Window], embargo: int) -> Split:
    """The lines of windows given, less those answered too late; `left_out` counts the lines of no window too.

    Raises NotEnoughData where a window holds too few denials.
    """
    submitted, known = lines["submitted"].dt.date.to_numpy(), lines["known_on"].dt.date.to_numpy()
    begins = {"train": windows["calibration"].first, "calibration": windows["test"].first, "test": date.max}
    left_out: Counter[str] = Counter()
    positions: dict[str, Positions] = {}
    for name, window in windows.items():
        inside = (submitted >= window.first) & (submitted <= window.last)
        late = inside & (known >= begins[name])
        left_out["answered after the next window began"] += int(late.sum())
        positions[name] = np.flatnonzero(inside & ~late)
    left_out["sent after the test window"] = int((submitted > windows["test"].last).sum())
    left_out["in an embargo"] = len(lines) - sum(len(p) for p in positions.values()) - left_out.total()
    for name, least in LEAST_DENIED.items():
        denied = int(lines["denied"].to_numpy()[positions[name]].sum())
        if denied < least or denied == len(positions[name]):
            raise NotEnoughData(
                f"the {name} window ({windows[name].first} to {windows[name].last})",
                found=f"{denied} denied of {len(positions[name])} lines",
                needed=f"{least} denied and some that were not",
                advice="Ingest more months of 837 and 835 files.",
            )
    return Split(positions["train"], positions["calibration"], positions["test"], windows, embargo, left_out)


def _windows(first: date, last: date, embargo: int) -> dict[str, Window]:
    days = (last - first).days + 1 - 2 * embargo
    if days < LEAST_DAYS:
        raise NotEnoughData(
            "training",
            found=f"answers to claims sent from {first} to {last}, with a payer lag of {embargo} days",
            needed=f"{LEAST_DAYS + 2 * embargo} days: three windows with the lag between each two",
            advice="Ingest more months of 837 and 835 files.",
        )
    train, calibration = int(days * TRAIN), int(days * CALIBRATION)
    test = first + timedelta(days=train + calibration + 2 * embargo)
    return windows_before(first, Window(test, last), embargo, calibration)


def windows_before(first: date, test: Window, embargo: int, calibration: int) -> dict[str, Window]:
    """All three windows of a test window: `calibration` days before it and all the days before those, lag between."""
    calibration_to = test.first - timedelta(days=embargo + 1)
    calibration_from = calibration_to - timedelta(days=calibration - 1)
    return {
        "train": Window(first, calibration_from - timedelta(days=embargo + 1)),
        "calibration": Window(calibration_from, calibration_to),
        "test": test,
    }
