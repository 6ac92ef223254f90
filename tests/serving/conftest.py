"""A small model that has learned to mind the scrubber's findings, and the service over it, on a fixed day."""

import math
from dataclasses import replace

import numpy as np
import pytest
from fastapi.testclient import TestClient

from features import FEATURES
from models.calibration import Calibration, ClaimMap
from models.card import ModelCard
from models.denial import DenialModel
from models.encoding import Encoder
from scrubber.tables import load_tables
from serving.app import create_app
from serving.assess import Assessor
from serving.pasts import SnapshotPasts
from serving.settings import Settings
from tests.serving.samples import TODAY
from training.fit import fit_booster, fit_causes


def fitted(*, simulated: bool, version: str = "1") -> DenialModel:
    """A model fitted on made-up rows in which findings, and nothing else, make denials."""
    rng = np.random.default_rng(7)
    findings = [name for name in FEATURES if name.startswith("worst_") and name.endswith("_finding")]
    rows, denied = [], []
    for _ in range(2500):
        row = {}
        for name, f in FEATURES.items():
            if f.categorical:
                row[name] = str(rng.choice(["A", "B", ""]))
            elif name in findings:
                row[name] = float(rng.choice([0, 0, 0, 0, 0, 2, 3, 4])) if rng.random() > 0.2 else math.nan
            else:
                row[name] = float(np.round(rng.normal(1, 1), 1)) if rng.random() > 0.2 else math.nan
        worst = sum(np.nan_to_num(row[name]) for name in findings)
        rows.append(row)
        denied.append(float(rng.random() < 1 / (1 + math.exp(2.5 - 0.5 * worst))))
    encoder = Encoder.fit(rows, list(FEATURES), [n for n, f in FEATURES.items() if f.categorical])
    matrix, _ = encoder.matrix(rows)
    denied = np.array(denied)
    refused = np.flatnonzero(denied)
    return DenialModel(
        booster=fit_booster(encoder, matrix, denied, seed=3),
        encoder=encoder,
        calibration=Calibration(1.0, 0.0),
        claim_map=ClaimMap(0.5, 0.5, 0.0),
        causes=fit_causes(
            encoder,
            matrix[refused],
            [("197", "authorization") if i % 2 else ("97", "bundling") for i in refused],
            seed=3,
        ),
        card=ModelCard(name="denial", version=version, simulated=simulated),
    )


@pytest.fixture(scope="session")
def tables():
    return load_tables()


@pytest.fixture(scope="session")
def model():
    return fitted(simulated=True)


@pytest.fixture(scope="session")
def real_model(model):
    """The same trees, said to be fitted on real claims."""
    return replace(model, card=replace(model.card, simulated=False))


@pytest.fixture
def assessor(tables, model):
    return Assessor(tables, model, SnapshotPasts())


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


@pytest.fixture
def client(assessor, settings):
    app = create_app(assessor, settings, today=lambda: TODAY)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client
