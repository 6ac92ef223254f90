"""The REST door: what goes in, what comes out, and the wording of every refusal."""

import json

import pytest

from scrubber.registry import RULES
from serving import rest
from serving.assess import assessment_json
from serving.desk import WARM_SECONDS
from serving.examples import CLAIM, X12_EXAMPLE
from serving.schemas import AnswerShape, ProblemShape, ReadyShape, RuleShape
from tests.serving.samples import JSON, TODAY, X12, claim_json, example_claim, x12_of

URL = "/v1/assessments"


def post(client, body, headers=X12, **query):
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(URL, content=content, headers=headers, params=query)


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    ProblemShape.model_validate(said)
    assert said["status"] == status
    return said


@pytest.mark.parametrize("kind", ["application/edi-x12", "text/plain; charset=us-ascii", "application/octet-stream"])
def test_an_837p_is_answered_claim_by_claim(client, kind):
    answer = post(client, x12_of({}, {"EXAMPLE-001*": "EXAMPLE-002*"}), {"Content-Type": kind})
    assert answer.status_code == 200
    said = AnswerShape.model_validate(answer.json())
    assert [a.claim_id for a in said.assessments] == ["EXAMPLE-001", "EXAMPLE-002"]
    assert said.refused == []
    assert said.as_of == TODAY.isoformat()


def test_the_door_answers_what_the_assessor_says(client, assessor):
    said = post(client, CLAIM, JSON).json()["assessments"]
    assert said == [json.loads(json.dumps(assessment_json(assessor.assess(example_claim(), TODAY))))]


def test_a_list_of_claims_is_answered_in_its_order(client):
    claims = [claim_json(id=f"EXAMPLE-{i}") for i in (3, 1, 2)]
    said = post(client, claims, JSON).json()
    assert [a["claim_id"] for a in said["assessments"]] == ["EXAMPLE-3", "EXAMPLE-1", "EXAMPLE-2"]


def test_the_same_claim_as_x12_and_as_json_gets_the_same_answer(client):
    first = post(client, X12_EXAMPLE).json()["assessments"][0]
    second = post(client, {"claim": CLAIM["claim"]}, JSON).json()["assessments"][0]
    assert [line["risk"] for line in first["lines"]] == [line["risk"] for line in second["lines"]]
    assert [(f["rule_id"], f["line"]) for f in first["findings"]] == [
        (f["rule_id"], f["line"]) for f in second["findings"]
    ]


def test_one_bad_claim_of_a_file_never_costs_its_neighbours(client):
    body = x12_of({}, {"EXAMPLE-001*1150": "EXAMPLE-002*11S0"}, {"EXAMPLE-001*": "EXAMPLE-003*"})
    said = post(client, body).json()
    assert [a["claim_id"] for a in said["assessments"]] == ["EXAMPLE-001", "EXAMPLE-003"]
    refused = said["refused"]
    assert [(r["claim_id"], r["claims_lost"], r["element"]) for r in refused] == [("EXAMPLE-002", 1, "CLM02")]
    assert refused[0]["detail"].startswith(f"segment {refused[0]['segment_number']} (CLM02): found")


def test_one_bad_claim_of_a_list_never_costs_its_neighbours(client):
    bad = claim_json(id="EXAMPLE-002")
    bad["claim"]["lines"][1]["charge"] = "6OO"
    answer = post(client, [claim_json(), bad], JSON)
    assert answer.status_code == 200
    said = answer.json()
    assert len(said["assessments"]) == 1
    assert [r["pointer"] for r in said["refused"]] == ["/1/claim/lines/1/charge"]
    assert [(r["claim_id"], r["claims_lost"]) for r in said["refused"]] == [("EXAMPLE-002", 1)]


@pytest.mark.parametrize("claim", ["ZZ", {}, {"id": 7}, {"id": ""}, {"id": None}])
def test_a_claim_that_gives_no_id_is_refused_without_one(client, claim):
    (refused,) = post(client, [claim_json(), {"claim": claim}], JSON).json()["refused"]
    assert refused["claim_id"] is None


