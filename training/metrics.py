"""How well risks rank and how far they can be believed; every figure is a plain number, NaN where it has no meaning."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

Vector = NDArray[np.float64]
Measure = Callable[[Vector, Vector, Vector], float]  # denied, risk, weight of each line

LEAST_LINES_OF_A_PAYER = 100


def pr_auc(denied: Vector, risk: Vector, weight: Vector | None = None) -> float:
    """Area under precision and recall, as average precision; a useless model scores the share denied."""
    return float(average_precision_score(denied, risk, sample_weight=weight)) if denied.any() else math.nan


def roc_auc(denied: Vector, risk: Vector, weight: Vector | None = None) -> float:
    """Chance that a denied line ranks above one that was not; a useless model scores 0.5."""
    if denied.all() or not denied.any():
        return math.nan
    return float(roc_auc_score(denied, risk, sample_weight=weight))


def brier(denied: Vector, risk: Vector, weight: Vector | None = None) -> float:
    """Mean squared distance between risk and outcome."""
    return float(np.average((denied - risk) ** 2, weights=weight))


def expected_calibration_error(denied: Vector, risk: Vector, weight: Vector | None = None, bins: int = 10) -> float:
    """Mean distance between risk and share denied over `bins` groups of equally many lines, ordered by risk."""
    weight = np.ones_like(risk) if weight is None else weight
    order = np.argsort(risk, kind="stable")
    error = 0.0
    for part in np.array_split(order, bins):
        w = weight[part]
        if w.sum():
            error += w.sum() * abs(np.average(denied[part], weights=w) - np.average(risk[part], weights=w))
    return float(error / weight.sum())


def recall_at_precision(denied: Vector, risk: Vector, precision: float) -> float:
    """The largest share of denials that a threshold on risk catches while `precision` of what it flags is denied."""
    if not denied.any():
        return math.nan
    precisions, recalls, _ = precision_recall_curve(denied, risk)
    reached = recalls[:-1][precisions[:-1] >= precision]
    return float(reached.max()) if len(reached) else 0.0


def share_in_top(amount: Vector, rank_by: Vector, share: float) -> float:
    """Share of the whole amount that lies in the `share` of lines ranked highest."""
    if amount.sum() <= 0:
        return math.nan
    top = np.argsort(-rank_by, kind="stable")[: max(round(share * len(amount)), 1)]
    return float(amount[top].sum() / amount.sum())


def interval(
    measure: Measure, denied: Vector, risk: Vector, patients: NDArray[np.intp], *, seed: int, draws: int = 200
) -> tuple[float, float]:
    """The middle 95 % of a measure when whole patients are drawn again and again with replacement.

    `patients` numbers each line's patient from 0: lines of one patient are alike and must stay together.
    """
    rng = np.random.default_rng(seed)
    count = int(patients.max()) + 1
    values = []
    for _ in range(draws):
        weight = np.bincount(rng.integers(0, count, count), minlength=count)[patients].astype(np.float64)
        kept = weight > 0
        values.append(measure(denied[kept], risk[kept], weight[kept]))
    finite = [v for v in values if math.isfinite(v)]
    if not finite:
        return math.nan, math.nan
    low, high = np.quantile(finite, [0.025, 0.975])
    return float(low), float(high)


def by_payer(denied: Vector, risk: Vector, payers: NDArray[np.str_]) -> dict[str, float]:
    """Calibration error of each payer with enough lines to say."""
    return {
        str(payer): expected_calibration_error(denied[of], risk[of], bins=5)
        for payer in np.unique(payers)
        if (of := payers == payer).sum() >= LEAST_LINES_OF_A_PAYER
    }


def top_k(ranked: list[list[str]], truth: list[str], k: int) -> float:
    """Share of lines whose true cause is among the first `k` ranked."""
    if not truth:
        return math.nan
    return sum(true in guesses[:k] for guesses, true in zip(ranked, truth, strict=True)) / len(truth)
