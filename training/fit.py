"""Fit the boosters: small trees, declared directions, one seed, the same bytes every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
from lightgbm.callback import CallbackEnv
from numpy.typing import NDArray

from claims.reasons import Reason
from features.registry import FEATURES
from models.causes import CauseModel, Pair
from models.encoding import Encoder, Matrix
from training.progress import Progress, Step

# Chosen on other simulated practices (2,000 to 9,000 train lines) and on calibration windows, never on a test window
# that is reported. Rare findings carry most of what can be known, so leaves may be small; few bins and a slow rate keep
# the many continuous columns from drowning them. A count of trees by early stopping was worse: the latest weeks of a
# small practice hold too few denials to judge. With 2,000 train lines the larger trees were worse, with 9,000 better.
# Few and shallow trees: explaining an answer costs trees x leaves x depth squared (docs/decisions/0017). Whoever has
# 30,000 train lines gets more of them: there they know more, and name the cause better (docs/decisions/0026).
BINS = 31
CAUSE_ROUNDS = 25
LEAST_OF_A_CAUSE = 5  # denied lines before the cause model speaks of a pair of CARC and Reason


@dataclass(frozen=True, slots=True)
class Size:
    """How many trees, and how large, from so many train lines on."""

    lines: int
    trees: int
    shape: Mapping[str, float]


SIZES = (
    Size(30_000, 300, {"learning_rate": 0.05, "num_leaves": 15, "max_depth": 5}),
    Size(5000, 120, {"learning_rate": 0.08, "num_leaves": 10, "max_depth": 4}),
    Size(0, 120, {"learning_rate": 0.05, "num_leaves": 8, "max_depth": 4}),
)

Labels = NDArray[np.float64]
Params = dict[str, object]


def size_for(lines: int) -> Size:
    """The trees for so many train lines."""
    return next(size for size in SIZES if lines >= size.lines)


def denial_params(seed: int, lines: int) -> Params:
    """LightGBM's settings for so many train lines. One thread and column-wise histograms: two fits, the same bytes."""
    return {
        **size_for(lines).shape,
        "objective": "binary",
        "metric": "binary_logloss",
        "min_data_in_leaf": 5,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
        "cat_smooth": 10.0,
        "cat_l2": 10.0,
        "min_data_per_group": 30,
        "monotone_constraints": [int(f.risk) for f in FEATURES.values()],
        "monotone_constraints_method": "basic",
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": 1,
        "seed": seed,
        "verbosity": -1,
    }


CAUSE_PARAMS: Params = {
    "objective": "multiclass",
    "metric": "multi_logloss",
    "learning_rate": 0.1,
    "num_leaves": 7,
    "max_depth": 4,
}


def fit_booster(
    encoder: Encoder, matrix: Matrix, denied: Labels, seed: int, progress: Progress | None = None
) -> lightgbm.Booster:
    """A binary booster with each feature's declared direction as a monotone constraint."""
    trees = size_for(len(denied)).trees
    return lightgbm.train(
        denial_params(seed, len(denied)),
        _dataset(encoder, matrix, denied),
        num_boost_round=trees,
        callbacks=[_told(progress)] if progress else None,
    )


def _told(progress: Progress) -> Callable[[CallbackEnv], None]:
    """Tells of every tree that stands; it changes nothing of them."""

    def tell(env: CallbackEnv) -> None:
        done = env.iteration + 1
        progress(Step("fit", f"fitted {done} of {env.end_iteration} trees", done, env.end_iteration))

    return tell


def fit_causes(encoder: Encoder, matrix: Matrix, pairs: Sequence[tuple[str, str]], seed: int) -> CauseModel:
    """The causes of denials, from denied lines only; `pairs` are the CARC (greatest amount) and Reason of each."""
    counts = Counter((carc, reason) for carc, reason in pairs if carc and reason)
    known = [pair for pair, n in sorted(counts.items()) if n >= LEAST_OF_A_CAUSE]
    place = {pair: i for i, pair in enumerate(known)}
    keep = [i for i, pair in enumerate(pairs) if pair in place]
    targets = np.array([place[pairs[i]] for i in keep], dtype=np.float64)
    booster = None
    if len(known) > 1:
        params = denial_params(seed, len(keep)) | CAUSE_PARAMS | {"num_class": len(known)}
        del params["monotone_constraints"], params["monotone_constraints_method"]  # what raises one cause lowers others
        booster = lightgbm.train(params, _dataset(encoder, matrix[keep], targets), num_boost_round=CAUSE_ROUNDS)
    prior = tuple(float(np.mean(targets == i)) for i in range(len(known)))
    return CauseModel(tuple(Pair(carc, Reason(reason)) for carc, reason in known), prior, booster)


def _dataset(encoder: Encoder, matrix: Matrix, labels: Labels) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        matrix,
        label=labels,
        feature_name=list(encoder.columns),
        categorical_feature=encoder.categorical_columns,
        params={"verbosity": -1, "max_bin": BINS, "min_data_in_bin": 3},
    )