def test_a_bad_item_of_evidence_is_left_out_with_its_place_and_the_claim_assessed(client):
    good, bad = {"item": "pain_duration", "value": 14}, {"item": "pain_duratoin", "value": 14}
    elsewhere = {"item": "imaging", "value": "MRI", "line": 9}
    said = post(client, [claim_json(), {**claim_json(), "evidence": [bad, good, elsewhere]}], JSON).json()
    assert [(r["pointer"], r["claim_id"], r["claims_lost"]) for r in said["refused"]] == [
        ("/1/evidence/0/item", "EXAMPLE-001", 0),
        ("/1/evidence/2/line", "EXAMPLE-001", 0),
    ]
    advice = "Did you mean 'pain_duration'? It was left out; the claim is read without it."
    assert said["refused"][0]["advice"] == advice
    alone = post(client, {**claim_json(), "evidence": [good]}, JSON).json()
    assert said["assessments"][1] == alone["assessments"][0]


def test_when_nothing_could_be_read_the_answer_is_a_problem_with_places(client):
    said = problem(post(client, x12_of({"EXAMPLE-001*1150": "EXAMPLE-001*11S0"})), 422)
    assert said["title"] == "Not one claim could be read"
    assert said["problems"][0]["element"] == "CLM02"
    bad = claim_json()
    bad["claim"]["lines"] = "none"
    assert problem(post(client, bad, JSON), 422)["problems"][0]["pointer"] == "/claim/lines"


@pytest.mark.parametrize(
    ("body", "headers", "wording"),
    [
        ("", X12, "found an empty file"),
        ("", JSON, "found expecting value at line 1, column 1"),
        ("{", JSON, "found expecting property name enclosed in double quotes at line 1, column 2"),
        ("[]", JSON, "the body: found no claim, expected at least one claim"),
        (b"\xff\xfe", JSON, "found a byte that is not UTF-8 at offset 0"),
        ('{"claim": {"charge": NaN}}', JSON, "found a number no claim can hold"),
        ("[" * 100_000, JSON, "found values nested too deep"),
        ('{"claim": ' + "9" * 5000 + "}", JSON, "found a number no claim can hold"),
        ("hello", X12, "expected an X12 interchange"),
    ],
)
def test_what_is_no_claim_at_all_is_refused_with_a_reason(client, body, headers, wording):
    assert wording in problem(post(client, body, headers), 422)["detail"]


def test_a_file_of_another_kind_is_told_apart(client):
    said = problem(post(client, X12_EXAMPLE.replace("ST*837", "ST*835").replace("GS*HC", "GS*HP")), 422)
    assert "835" in said["detail"]


@pytest.mark.parametrize("kind", ["", "application/x-www-form-urlencoded", "application/xml", "image/png"])
def test_an_unknown_media_type_is_told_which_are_known(client, kind):
    answer = client.post(URL, content=X12_EXAMPLE, headers={"Content-Type": kind} if kind else {})
    assert "Content-Type: application/edi-x12 for an 837P" in problem(answer, 415)["detail"]
    assert "application/json" in answer.headers["accept-post"]


def test_a_compressed_body_is_refused(client):
    problem(post(client, b"\x1f\x8b", {**X12, "Content-Encoding": "gzip"}), 415)


@pytest.mark.parametrize("day", ["2026-13-01", "20260301", "1772323200", "yesterday", "", "2026-03-01T00:00"])
def test_a_day_that_is_none_is_refused(client, day):
    assert problem(post(client, X12_EXAMPLE, as_of=day), 400)["title"] == "as_of is not a day"


def test_the_day_asked_for_is_the_day_of_the_answer(client):
    assert post(client, X12_EXAMPLE, as_of="2026-05-01").json()["as_of"] == "2026-05-01"
    early = post(client, X12_EXAMPLE, as_of="2020-01-01").json()["assessments"][0]
    assert early["findings"] != post(client, X12_EXAMPLE).json()["assessments"][0]["findings"]


def test_a_misspelt_parameter_is_not_taken_for_none(client):
    assert problem(post(client, X12_EXAMPLE, asof="2020-01-01"), 400)["detail"] == "Expected as_of or similar."


