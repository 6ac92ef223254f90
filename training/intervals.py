"""Intervals by patient: whole patients are drawn with replacement, once for all measures of a window.

Lines of one patient are alike (one diagnosis, one payer, one missing authorization), so they are drawn together; an
interval by line would be too narrow. Because every measure and every way of scoring sees the very same draws, the
difference of two ways has an interval of its own, much narrower than the two intervals side by side suggest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.metrics import Vector, Weights

DRAWS = 400
MIDDLE = (0.025, 0.975)  # an interval holds the middle 95 % of the draws
AT_ONCE = 2_000_000  # weights in memory at a time

Places = NDArray[np.intp]
Figures = dict[str, Vector]


@dataclass(frozen=True)
class Draws:
    """How often each patient is drawn: a row a draw, a column a patient."""

    times: NDArray[np.float64]

    @classmethod
    def of(cls, patients: Places, *, seed: int, draws: int = DRAWS) -> Draws:
        """Draw as many patients as there are, `draws` times; `patients` numbers each line's patient from 0."""
        count = int(patients.max()) + 1
        rng = np.random.default_rng(seed)
        drawn = [np.bincount(rng.integers(0, count, count), minlength=count) for _ in range(draws)]
        return cls(np.array(drawn, dtype=np.float64))

    def figures(self, patients: Places, compute: Callable[[Weights], Figures]) -> Figures:
        """Every figure of every draw: `compute` is handed the weights of some draws at a time, a column a line."""
        step = max(AT_ONCE // max(len(patients), 1), 1)
        parts = [
            compute(np.take(self.times[at : at + step], patients, axis=1)) for at in range(0, len(self.times), step)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@dataclass(frozen=True)
class Measured:
    """The figures of a window, each with its value in every draw."""

    values: Mapping[str, float]
    drawn: Mapping[str, Vector]

    def flat(self, prefix: str = "") -> dict[str, float]:
        """`name`, `name_low` and `name_high` of each figure."""
        out: dict[str, float] = {}
        for name, value in self.values.items():
            low, high = middle(self.drawn[name])
            out |= {f"{prefix}{name}": value, f"{prefix}{name}_low": low, f"{prefix}{name}_high": high}
        return out

    def over(self, other: Measured) -> Measured:
        """The differences to another way of scoring the same lines, draw by draw; figures both have."""
        names = [name for name in self.values if name in other.values]
        return Measured(
            {name: self.values[name] - other.values[name] for name in names},
            {name: self.drawn[name] - other.drawn[name] for name in names},
        )


def measured(draws: Draws, patients: Places, compute: Callable[[Weights], Figures]) -> Measured:
    """The figures of the lines as they are, and of each draw: the same code computes both."""
    values = compute(np.ones((1, len(patients))))
    drawn = draws.figures(patients, compute)
    return Measured({name: float(value[0]) for name, value in values.items()}, drawn)


def middle(drawn: Vector) -> tuple[float, float]:
    """The interval of a figure from its draws; those in which it has no meaning are left out."""
    finite = drawn[np.isfinite(drawn)]
    if not len(finite):
        return math.nan, math.nan
    low, high = np.quantile(finite, MIDDLE)
    return float(low), float(high)
