"""How well risks rank and how far they can be believed; every figure is a plain number, NaN where it has no meaning.

A measure is computed for many weightings of the lines at once: `weights` has a row for each, and a column a line. One
row of ones gives the figure itself; rows that say how often a line was drawn give its interval (`training.intervals`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

Vector = NDArray[np.float64]
Weights = NDArray[np.float64]  # a row a weighting, a column a line
Measure = Callable[[Vector, Vector, Vector], float]  # denied, risk, weight of each line

LEAST_LINES_OF_A_PAYER = 100
PRECISIONS = (80, 90, 95)
SHARES = (5, 10, 20)


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
    """Mean distance between risk and share denied over `bins` groups of about equally many lines, ordered by risk.

    Lines of equal risk are never parted.
    """
    ranking = Ranking.of(risk)
    return float(calibration_errors(ranking, ranking.take(_one(weight, risk)), denied, risk, bins)[0])


def recall_at_precision(denied: Vector, risk: Vector, precision: float) -> float:
    """The largest share of denials that a threshold on risk catches while `precision` of what it flags is denied."""
    ranking = Ranking.of(risk)
    return float(rank_figures(ranking, ranking.take(_one(None, risk)), denied, {"it": precision})["it"][0])


def share_in_top(amount: Vector, rank_by: Vector, share: float, weight: Vector | None = None) -> float:
    """Share of the whole amount that lies in the `share` of lines ranked highest.

    Of lines ranked equal, of which only some are among them, a like part of the amount counts.
    """
    ranking = Ranking.of(rank_by)
    return float(shares_in_top(ranking, ranking.take(_one(weight, amount)), amount, [share])[0, 0])


@dataclass(frozen=True)
class Ranking:
    """Lines ordered by a score, highest first; `ends` are the last places of the groups of equal score."""

    order: NDArray[np.intp]
    ends: NDArray[np.intp]

    @classmethod
    def of(cls, score: Vector) -> Ranking:
        """Rank by a score."""
        order = np.argsort(-score, kind="stable")
        return cls(order, np.flatnonzero(np.diff(score[order], append=np.nan) != 0))

    def take(self, weights: Weights) -> Weights:
        """The weights in the order of the ranking."""
        return np.take(weights, self.order, axis=1)


def rank_figures(
    ranking: Ranking, ranked: Weights, denied: Vector, precisions: Mapping[str, float]
) -> dict[str, Vector]:
    """PR-AUC, ROC-AUC and, under the names given, the recall at each precision; `ranked`: weights in ranked order."""
    caught = np.cumsum(ranked * denied[ranking.order], axis=1)[:, ranking.ends]
    flagged = np.cumsum(ranked, axis=1)[:, ranking.ends]
    total, lines = caught[:, -1], flagged[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(flagged > 0, caught / flagged, 0.0)
        new = np.diff(caught, axis=1, prepend=0.0)
        out = {"pr_auc": (new * precision).sum(axis=1) / total}
        false = flagged - caught
        area = (np.diff(false, axis=1, prepend=0.0) * (caught - new / 2)).sum(axis=1)
        out["roc_auc"] = area / (total * (lines - total))
        for name, least in precisions.items():
            reached = np.where(precision >= least, caught, 0.0).max(axis=1) / total
            out[name] = reached
    return out


def shares_in_top(ranking: Ranking, ranked: Weights, amount: Vector, shares: Sequence[float]) -> Weights:
    """For each weighting (a row) the part of the amount in each share (a column) of the lines ranked highest."""
    money = np.cumsum(ranked * amount[ranking.order], axis=1)[:, ranking.ends]
    lines = np.cumsum(ranked, axis=1)[:, ranking.ends]
    out = np.full((len(ranked), len(shares)), math.nan)
    for row, (of, so_far) in enumerate(zip(money, lines, strict=True)):
        if of[-1] > 0:
            wanted = [max(round(share * so_far[-1]), 1) for share in shares]
            out[row] = np.interp(wanted, [0.0, *so_far], [0.0, *of]) / of[-1]
    return out


def calibration_errors(ranking: Ranking, ranked: Weights, denied: Vector, risk: Vector, bins: int) -> Vector:
    """The expected calibration error of each weighting; the bins are those of the whole, only weights differ."""
    starts = bin_starts(ranking, bins)
    distance = np.add.reduceat(ranked * (denied - risk)[ranking.order], starts, axis=1)
    return np.asarray(np.abs(distance).sum(axis=1) / ranked.sum(axis=1))


def bin_starts(ranking: Ranking, bins: int) -> NDArray[np.intp]:
    """The first places of at most `bins` groups of about equally many lines, none of which parts equal scores."""
    count = len(ranking.order)
    begins = np.concatenate([[0], ranking.ends[:-1] + 1])  # where each group of equal scores begins
    groups = begins * bins // count
    return begins[np.flatnonzero(np.diff(groups, prepend=-1))]


def interval(
    measure: Measure, denied: Vector, risk: Vector, patients: NDArray[np.intp], *, seed: int, draws: int = 200
) -> tuple[float, float]:
    """The middle 95 % of any one measure when whole patients are drawn again and again with replacement.

    `patients` numbers each line's patient from 0. One draw at a time, so slow: `training.intervals` does all the
    measures of a window at once.
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


def top_k(ranked: Sequence[Sequence[str]], truth: Sequence[str], k: int) -> float:
    """Share of lines whose true cause is among the first `k` ranked."""
    hits = hits_of(ranked, truth, k)
    return float(hits.mean()) if len(hits) else math.nan


def hits_of(ranked: Sequence[Sequence[str]], truth: Sequence[str], k: int) -> Vector:
    """For each line 1 where its true cause is among the first `k` ranked, else 0."""
    return np.array([float(true in guesses[:k]) for guesses, true in zip(ranked, truth, strict=True)])


def _one(weight: Vector | None, like: Vector) -> Weights:
    return (np.ones(len(like)) if weight is None else weight)[None, :]