def test_what_has_no_path_or_method_is_a_problem_too(client):
    problem(client.get("/v1/nothing/PATIENT-NAME"), 404)
    assert "PATIENT" not in client.get("/v1/nothing/PATIENT-NAME").text
    problem(client.get(URL), 405)
    assert client.get(URL).headers["allow"] == "POST"


def test_every_answer_tells_of_simulation(client):
    said = post(client, CLAIM, JSON).json()
    assert "simulated" in said["banner"]
    assert said["assessments"][0]["banner"] == said["banner"]
    assert said["assessments"][0]["model"]["simulated"] is True


def test_answers_are_not_to_be_kept_by_anyone(client):
    headers = post(client, CLAIM, JSON).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_the_rules_are_listed_with_their_policy(client):
    said = [RuleShape.model_validate(r) for r in client.get("/v1/rules").json()]
    assert [r.rule_id for r in said] == sorted(RULES)
    assert all(r.citation.text for r in said)


def test_the_schema_of_claim_json_accepts_the_example(client):
    import jsonschema

    answer = client.get("/v1/schema/claim")
    assert answer.headers["content-type"] == "application/schema+json"
    jsonschema.validate(CLAIM, answer.json())


def test_health_says_little_and_readiness_what_stands_behind_an_answer(client, model):
    assert client.get("/healthz").json() == {"status": "ok"}
    said = ReadyShape.model_validate(client.get("/readyz").json())
    assert (said.model.name, said.model.version, said.store, said.last_event) == (model.name, model.version, "none", 0)
    assert said.rules == len(RULES)
    assert {t.name for t in said.tables} >= {"ptp", "mue"}


def test_another_host_name_is_turned_away(client):
    problem(client.get("/healthz", headers={"Host": "evil.example"}), 421)
    assert client.get("/healthz", headers={"Host": "localhost:8000"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "[::1]:8000"}).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_no_table_speaks_for_is_refused(client, day):
    said = problem(post(client, X12_EXAMPLE, as_of=day), 400)
    assert "1990-01-01 to 2100-12-31" in said["detail"]


@pytest.mark.parametrize("day", ["1990-01-01", "2100-12-31"])
def test_the_first_and_last_day_are_answered(client, day):
    assert post(client, X12_EXAMPLE, as_of=day).json()["as_of"] == day


def test_one_claim_is_answered_where_it_arrives_while_the_service_is_warm(client, monkeypatch):
    handed_over = []

    async def in_a_thread(answer):
        handed_over.append(answer)
        return answer()

    monkeypatch.setattr(rest, "run_in_threadpool", in_a_thread)
    first, warm = (post(client, CLAIM, JSON) for _ in range(2))
    assert (len(handed_over), first.json(), warm.status_code) == (1, warm.json(), 200)
    assert post(client, X12_EXAMPLE).status_code == 200
    many = [claim_json(id=f"EXAMPLE-{i}", note="x" * 500) for i in range(40)]
    assert post(client, many, JSON).status_code == 200
    assert len(handed_over) == 3
    client.app.state.desk._answered -= WARM_SECONDS
    assert post(client, CLAIM, JSON).status_code == 200
    assert len(handed_over) == 4


def test_a_refusal_is_the_same_where_it_arrives(client):
    bad = {"claim": {"id": "EXAMPLE-1", "lines": []}}
    cold = problem(post(client, bad, JSON), 422)
    assert post(client, CLAIM, JSON).status_code == 200
    assert problem(post(client, bad, JSON), 422) == cold


@pytest.mark.parametrize(("wrap", "pointer"), [(lambda claim: claim, "/claim"), (lambda claim: [claim], "/0/claim")])
def test_a_claim_without_its_wrapper_is_told_how_to_wrap_it(client, wrap, pointer):
    bare = claim_json()["claim"]
    said = problem(post(client, wrap(bare), JSON), 422)
    assert said["problems"][0]["pointer"] == pointer
    assert said["problems"][0]["advice"].startswith('Put the claim into the member "claim": {"claim": {...}}')
