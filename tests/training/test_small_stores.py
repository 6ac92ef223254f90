"""A practice without a past, with a month of it, or one payer: what is answered, what is refused in a sentence."""

import json
import math
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient

from claims.claim_json import claim_to_json
from claims.x12 import read_837
from claims.x12.write_837 import write_837
from claims.x12.writing import Envelope
from models import DenialModel, bundled_model_folder, champion_folder
from scrubber.tables import shipped_tables
from serving.app import create_app
from serving.assess import assessment_json
from serving.schemas import AnswerShape
from serving.settings import Settings
from serving.start import build_assessor
from simulator import simulate
from store import Store
from tests.sizes import sized
from training.errors import NotEnoughData
from training.promote import promote
from training.run import evaluate, train

pytestmark = pytest.mark.slow

TODAY = date(2026, 3, 2)
PAYER, REMITTANCES = "ZZMED", "medicare_*.835"


@pytest.fixture(scope="module")
def pretend(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pretend")
    simulate(15, sized(180, 300), 6, folder / "files")
    return folder / "files"


def in_earnest(content):
    """The same interchange, not marked as a test: its decisions count as the practice's own."""
    return content[:102] + b"P" + content[103:]


def write_files(pretend, folder, keep, remittances):
    """The claims to be kept and the remittances of a pattern, as files of their own."""
    for number, path in enumerate(sorted((pretend / "837").iterdir()), 1):
        kept = [claim for claim in read_837(path.read_bytes()) if keep(claim)]
        if kept:
            day = date.fromisoformat(path.stem[:10])
            content = write_837(kept, Envelope("ZZTESTCLINIC", "ZZTESTHOUSE", number, number, 1, day, test=False))
            folder.mkdir(parents=True, exist_ok=True)
            (folder / path.name).write_bytes(content)
    for path in sorted((pretend / "835").glob(remittances)):
        (folder / path.name).write_bytes(in_earnest(path.read_bytes()))


def stored(home, *paths):
    with Store.open(home / "store.db", home=home) as store:
        if paths:
            store.ingest(list(paths))


@pytest.fixture(scope="module")
def claim(pretend):
    last = sorted((pretend / "837").iterdir())[-1]
    return next(claim for claim in read_837(last.read_bytes()) if claim.payer.id == PAYER)


def answered(home, claim):
    """The claim's assessment over HTTP, as strict about its shape as the contract."""
    settings = Settings(home=home)
    app = create_app(build_assessor(settings), settings, today=lambda: TODAY)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.get("/readyz").json()["status"] == "ready"
        body = json.dumps(claim_to_json(claim))
        said = client.post("/v1/assessments?similar=2", content=body, headers={"Content-Type": "application/json"})
        AnswerShape.model_validate(said.json())
        (assessment,) = said.json()["assessments"]
    assert "NaN" not in said.text
    assert 0 < assessment["risk"] < 1
    for line in assessment["lines"]:
        shown = line["base_log_odds"] + sum(reason["log_odds"] for reason in line["reasons"])
        assert shown == pytest.approx(math.log(line["risk"] / (1 - line["risk"])), abs=1e-6)
    return assessment


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    home = tmp_path_factory.mktemp("empty")
    stored(home)
    return home


@pytest.fixture(scope="module")
def tiny(pretend, tmp_path_factory):
    """Thirty claims of the first weeks, all answered."""
    home = tmp_path_factory.mktemp("tiny")
    first = [c.id for path in sorted((pretend / "837").iterdir())[:3] for c in read_837(path.read_bytes())][:30]
    assert len(set(first)) == 30
    write_files(pretend, home / "files", lambda c: c.id in first, "*_2024-1*.835")
    stored(home, home / "files")
    return home


@pytest.fixture(scope="module")
def one_payer(pretend, tmp_path_factory):
    home = tmp_path_factory.mktemp("one payer")
    write_files(pretend, home / "files", lambda c: c.payer.id == PAYER, REMITTANCES)
    stored(home, home / "files")
    return home


def test_an_empty_store_answers_by_the_bundled_model_and_says_what_to_do(empty, claim):
    a = answered(empty, claim)
    assert a["abstained"]
    assert "0 of your own decisions to go by; it needs 200. Ingest your own 837 and 835 files" in a["abstained_why"][0]
    assert a["own_record"]["decisions"] == 0
    assert "simulated" in a["banner"]
    for line in a["lines"]:
        assert line["abstained"]
        assert any(why.startswith("0 decisions from this payer on ") for why in line["abstained_why"])
        assert "cleanclaim train" in line["similar"]["why"]


def test_an_empty_store_trains_and_grades_nothing_and_says_so(empty):
    with Store.open(empty / "store.db", home=empty) as store:
        with pytest.raises(NotEnoughData, match=r"no labelled line, needed claims and their remittances\. Run"):
            train(store, shipped_tables(), home=empty)
        model = DenialModel.load(bundled_model_folder())
        with pytest.raises(NotEnoughData, match="no labelled line"):
            evaluate(store, shipped_tables(), model=model)
    assert champion_folder(empty) is None
    assert not (empty / "mlflow.db").exists()


def test_thirty_claims_are_answered_with_their_numbers_and_not_relied_on(tiny, claim):
    a = answered(tiny, claim)
    had = a["own_record"]["decisions"]
    assert 0 < had < 200
    assert f"has {had} of your own decisions to go by; it needs 200" in a["abstained_why"][0]
    payer_had = a["own_record"]["payer_decisions"]
    assert 0 < payer_had < 20
    assert f"this payer has decided {payer_had} of your lines; the model needs 20" in a["abstained_why"][1]
    assert all(line["abstained"] for line in a["lines"])


def test_thirty_claims_do_not_train_a_model_and_the_sentence_says_what_would(tiny):
    with Store.open(tiny / "store.db", home=tiny) as store:
        with pytest.raises(NotEnoughData) as refused:
            train(store, shipped_tables(), home=tiny)
        with pytest.raises(NotEnoughData) as unmeasured:  # so few answers of a payer are believed after 90 days alone
            evaluate(store, shipped_tables(), model=DenialModel.load(bundled_model_folder()), since=date(2024, 1, 1))
    assert "needed" in str(refused.value)
    assert "cleanclaim ingest" in refused.value.advice
    assert "no labelled line" in str(unmeasured.value)
    assert "Ingest later 837 and 835 files" in unmeasured.value.advice


def test_one_payer_trains_a_model_that_speaks_of_it_and_of_no_other(one_payer, claim, pretend):
    with Store.open(one_payer / "store.db", home=one_payer) as store:
        trained = train(store, shipped_tables(), home=one_payer)
    assert not trained.model.simulated
    assert trained.model.band is not None
    assert {trained.dataset.lines["payer"].nunique(), *trained.model.encoder.categories["payer_id"]} == {1, PAYER}
    promote(trained.version, home=one_payer)
    known = answered(one_payer, claim)
    assert not known["abstained"]
    assert known["own_record"]["payer_decisions"] > 20
    for line in known["lines"]:
        low, high = line["band"]
        assert low <= line["risk"] <= high
        assert line["similar"]["paid"]
        assert {past["payer_id"] for past in line["similar"]["paid"]} == {PAYER}
    last = sorted((pretend / "837").iterdir())[-1]
    stranger = next(c for c in read_837(last.read_bytes()) if c.payer.id != PAYER)
    unknown = answered(one_payer, stranger)
    assert unknown["abstained"]
    assert "this payer has decided 0 of your lines" in unknown["abstained_why"][0]
    said = [why for line in unknown["lines"] for why in line["abstained_why"]]
    assert any(why.startswith(f"payer {stranger.payer.id} was never seen in training") for why in said)


def test_similar_lines_are_those_known_on_the_day_and_never_the_claim_itself(one_payer):
    assessor = build_assessor(Settings(home=one_payer))
    path = sorted((one_payer / "files").glob("*.837"))[-8]
    day = date.fromisoformat(path.stem[:10]) + timedelta(200)
    for past_day in (day, day - timedelta(260)):
        for claim in list(read_837(path.read_bytes()))[:5]:
            a = assessor.assess(claim, past_day, similar=20)
            for line in a.lines:
                shown = (*line.similar.denied, *line.similar.paid)
                assert all(past.known_on < past_day for past in shown)
                assert a.ref not in {past.ref for past in shown}
            assert assessment_json(a)["ref"] == a.ref
