"""No patient's data in a log, an error or a refusal: marked claims are sent through every door and the marks sought."""

import json
import logging
import sys

import pytest
from fastapi.testclient import TestClient

from serving.app import create_app
from serving.logs import configure_logs, log, only_allowed
from tests.serving.samples import JSON, TODAY, X12, claim_json, x12_of

URL = "/v1/assessments"
MARKS = ("CANARYLAST", "CANARYFIRST", "CANARYMEMBER", "1931-07-17", "19310717", "CANARYSTREET", "CANARYCLAIM")
IN_X12 = {
    "PATIENT-001": "CANARYLAST",
    "*ZZTEST****MI*ZZTEST00001": "*CANARYFIRST****MI*CANARYMEMBER",
    "19500101": "19310717",
    "2 EXAMPLE WAY": "CANARYSTREET",
    "EXAMPLE-001": "CANARYCLAIM",
}


def marked_json(**changes):
    person = {"last_name": "CANARYLAST", "first_name": "CANARYFIRST", "birth_date": "1931-07-17", "sex": "F"}
    subscriber = {"member_id": "CANARYMEMBER", "relationship": "18", "person": person}
    return claim_json(id="CANARYCLAIM", patient=person, subscriber=subscriber, **changes)


@pytest.fixture
def quiet_root():
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def watched(assessor, settings, quiet_root):
    configure_logs("debug")
    app = create_app(assessor, settings, today=lambda: TODAY)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def logged(capsys):
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def unmarked(text):
    for mark in MARKS:
        assert mark not in text, mark


def test_an_answered_claim_leaves_no_patient_in_the_log(watched, capsys):
    assert watched.post(URL, content=x12_of(IN_X12), headers=X12).status_code == 200
    assert watched.post(URL, content=json.dumps(marked_json()), headers=JSON).status_code == 200
    assert watched.post("/", files={"file": ("CANARYLAST.837", x12_of(IN_X12))}).status_code == 200
    written = logged(capsys)
    unmarked(written)
    entries = [json.loads(line) for line in written.splitlines()]
    assert [e["claims"] for e in entries if e["event"] == "assessed"] == [1, 1]
    assert len(next(e["ref"] for e in entries if e["event"] == "assessed")) == 16


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (x12_of({**IN_X12, "*1150*": "*CANARYLAST*"}), X12),
        (x12_of({**IN_X12, "64483:RT*600": "64483:RT*CANARYLAST"}), X12),
        (json.dumps(marked_json(charge="CANARYLAST")), JSON),
        (json.dumps(marked_json(lines="CANARYLAST")), JSON),
        (json.dumps(marked_json(diagnoses=[{"CANARYFIRST": "CANARYLAST"}])), JSON),
        ('{"claim": "CANARYLAST', JSON),
        ("CANARYLAST", X12),
        ("CANARYLAST", {"Content-Type": "text/CANARYLAST"}),
    ],
)
def test_a_refusal_does_not_repeat_the_patient(watched, capsys, body, headers):
    answer = watched.post(URL, content=body, headers=headers)
    assert answer.status_code in (415, 422), answer.text
    said = answer.json()
    for refused in said.get("problems", []):
        refused.pop("claim_id", None)  # shown to who sent it, never logged
    unmarked(json.dumps(said))
    unmarked(logged(capsys))


def test_paths_and_queries_are_not_logged(watched, capsys):
    watched.get("/v1/patients/CANARYLAST", params={"member": "CANARYMEMBER"})
    watched.post(URL, params={"as_of": "CANARYLAST"}, content=x12_of({}), headers=X12)
    watched.request("CANARYLAST", URL)
    unmarked(logged(capsys))


def test_a_fault_of_ours_says_its_place_and_nothing_of_the_claim(watched, capsys, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("cannot assess CANARYLAST CANARYMEMBER")

    monkeypatch.setattr(type(watched.app.state.desk.assessor()), "assess_all", fails)
    answer = watched.post(URL, content=x12_of(IN_X12), headers=X12)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "The service failed"
    assert answer.headers["cache-control"] == "no-store"
    unmarked(answer.text)
    written = logged(capsys)
    unmarked(written)
    fault = next(e for e in map(json.loads, written.splitlines()) if e["event"] == "fault")
    assert fault["fault"] == "RuntimeError"
    assert "test_privacy.py:" in fault["where"]


def test_what_a_library_logs_is_not_passed_on(quiet_root, capsys):
    configure_logs("debug")
    logging.getLogger("sqlalchemy.pool").warning("row %s", "CANARYMEMBER")
    try:
        raise ValueError("CANARYLAST")
    except ValueError:
        logging.getLogger("sqlalchemy.engine").warning("row %s", "CANARYMEMBER", exc_info=True)
        logging.getLogger("uvicorn.error").error("failed CANARYFIRST", exc_info=True)
    written = logged(capsys)
    unmarked(written)
    assert [json.loads(line).get("fault") for line in written.splitlines()] == [None, "ValueError", "ValueError"]


def test_a_parameter_of_the_wrong_form_is_not_repeated(watched):
    @watched.app.get("/probe")
    def probe(units: int):
        return units

    answer = watched.get("/probe", params={"units": "CANARYLAST"})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Look at query/units."


def test_a_key_that_is_not_listed_is_dropped_whoever_writes_it(capsys):
    log.info("assessed", claims=1, patient="CANARYLAST", claim_id="CANARYCLAIM", route=["CANARYLAST"])
    entry = json.loads(capsys.readouterr().err)
    assert entry["claims"] == 1
    assert set(entry) == {"claims", "event", "level", "timestamp"}


def test_no_value_is_long_enough_for_a_claim():
    assert len(only_allowed(None, "", {"event": "x" * 5000})["event"]) == 120


def test_the_log_follows_standard_error_wherever_it_goes(capsys):
    log.info("ready")
    assert sys.stderr is not sys.__stderr__
    assert "ready" in capsys.readouterr().err
