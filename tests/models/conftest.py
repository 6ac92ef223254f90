"""Made-up feature rows, and models fitted on them: one that has something to learn, one that has only noise."""

from dataclasses import dataclass

import numpy as np
import pytest

from features import FEATURES
from features.registry import Direction, Row
from models.calibration import Calibration, ClaimMap
from models.card import ModelCard
from models.denial import DenialModel
from models.encoding import Encoder
from tests.models.made_up import made_up_rows
from training.fit import fit_booster, fit_causes


@dataclass
class Fixture:
    model: DenialModel
    rows: list[Row]
    denied: np.ndarray


def fitted(seed: int, *, noise: bool) -> Fixture:
    rows = made_up_rows(1500, seed)
    rng = np.random.default_rng(seed + 1)
    if noise:
        denied = (rng.random(len(rows)) < 0.3).astype(float)
    else:
        raising = [n for n, f in FEATURES.items() if f.risk is Direction.RAISES][:3]
        word = next(n for n, f in FEATURES.items() if f.categorical)
        score = [sum(np.nan_to_num(row[n]) for n in raising) / 2 - 3 + (row[word] == "red") for row in rows]
        denied = (rng.random(len(rows)) < 1 / (1 + np.exp(-np.array(score)))).astype(float)
    categorical = [n for n, f in FEATURES.items() if f.categorical]
    encoder = Encoder.fit(rows, list(FEATURES), categorical)
    matrix, _ = encoder.matrix(rows)
    refused = np.flatnonzero(denied)
    red = [rows[i][categorical[0]] == "red" for i in refused]
    pairs = [(("197" if i % 4 else "16", "authorization") if r else ("97", "bundling")) for i, r in enumerate(red)]
    model = DenialModel(
        booster=fit_booster(encoder, matrix, denied, seed=3),
        encoder=encoder,
        calibration=Calibration(0.9, -0.1),
        claim_map=ClaimMap(0.5, 0.4, -0.2),
        causes=fit_causes(encoder, matrix[refused], pairs, seed=3),
        card=ModelCard(name="denial", version="7", simulated=False, metrics={"pr_auc": 0.5}),
    )
    return Fixture(model, rows, denied)


@pytest.fixture(scope="session")
def learned() -> Fixture:
    return fitted(11, noise=False)


@pytest.fixture(scope="session")
def noise() -> Fixture:
    return fitted(12, noise=True)
