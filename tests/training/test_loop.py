"""From a simulated practice's files to a promoted model, nothing faked."""

from datetime import timedelta

import pytest

from claims.claim import Claim
from claims.x12 import read_837
from models import DenialModel
from scrubber.tables import shipped_tables
from serving.assess import Assessor
from serving.pasts import StorePasts
from simulator import simulate
from store import Store
from training.errors import NotEnoughData
from training.promote import promote
from training.run import evaluate, fit_and_measure, read, train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    folder = tmp_path_factory.mktemp("practice")
    simulate(12, 90, 5, folder / "pretend")
    with Store.open(folder / "store.db") as store:
        store.ingest([folder / "pretend" / "837", folder / "pretend" / "835"])
        yield folder, store


@pytest.fixture(scope="module")
def result(practice):
    folder, store = practice
    said = []
    truth = folder / "pretend" / "truth.parquet"
    result = train(store, shipped_tables(), home=folder, seed=1, simulated=True, truth=truth, progress=said.append)
    assert any("fitting on" in text for text in said)
    return result


def test_every_labelled_line_is_measured_against_the_truth(result):
    assert result.version == "1"
    assert result.model.version == "1"
    assert result.model.simulated
    assert result.metrics["truth.matched"] == 1.0
    assert result.metrics["truth.full.pr_auc"] > result.metrics["base_rate"]
    assert result.metrics["deletion.strongest_log_odds"] > 3 * result.metrics["deletion.random_log_odds"]
    assert {"pr_auc_low", "ece", "claim.ece", "baseline.rules_alone.pr_auc"} <= result.metrics.keys()


def test_training_again_on_the_same_store_gives_the_same_model(practice, result):
    _, store = practice
    again = fit_and_measure(store, shipped_tables(), seed=1, simulated=True)
    assert again.model.booster.model_to_string() == result.model.booster.model_to_string()
    assert again.model.calibration == result.model.calibration
    assert again.model.claim_map == result.model.claim_map
    assert again.model.band == result.model.band
    assert again.model.band.lines == len(again.split.calibration)


def test_a_model_of_test_interchanges_says_that_it_is_simulated_though_nobody_said_so(practice):
    _, store = practice
    said = []
    model = fit_and_measure(store, shipped_tables(), seed=1, progress=said.append).model
    assert model.simulated
    assert any("test interchanges (ISA15 = T)" in words for words in said)


def test_training_until_a_day_knows_nothing_later(practice):
    _, store = practice
    whole = read(store, shipped_tables())
    answered = sorted(set(whole.lines["known_on"].dt.date))
    day = next(d for d in answered if d >= whole.as_of - timedelta(days=150))  # a day on which a payer answered
    early = read(store, shipped_tables(), until=day)
    assert early.as_of < day
    assert early.lines["known_on"].max().date() < day
    assert early.as_of in {event.known_on for event in store.events()}
    known = whole.lines.merge(early.lines, on=["claim_id", "submitted", "line"], suffixes=("", "_early"))
    assert len(known) == len(early.lines)


def test_evaluating_a_model_asks_only_about_claims_it_has_not_learned_from(practice, result):
    _, store = practice
    graded = evaluate(store, shipped_tables(), model=result.model)
    assert graded.figures["lines"] == result.metrics["lines"]
    assert graded.figures["pr_auc"] == pytest.approx(result.metrics["pr_auc"])
    name = "baseline.logistic_regression.pr_auc"  # the baselines learn from the very same train window again
    assert graded.figures[name] == pytest.approx(result.metrics[name])
    assert graded.notes == ()
    with pytest.raises(NotEnoughData, match="no labelled line sent on or after 2100-01-01"):
        evaluate(
            store, shipped_tables(), model=result.model, since=result.split.windows["test"].last.replace(2100, 1, 1)
        )


def test_the_promoted_model_assesses_a_claim(practice, result):
    folder, store = practice
    model = DenialModel.load(promote(result.version, home=folder))
    newest = sorted((folder / "pretend" / "837").iterdir())[-1]
    with newest.open("rb") as file:
        claim = next(c for c in read_837(file) if isinstance(c, Claim))
    assessment = Assessor(shipped_tables(), model, StorePasts(store)).assess(claim, claim.submitted_on)
    assert assessment.model.version == "1"
    for line in assessment.lines:
        assert 0 < line.risk < 1
        assert assessment.risk >= line.risk


def test_a_second_training_measures_the_champion_on_the_same_lines(practice, result):
    folder, store = practice
    promote(result.version, home=folder)
    second = train(store, shipped_tables(), home=folder, seed=2, simulated=True)
    assert second.version == "2"
    assert second.metrics["champion.pr_auc"] == pytest.approx(result.metrics["pr_auc"])
