"""What a line's answer says of its own certainty: the band, why not to rely on it, and past lines of its like."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from fastapi.testclient import TestClient

from models.band import Band, Stairs
from models.encoding import Encoder
from models.past_lines import PastLines, write
from past.payer import Decision, PayerPast
from serving.app import create_app
from serving.assess import Assessor, assessment_json
from serving.pasts import SnapshotPasts
from serving.schemas import AnswerShape
from tests.serving.samples import TODAY, example_claim
from tests.serving.test_assess import OwnPasts, TestPasts

URL = "/v1/assessments"


def decided(tables, counts):
    """So many decisions of the claim's payer on a code each."""
    past, payer = PayerPast(), example_claim().payer.id
    for code, count in counts.items():
        for _ in range(count):
            past.learn(
                Decision(TODAY - timedelta(9), payer, code, tables.family(code), False, None, 60000, 20000, 1.0, 20)
            )
    return past


@pytest.fixture
def knows_the_claim(real_model):
    """The same trees, the words of the claim known to them."""
    encoder = real_model.encoder
    claim = example_claim()
    words = {
        **encoder.categories,
        "procedure_code": tuple(sorted({line.code for line in claim.lines})),
        "payer_id": (claim.payer.id,),
    }
    return replace(real_model, encoder=Encoder(encoder.columns, words))


def doubts(tables, model, pasts):
    return [line.abstentions for line in Assessor(tables, model, pasts).assess(example_claim(), TODAY).lines]


def test_each_line_says_how_many_decisions_of_its_family_are_wanting(tables, knows_the_claim):
    lines = example_claim().lines
    families = [tables.family(line.code) for line in lines]
    assert len(set(families)) > 1, "else the lines could not differ"
    enough, few = lines[0].code, next(line.code for line in lines if tables.family(line.code) != families[0])
    found = doubts(tables, knows_the_claim, OwnPasts(decided(tables, {enough: 30, few: 4})))
    for family, why in zip(families, found, strict=True):
        if family == families[0]:
            assert why == ()
        elif family == tables.family(few):
            words = family.replace("_", " ")
            assert why == (f"4 decisions from this payer on the family {words}; 30 are needed.",)


def test_a_claim_may_be_relied_on_where_one_of_its_lines_may_not(tables, knows_the_claim):
    enough = example_claim().lines[0].code
    assessor = Assessor(tables, knows_the_claim, OwnPasts(decided(tables, {enough: 40})))
    a = assessor.assess(example_claim(), TODAY)
    assert not a.abstained
    assert not a.lines[0].abstained
    assert any(line.abstained for line in a.lines)
    told = assessment_json(a)["lines"]
    assert [line["abstained"] for line in told] == [line.abstained for line in a.lines]
    assert [line["abstained_why"] for line in told] == [list(line.abstentions) for line in a.lines]


def test_decisions_of_the_day_itself_and_of_test_interchanges_do_not_count(tables, knows_the_claim):
    code = example_claim().lines[0].code
    past = decided(tables, {code: 40})
    early = Assessor(tables, knows_the_claim, OwnPasts(past)).assess(example_claim(), TODAY - timedelta(9))
    assert early.lines[0].abstentions[0].startswith("0 decisions from this payer")
    (why, *_) = doubts(tables, knows_the_claim, TestPasts(past))
    assert "(40 of test interchanges do not count)" in why[0]


def test_a_code_and_a_payer_training_never_met_are_named(tables, real_model):
    code, payer = example_claim().lines[0].code, example_claim().payer.id
    found = doubts(tables, real_model, OwnPasts(decided(tables, {code: 500})))
    assert [why.split(" was ")[0] for why in found[0]] == [f"code {code}", f"payer {payer}"]


def test_a_code_of_no_family_is_counted_by_itself(tables, knows_the_claim):
    assert tables.family("A9999") == ""
    claim = example_claim()
    claim = replace(claim, lines=(replace(claim.lines[0], code="A9999"),))
    a = Assessor(tables, knows_the_claim, OwnPasts(decided(tables, {"A9999": 7, "99214": 90}))).assess(claim, TODAY)
    assert "7 decisions from this payer on code A9999; 30 are needed." in a.lines[0].abstentions


def test_without_a_store_decisions_are_not_counted_and_without_a_model_nothing_is_doubted(tables, knows_the_claim):
    assert set(doubts(tables, knows_the_claim, SnapshotPasts())) == {()}
    assert set(doubts(tables, None, SnapshotPasts())) == {()}


