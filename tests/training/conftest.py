"""A made-up dataset of labelled lines over a year and a half, without a store: the target follows a few features."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from features import FEATURES
from features.registry import Direction
from past.payer import PayerPast
from tests.models.made_up import made_up_rows
from training.dataset import Dataset

START = date(2025, 1, 1)
DAYS = 500


def made_up_dataset(seed=1, count=4000, lag=20):
    rng = np.random.default_rng(seed)
    rows = made_up_rows(count, seed)
    features = pd.DataFrame(rows)
    raising = [n for n, f in FEATURES.items() if f.risk is Direction.RAISES][:3]
    word = next(n for n, f in FEATURES.items() if f.categorical)
    log_odds = features[raising].fillna(0).sum(axis=1) * 0.5 - 4.5 + 1.5 * (features[word] == "red")
    true = 1 / (1 + np.exp(-log_odds.to_numpy()))
    denied = rng.random(count) < true
    claim = np.sort(rng.integers(0, count // 2, count))
    submitted = pd.to_datetime(START) + pd.to_timedelta(claim * DAYS // (count // 2), unit="D")
    waited = np.where(rng.random(count) < 0.04, 70, rng.integers(1, lag + 1, count))  # a few answers come very late
    reasons = np.where(features[word] == "red", "authorization", "bundling")
    lines = pd.DataFrame(
        {
            "claim": claim,
            "claim_id": [f"C{n}" for n in claim],
            "line": np.arange(count) % 3 + 1,
            "patient": rng.integers(0, count // 6, count),
            "submitted": submitted,
            "known_on": submitted + pd.to_timedelta(waited, unit="D"),
            "payer": rng.choice(["P1", "P2", "P3"], count),
            "code": rng.choice(["64493", "99214", "62323"], count),
            "denied": denied,
            "reason": np.where(denied, reasons, ""),
            "carcs": [
                (("197",) if r == "authorization" else ("97",)) if d else ()
                for d, r in zip(denied, reasons, strict=True)
            ],
            "charge": rng.uniform(50, 900, count).round(2),
            "lost": 0.0,
            "worst_rule": np.where(true > 0.4, 3.0, 0.0),
            "reduced": ~denied & (rng.random(count) < 0.05),
            "age_band": np.array(["18-44", "45-64", "65-79"])[claim % 3],
            "sex": np.array(["F", "M"])[claim % 2],
            "true": true,
        }
    )
    lines["lost"] = lines["charge"] * lines["denied"]
    lines["outcome"] = np.where(lines["denied"], "denied", np.where(lines["reduced"], "reduced", "paid"))
    lines["ref"] = [f"{n:016x}" for n in claim]
    return Dataset(lines, features, Counter(), PayerPast(), START + timedelta(days=DAYS + lag))


@pytest.fixture(scope="session")
def dataset():
    return made_up_dataset()
