"""The logistic maps, fitted on a window the boosters have not seen."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.band import Band, Stairs
from models.calibration import Calibration, ClaimMap, claim_inputs

BAND_DIGITS = 4  # of a probability; the band is rounded outwards, so that it never is too narrow

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


def fit_band(log_odds: Vector, denied: Vector) -> Band:
    """The Venn-ABERS pairs of every place a line can take among those of the window, worked out beforehand.

    `log_odds` are of lines the booster has not learned from; the logistic map keeps their order, so it does not matter
    that it was fitted on the same window.
    """
    scores, place = np.unique(log_odds, return_inverse=True)
    counts, refused = np.bincount(place), np.bincount(place, weights=denied)
    highs = _heights_if_denied(counts.tolist(), [int(n) for n in refused])
    # Not denied is denied seen in a mirror: the scores from the top down, and paid for denied.
    mirrored = _heights_if_denied(counts[::-1].tolist(), [int(n) for n in (counts - refused)[::-1]])
    lows = [1 - height for height in reversed(mirrored)]
    unit = 10**BAND_DIGITS
    return Band(
        low=_stairs(scores, [floor(h * unit) / unit for h in (Fraction(0), *lows)]),
        high=_stairs(scores, [ceil(h * unit) / unit for h in (*highs, Fraction(1))]),
        lines=len(log_odds),
    )


def claim_table(line_log_odds: Vector, denied: Vector, claims: NDArray[np.intp]) -> tuple[Vector, Vector]:
    """For each claim, in order of its number, the two inputs of the claim map and whether any line was denied."""
    order = np.argsort(claims, kind="stable")
    starts = np.flatnonzero(np.diff(claims[order], prepend=-1))
    inputs = np.array([claim_inputs(part) for part in np.split(line_log_odds[order], starts[1:])])
    return inputs, np.maximum.reduceat(denied[order], starts)


def _heights_if_denied(counts: Sequence[int], denied: Sequence[int]) -> list[Fraction]:
    """For each score in turn, the isotonic curve's height there once a denied line of that score joins the window.

    Lines are points: how many lie at or below a score, and how many of those were denied. The curve's heights are the
    slopes of the lowest rope under these points. A denied line that joins moves all points below it by (1, 1) down and
    left, so the ropes for one score after the other differ little, and none is drawn anew (Vovk, Petej and Fedorova,
    "Large-scale probabilistic predictors with and without guarantees of validity", 2015, algorithms 1 and 2). Whole
    numbers throughout: no rounding can turn a corner.
    """
    points = [(0, 0)]
    for n, d in zip(counts, denied, strict=True):
        points.append((points[-1][0] + n, points[-1][1] + d))
    before = (-1, -1)
    rope = [before]
    for point in points:
        while len(rope) > 1 and _turn(rope[-2], rope[-1], point) <= 0:
            rope.pop()
        rope.append(point)
    rope.reverse()  # from here its end is its leftmost corner
    heights, left = [], before
    for last, point in pairwise(points):
        (x1, y1), (x2, y2) = rope[-1], rope[-2]
        heights.append(Fraction(y2 - y1, x2 - x1))
        left = (left[0] + point[0] - last[0], left[1] + point[1] - last[1])  # where `last` lies once the line is above
        if _turn(rope[-1], rope[-2], left) >= 0:
            continue  # on the rope or over it
        rope.pop()
        while len(rope) > 1 and _turn(left, rope[-1], rope[-2]) <= 0:
            rope.pop()
        rope.append(left)
    return heights


def _turn(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> int:
    """Above 0 where the way from a over b to c turns left, 0 where it goes straight on."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _stairs(scores: Vector, heights: Sequence[float]) -> Stairs:
    """Steps of one height as one step; `heights` has one more than there are scores."""
    rises = [i for i, (a, b) in enumerate(pairwise(heights)) if a != b]
    return Stairs(tuple(float(scores[i]) for i in rises), (heights[0], *(heights[i + 1] for i in rises)))


def _logistic(inputs: Vector, labels: Vector) -> tuple[Vector, float]:
    fitted = LogisticRegression(C=1e6, max_iter=1000).fit(inputs, labels)
    return fitted.coef_[0], float(fitted.intercept_[0])


def _log_odds(rate: float) -> float:
    rate = min(max(rate, 1e-6), 1 - 1e-6)
    return float(np.log(rate / (1 - rate)))