BAND = Band(Stairs((-1.0,), (0.1, 0.3)), Stairs((0.0,), (0.4, 0.9)), 500)


def test_the_band_stands_with_its_line_in_every_answer(tables, real_model):
    model = replace(real_model, band=BAND)
    a = Assessor(tables, model, SnapshotPasts()).assess(example_claim(), TODAY)
    for line, told in zip(a.lines, assessment_json(a)["lines"], strict=True):
        low, high = told["band"]
        assert low <= line.risk <= high
        assert (low, high) == line.band
    without = Assessor(tables, real_model, SnapshotPasts()).assess(example_claim(), TODAY)
    assert {line.band for line in without.lines} == {None}
    assert assessment_json(without)["lines"][0]["band"] is None
    assert [line.risk for line in without.lines] == [line.risk for line in a.lines], "the band moves no risk"


@pytest.fixture
def with_past_lines(real_model, tmp_path):
    rng = np.random.default_rng(1)
    names = ("known_on", "sent_on", "line", "payer", "code", "outcome", "carcs")
    lines = np.zeros(60, dtype=[("ref", "S16"), *((name, np.int32) for name in names)])
    lines["ref"] = [f"{n:016x}".encode() for n in range(60)]
    lines["known_on"] = TODAY.toordinal() - 50 + np.arange(60)
    lines["sent_on"], lines["line"] = lines["known_on"] - 9, 1
    lines["outcome"] = np.arange(60) % 2
    words = {"payer": ["ZZMEDICARE"], "code": ["64483"], "outcome": ["paid", "denied"], "carcs": [["197"]]}
    leaves = rng.integers(0, 5, (real_model.booster.num_trees(), 60)).astype(np.uint8)
    write(tmp_path / "similar", "b", leaves, lines, words)
    return replace(real_model, band=BAND, past_lines=PastLines(tmp_path / "similar", "b"))


@pytest.fixture
def asked(tables, with_past_lines, settings):
    app = create_app(Assessor(tables, with_past_lines, SnapshotPasts()), settings, today=lambda: TODAY)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def post(client, **params):
    from claims.claim_json import claim_to_json

    body = json.dumps(claim_to_json(example_claim()))
    return client.post(URL, content=body, params=params, headers={"Content-Type": "application/json"})


def test_similar_past_lines_come_when_they_are_asked_for(asked):
    plain = post(asked).json()
    assert {line["similar"] for line in plain["assessments"][0]["lines"]} == {None}
    answer = post(asked, similar="3").json()
    AnswerShape.model_validate(answer)
    for line, unasked in zip(answer["assessments"][0]["lines"], plain["assessments"][0]["lines"], strict=True):
        similar = line.pop("similar")
        assert line == {name: value for name, value in unasked.items() if name != "similar"}
        assert similar["why"] is None
        assert [len(similar[which]) for which in ("denied", "paid")] == [3, 3]
        for past in (*similar["denied"], *similar["paid"]):
            assert date.fromisoformat(past["known_on"]) < TODAY
            assert 0 <= past["likeness"] <= 1


def test_a_model_without_past_lines_says_why_there_are_none(client):
    answer = post(client, similar="3").json()
    AnswerShape.model_validate(answer)
    for line in answer["assessments"][0]["lines"]:
        assert (line["similar"]["denied"], line["similar"]["paid"]) == (None, None)
        assert "came without its past lines" in line["similar"]["why"]


@pytest.mark.parametrize("count", ["0", "21", "-1", "1.5", "three", "", "٣", "999999999999"])
def test_a_count_that_is_none_is_a_problem(client, count):
    problem = post(client, similar=count)
    assert problem.status_code == 400
    assert problem.json()["detail"] == "Expected a whole number from 1 to 20 in similar; leave it out for none."


def test_rules_alone_have_no_similar_lines_and_still_answer(tables, settings):
    app = create_app(Assessor(tables, None, SnapshotPasts()), settings, today=lambda: TODAY)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = post(client, similar="3").json()
    AnswerShape.model_validate(answer)
    assert {line["similar"] for line in answer["assessments"][0]["lines"]} == {None}


def test_the_page_shows_the_band_and_the_doubts_of_a_line(asked):
    from tests.serving.samples import x12_of

    page = asked.post("/", files={"file": ("batch.837", x12_of({}))}, data={"as_of": ""}).text
    assert '<th scope="col">Between</th>' in page
    assert "% to " in page
    assert "Not to be relied on yet: code " in page
