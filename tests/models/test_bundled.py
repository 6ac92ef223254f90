"""The model that ships: rebuild it with `make bundled` when features change."""

from features import FEATURES
from models import DenialModel, OwnDecisions, bundled_model_folder
from tests.models.made_up import made_up_rows


def test_the_bundled_model_loads_with_the_features_of_this_code():
    model = DenialModel.load(bundled_model_folder())
    assert model.card.features == tuple(FEATURES)
    assert model.history is not None
    assert {"rules", "features"} <= model.recorded.keys()


def test_the_bundled_model_says_that_it_is_simulated_and_abstains_without_decisions_of_ones_own():
    model = DenialModel.load(bundled_model_folder())
    rows = made_up_rows(2, seed=1)
    assert model.simulated
    assert model.predict(rows).abstained
    assert model.predict(rows, own=OwnDecisions(practice=199, payer=199)).abstained
    assert not model.predict(rows, own=OwnDecisions(practice=200, payer=20)).abstained


def test_the_bundled_model_beats_what_is_simpler_on_the_claims_it_was_measured_with():
    figures = DenialModel.load(bundled_model_folder()).card.metrics
    assert figures["pr_auc_low"] > figures["base_rate"]
    assert figures["pr_auc_low"] > figures["baseline.payer_code_rate.pr_auc"]
    assert figures["pr_auc"] > figures["baseline.logistic_regression.pr_auc"]
    assert figures["ece"] < 0.03


def test_the_bundled_model_is_small():
    assert sum(path.stat().st_size for path in bundled_model_folder().iterdir()) < 3_000_000
