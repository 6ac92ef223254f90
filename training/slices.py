"""The same figures for parts of the lines: by payer, procedure family, payer type, age band and sex.

Age and sex are no inputs of the model (docs/decisions/0009); they are looked at here so that a model that serves one
group worse than another is seen. A group too small to judge is listed, with why, without figures that would mislead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training import metrics
from training.evaluate import Scored, error_by_chance, finite
from training.intervals import Draws, Figures, measured
from training.metrics import Ranking, Vector, Weights

LEAST_LINES, LEAST_DENIED = 100, 10  # fewer say nothing that luck could not
BINS = 5


@dataclass(frozen=True)
class Group:
    """A part of the lines; `note` says why it has no figures, where it has none."""

    kind: str  # payer, procedure family, payer type, age band, sex, patients
    name: str
    lines: int
    denied: int
    patients: int
    figures: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    def json(self) -> dict[str, object]:
        """The group as plain JSON values."""
        about = {"kind": self.kind, "name": self.name, "lines": self.lines, "denied": self.denied}
        return {**about, "patients": self.patients, "figures": dict(self.figures), "note": self.note}


def slices(s: Scored, seed: int) -> list[Group]:
    """Every group of every kind, the largest first; a group of one patient or a few is counted only."""
    patients = pd.factorize(s.patients)[0]
    draws = Draws.of(patients, seed=seed)
    out = []
    for kind, words in s.groups.items():
        names, counts = np.unique(words, return_counts=True)
        for name in names[np.lexsort((names, -counts))]:
            out.append(_group(s, kind, str(name), np.flatnonzero(words == name), draws, patients, seed))
    return out


def _group(
    s: Scored, kind: str, name: str, of: NDArray[np.intp], draws: Draws, patients: NDArray[np.intp], seed: int
) -> Group:
    denied, risk = s.denied[of], s.risk[of]
    counts = len(of), int(denied.sum()), len(np.unique(patients[of]))
    if note := _too_small(*counts[:2]):
        return Group(kind, name, *counts, figures={"base_rate": float(denied.mean())}, note=note)
    found = measured(draws, patients[of], _measures(denied, risk)).flat()
    return Group(kind, name, *counts, figures=finite(found | {"ece_by_chance": error_by_chance(risk, BINS, seed)}))


def _too_small(lines: int, denied: int) -> str:
    if lines < LEAST_LINES:
        return f"too small to judge: {lines} lines, {LEAST_LINES} are needed"
    if denied < LEAST_DENIED:
        return f"too few denials to judge: {denied}, {LEAST_DENIED} are needed"
    return ""


class _measures:  # noqa: N801  (a function with its ordering kept)
    def __init__(self, denied: Vector, risk: Vector) -> None:
        self.denied, self.risk, self.ranking = denied, risk, Ranking.of(risk)

    def __call__(self, weights: Weights) -> Figures:
        ranked = self.ranking.take(weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            total = weights.sum(axis=1)
            return {
                "base_rate": np.where(total > 0, weights @ self.denied / total, math.nan),
                "mean_risk": np.where(total > 0, weights @ self.risk / total, math.nan),
                "ece": metrics.calibration_errors(self.ranking, ranked, self.denied, self.risk, BINS),
                "pr_auc": metrics.rank_figures(self.ranking, ranked, self.denied, {})["pr_auc"],
            }
