"""Fit the boosters: small trees, declared directions, one seed, the same bytes every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import lightgbm
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claims.reasons import Reason
from features.registry import FEATURES
from models.causes import CauseModel
from models.encoding import Encoder, Matrix

MOST_TREES = 200
FEWEST_TREES = 20
INNER = 0.8  # of the train window's days fit the trial, the latest ones choose the number of trees
LEAST_OF_A_REASON = 10  # denied lines before the cause model speaks a Reason
CAUSE_ROUNDS = 40

Labels = NDArray[np.float64]
Params = dict[str, object]


def denial_params(seed: int) -> Params:
    """LightGBM's settings. One thread and column-wise histograms: two fits give the same bytes on any machine."""
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": 0.06,
        "num_leaves": 15,
        "max_depth": 5,
        "min_data_in_leaf": 40,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "cat_smooth": 50.0,
        "cat_l2": 50.0,
        "min_data_per_group": 100,
        "monotone_constraints": [int(f.risk) for f in FEATURES.values()],
        "monotone_constraints_method": "basic",
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": 1,
        "seed": seed,
        "verbosity": -1,
    }


def fit_booster(encoder: Encoder, matrix: Matrix, denied: Labels, seed: int, trees: int) -> lightgbm.Booster:
    """A binary booster with each feature's declared direction as a monotone constraint."""
    return lightgbm.train(denial_params(seed), _dataset(encoder, matrix, denied), num_boost_round=trees)


def choose_trees(
    encoder: Encoder, matrix: Matrix, denied: Labels, *, submitted: pd.Series, known_on: pd.Series, seed: int
) -> int:
    """How many trees do best on the latest days of the train window, fitted on what was known before them.

    Neither the calibration nor the test window takes part: choosing on them would flatter what they measure.
    """
    first, last = submitted.min(), submitted.max()
    cut = first + timedelta(days=int((last - first).days * INNER))
    early = np.flatnonzero((known_on < cut).to_numpy())
    late = np.flatnonzero((submitted >= cut).to_numpy())
    if min(denied[early].sum(), denied[late].sum()) < LEAST_OF_A_REASON:
        return MOST_TREES // 2
    trial = lightgbm.train(
        denial_params(seed),
        _dataset(encoder, matrix[early], denied[early]),
        num_boost_round=MOST_TREES,
        valid_sets=[_dataset(encoder, matrix[late], denied[late])],
        callbacks=[lightgbm.early_stopping(MOST_TREES // 5, verbose=False)],
    )
    return int(min(max(trial.best_iteration, FEWEST_TREES), MOST_TREES))


def fit_causes(
    encoder: Encoder, matrix: Matrix, reasons: Sequence[str], carcs: Sequence[tuple[str, ...]], seed: int
) -> CauseModel:
    """The Reason of a denial and the CARCs seen with it, from denied lines only."""
    counts = Counter(reasons)
    known = tuple(r for r in Reason if counts[r.value] >= LEAST_OF_A_REASON)
    if not known:
        return CauseModel()
    place = {r.value: i for i, r in enumerate(known)}
    keep = [i for i, r in enumerate(reasons) if r in place]
    targets = np.array([place[reasons[i]] for i in keep], dtype=np.float64)
    prior = tuple(float(np.mean(targets == i)) for i in range(len(known)))
    shares: dict[Reason, tuple[tuple[str, float], ...]] = {}
    for r in known:
        seen = Counter(carc for reason, of in zip(reasons, carcs, strict=True) if reason == r.value for carc in of[:1])
        total = seen.total()
        shares[r] = tuple((carc, n / total) for carc, n in sorted(seen.items(), key=lambda item: (-item[1], item[0])))
    booster = None
    if len(known) > 1:
        params = denial_params(seed) | {
            "objective": "multiclass",
            "metric": "multi_logloss",
            "num_class": len(known),
            "num_leaves": 7,
            "max_depth": 4,
            "min_data_in_leaf": 20,
            "learning_rate": 0.1,
        }
        del params["monotone_constraints"], params["monotone_constraints_method"]  # what raises one cause lowers others
        booster = lightgbm.train(params, _dataset(encoder, matrix[keep], targets), num_boost_round=CAUSE_ROUNDS)
    return CauseModel(known, prior, shares, booster)


def _dataset(encoder: Encoder, matrix: Matrix, labels: Labels) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        matrix,
        label=labels,
        feature_name=list(encoder.columns),
        categorical_feature=encoder.categorical_columns,
        params={"verbosity": -1},
    )
