"""The logistic maps, fitted on a window the boosters have not seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.calibration import Calibration, ClaimMap, claim_inputs

Vector = NDArray[np.float64]


def fit_calibration(raw: Vector, denied: Vector) -> Calibration:
    """Slope and intercept from raw log-odds; a booster that ranks no better than backwards is given slope 0."""
    slope, intercept = _logistic(raw[:, None], denied)
    if slope[0] < 0:
        return Calibration(0.0, _log_odds(float(denied.mean())))
    return Calibration(float(slope[0]), intercept)


def fit_claim_map(line_log_odds: Vector, denied: Vector, claims: NDArray[np.intp]) -> ClaimMap:
    """The map from lines to their claim; `claims` numbers each line's claim.

    The two inputs move together, so an unbounded fit may give one of them a negative weight; it is then left out.
    """
    inputs, labels = claim_table(line_log_odds, denied, claims)
    weights, intercept = _logistic(inputs, labels)
    if (weights >= 0).all():
        return ClaimMap(float(weights[0]), float(weights[1]), intercept)
    (either,), intercept = _logistic(inputs[:, 1:], labels)
    if either >= 0:
        return ClaimMap(0.0, float(either), intercept)
    return ClaimMap(0.0, 0.0, _log_odds(float(labels.mean())))


def claim_table(line_log_odds: Vector, denied: Vector, claims: NDArray[np.intp]) -> tuple[Vector, Vector]:
    """For each claim, in order of its number, the two inputs of the claim map and whether any line was denied."""
    order = np.argsort(claims, kind="stable")
    starts = np.flatnonzero(np.diff(claims[order], prepend=-1))
    inputs = np.array([claim_inputs(part) for part in np.split(line_log_odds[order], starts[1:])])
    return inputs, np.maximum.reduceat(denied[order], starts)


def _logistic(inputs: Vector, labels: Vector) -> tuple[Vector, float]:
    fitted = LogisticRegression(C=1e6, max_iter=1000).fit(inputs, labels)
    return fitted.coef_[0], float(fitted.intercept_[0])


def _log_odds(rate: float) -> float:
    rate = min(max(rate, 1e-6), 1 - 1e-6)
    return float(np.log(rate / (1 - rate)))
