"""What a model must beat to be worth its keep, each fitted on the same train window.

The last of them is the model itself without its rules: how much the findings of the scrubber add to what history and
the claim already tell.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from features.registry import FEATURES
from models.calibration import probability
from models.denial import DenialModel
from models.encoding import Matrix
from training.calibrate import fit_calibration
from training.dataset import Dataset
from training.fit import fit_booster
from training.split import Positions, Split

Vector = NDArray[np.float64]

PRIOR_LINES = 20.0  # how many lines of the wider group a group's own rate starts with


def baselines(dataset: Dataset, train: Positions, test: Positions) -> dict[str, Vector]:
    """A score for every test line by each baseline; all but `rules_alone` are probabilities."""
    fitted_on, asked = dataset.lines.iloc[train], dataset.lines.iloc[test]
    return {
        "base_rate": np.full(len(test), float(fitted_on["denied"].mean())),
        "payer_code_rate": payer_code_rate(fitted_on, asked),
        "rules_alone": asked["worst_rule"].to_numpy(dtype=np.float64),
        "logistic_regression": _logistic_regression(
            dataset.features.iloc[train], fitted_on["denied"].to_numpy(), dataset.features.iloc[test]
        ),
    }


RULE_FEATURES = tuple(name for name in FEATURES if name.startswith("worst_") and name.endswith("_finding"))


def without_rules(model: DenialModel, dataset: Dataset, split: Split, seed: int) -> Vector:
    """The risk of every test line by a model fitted in the same way, to which no finding of a rule is known."""
    denied = dataset.column("denied", split.train).astype(np.float64)
    booster = fit_booster(model.encoder, _blind(model, dataset, split.train), denied, seed)
    raw = np.asarray(booster.predict(_blind(model, dataset, split.calibration), raw_score=True))
    calibration = fit_calibration(raw, dataset.column("denied", split.calibration).astype(np.float64))
    asked = np.asarray(booster.predict(_blind(model, dataset, split.test), raw_score=True))
    return probability(calibration.log_odds(asked))


def _blind(model: DenialModel, dataset: Dataset, positions: Positions) -> Matrix:
    matrix = dataset.matrix(model.encoder, positions)
    matrix[:, [model.encoder.columns.index(name) for name in RULE_FEATURES]] = np.nan
    return matrix


def payer_code_rate(train: pd.DataFrame, test: pd.DataFrame) -> Vector:
    """Share denied of payer x code, drawn towards the code's share, itself drawn towards the overall share."""
    overall = float(train["denied"].mean())
    codes = train.groupby("code")["denied"].agg(["sum", "count"])
    by_code = (codes["sum"] + PRIOR_LINES * overall) / (codes["count"] + PRIOR_LINES)
    pairs = train.groupby(["payer", "code"])["denied"].agg(["sum", "count"])
    prior = by_code.reindex(pairs.index.get_level_values("code")).to_numpy()
    by_pair = (pairs["sum"] + PRIOR_LINES * prior) / (pairs["count"] + PRIOR_LINES)
    keys = pd.MultiIndex.from_frame(test[["payer", "code"]])
    fallback = by_code.reindex(test["code"]).fillna(overall).to_numpy()
    found = by_pair.reindex(keys).to_numpy()
    return np.where(np.isnan(found), fallback, found).astype(np.float64)


def _logistic_regression(train: pd.DataFrame, denied: NDArray[np.bool_], test: pd.DataFrame) -> Vector:
    categorical = [f.name for f in FEATURES.values() if f.categorical]
    numeric = [name for name in FEATURES if name not in categorical and train[name].notna().any()]
    prepare = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numeric),
            ("words", OneHotEncoder(min_frequency=20, handle_unknown="infrequent_if_exist"), categorical),
        ]
    )
    model = make_pipeline(prepare, LogisticRegression(C=0.1, max_iter=300))
    model.fit(train, denied)
    return np.asarray(model.predict_proba(test)[:, 1], dtype=np.float64)
