"""The two maps from what the booster says to what we answer: of a line, and of a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds shown = slope x raw log-odds + intercept: linear, so attributions stay exactly additive.

    A negative slope would turn every declared direction round, so it is refused.
    """

    slope: float = 1.0
    intercept: float = 0.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.slope) and np.isfinite(self.intercept) and self.slope >= 0):
            raise ValueError(f"calibration slope {self.slope} and intercept {self.intercept}: slope must be 0 or more")

    def log_odds(self, raw: Vector) -> Vector:
        """The calibrated log-odds."""
        return self.slope * raw + self.intercept


@dataclass(frozen=True, slots=True)
class ClaimMap:
    """A claim's log-odds from its lines': a logistic map of the highest and of the noisy-or, never below the highest.

    Weights are not negative: a line that gets worse never makes its claim look better.
    """

    highest: float = 0.0
    noisy_or: float = 1.0
    intercept: float = 0.0

    def __post_init__(self) -> None:
        if not (self.highest >= 0 and self.noisy_or >= 0 and np.isfinite(self.intercept)):
            raise ValueError(f"claim map weights {self.highest} and {self.noisy_or} must be 0 or more")

    def log_odds(self, lines: Sequence[float] | Vector) -> float:
        """The claim's log-odds; `lines` are the calibrated log-odds of at least one line."""
        highest, either = claim_inputs(lines)
        return float(max(self.highest * highest + self.noisy_or * either + self.intercept, highest))


def claim_inputs(lines: Sequence[float] | Vector) -> tuple[float, float]:
    """The highest line's log-odds, and the log-odds that at least one line is denied were the lines independent."""
    values = np.asarray(lines, dtype=np.float64)
    log_none = -float(np.sum(np.logaddexp(0.0, values)))  # log of the chance that no line is denied
    return float(np.max(values)), float(np.log(-np.expm1(log_none)) - log_none)


def probability(log_odds: Vector) -> Vector:
    """The probability of log-odds, without overflow at either end."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -log_odds)), dtype=np.float64)
