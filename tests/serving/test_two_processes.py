"""What one process ingests, the next answer of another reflects."""

import sqlite3
import sys
import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from claims.remittance import Adjudication, Adjustment, Payment, Remittance
from claims.x12 import read_837
from past.patient import PatientPast
from serving.app import create_app
from serving.assess import Assessor
from serving.examples import CLAIM
from serving.pasts import SnapshotPasts, StorePasts, with_peers
from store import Store
from tests.serving.processes import get, post, served
from tests.serving.samples import TODAY, claim_json, example_claim, x12_of

SENT, ANSWERED = date(2026, 1, 12), date(2026, 2, 2)


def sent(number):
    """The example claim as sent in January for another patient."""
    document = claim_json(id=f"EXAMPLE-{number:03}", submitted_on=SENT.isoformat())
    document["claim"]["patient"]["last_name"] = f"PATIENT-{number:03}"
    document["claim"]["subscriber"]["member_id"] = f"ZZTEST{number:05}"
    for line in document["claim"]["lines"]:
        line["from"] = "2026-01-05"
    return document


def paid(claim):
    """The payer's answer: every line paid at a third of its charge."""
    lines = tuple(
        Adjudication(
            code=line.code,
            charge=line.charge,
            paid=(line.charge / 3).quantize(Decimal("0.01")),
            modifiers=line.modifiers,
            allowed=(line.charge / 3).quantize(Decimal("0.01")),
            service_from=line.service_from,
            adjustments=(Adjustment("CO", "45", line.charge - (line.charge / 3).quantize(Decimal("0.01"))),),
        )
        for line in claim.lines
    )
    payment = Payment(payer_id=claim.payer.id, payer_name=claim.payer.name, trace=f"T{claim.id}")
    return Remittance(
        claim_id=claim.id,
        status="1",
        charge=claim.charge,
        paid=sum((a.paid for a in lines), Decimal(0)),
        patient_responsibility=Decimal(0),
        payer_control_number=f"C{claim.id}",
        lines=lines,
        payment=payment,
        known_on=ANSWERED,
        member_id=claim.subscriber.member_id,
        rendering_npi=claim.rendering.npi,
        service_from=date(2026, 1, 5),
        service_to=date(2026, 1, 5),
    )


def record(home, numbers):
    from claims.claim_json import claim_from_json

    claims = [claim_from_json(sent(n)) for n in numbers]
    with Store.open(home / "store.db") as store:
        store.record(claims, [paid(c) for c in claims])


def ask(url):
    status, answer = post(url, CLAIM)
    assert status == 200
    return answer["assessments"][0]


def test_the_next_answer_of_a_running_service_reflects_an_ingest(model, tmp_path):
    model.save(tmp_path / "bundle")
    with served(sys.executable, tmp_path, bundle=str(tmp_path / "bundle")) as (url, _):
        before = ask(url)
        assert before["own_record"]["decisions"] == 0
        assert {line["allowed_basis"] for line in before["lines"]} == {"fee_table"}
        record(tmp_path, range(101, 111))
        between = ask(url)
        assert between["own_record"]["decisions"] == 30
        assert {line["allowed_basis"] for line in between["lines"]} == {"remittances"}
        seen = get(url, "/readyz")["last_event"]
        record(tmp_path, range(111, 113))
        assert ask(url)["own_record"]["decisions"] == 36
        assert get(url, "/readyz")["last_event"] > seen


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "store.db") as store:
        yield store


def test_a_claim_already_ingested_is_not_its_own_past(tables, model, store):
    claim = example_claim()
    assessor = Assessor(tables, model, StorePasts(store))
    before = assessor.assess(claim, TODAY)
    store.record([claim])
    assert assessor.assess(claim, TODAY) == before
    assert assessor.assess(claim, TODAY + timedelta(1)).findings == before.findings


def test_a_file_ingested_before_it_is_scored_is_not_counted_twice(tables, model, store):
    file = list(read_837(x12_of({}, {"CLM*EXAMPLE-001*": "CLM*EXAMPLE-002*"})))
    assessor = Assessor(tables, model, StorePasts(store))
    before = list(assessor.assess_all(lambda: file, TODAY))
    store.record(file)
    after = list(assessor.assess_all(lambda: file, TODAY))
    assert [a.findings for a in after] == [a.findings for a in before]
    assert [a.risk for a in after] == [a.risk for a in before]


def test_a_peer_stands_once_beside_a_claim_ingested_or_not(store):
    claim, peer = read_837(x12_of({}, {"CLM*EXAMPLE-001*": "CLM*EXAMPLE-002*"}))
    pasts = StorePasts(store)

    def beside():
        past = with_peers(pasts.known(claim, as_of=TODAY)[0], claim, [claim, peer], pasts.practice, TODAY)
        return [(s.claim_id, s.line, s.submission) for s in past.same_batch]

    before = beside()
    assert [(claim_id, line) for claim_id, line, _ in before] == [("EXAMPLE-002", n) for n in (1, 2, 3)]
    store.record([claim, peer])
    assert beside() == before


def test_peers_stand_in_one_order_whatever_the_files():
    claim, *peers = read_837(x12_of({}, {"EXAMPLE-001": "EXAMPLE-002"}, {"EXAMPLE-001": "EXAMPLE-003"}))
    forward = with_peers(PatientPast(), claim, peers, "default", TODAY)
    assert len(forward.same_batch) == 6
    assert forward == with_peers(PatientPast(), claim, peers[::-1], "default", TODAY)


def test_the_claims_of_a_patient_are_told_from_anothers(store):
    pasts = StorePasts(store)
    other = example_claim(patient={"last_name": "PATIENT-002", "first_name": "ZZTEST", "birth_date": "1950-01-01"})
    assert pasts.patient_key(example_claim()) == pasts.patient_key(example_claim(id="EXAMPLE-002"))
    assert pasts.patient_key(example_claim()) != pasts.patient_key(other)


def test_a_store_that_cannot_be_read_is_a_503_and_says_nothing_of_it(tables, model, store, settings, tmp_path):
    app = create_app(Assessor(tables, model, StorePasts(store)), settings, today=lambda: TODAY)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        with sqlite3.connect(tmp_path / "store.db") as database:
            database.execute("drop table services")
        answer = client.post("/v1/assessments", json=CLAIM)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"
    assert "services" not in answer.text


def test_threads_get_the_answer_one_alone_would_get(tables, model, store):
    claims = [example_claim(id=f"EXAMPLE-{i}") for i in range(4)]
    assessor = Assessor(tables, model, StorePasts(store))
    alone = [assessor.assess(c, TODAY) for c in claims]
    answers: dict[int, list[object]] = {}

    def work(i):
        answers[i] = [assessor.assess(c, TODAY) for c in claims for _ in range(5)][::5]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert all(answers[i] == alone for i in range(4))


def test_patients_met_in_the_store_are_met_by_the_same_key(tables, model, store):
    earlier = replace(example_claim(id="EXAMPLE-000"), submitted_on=SENT)
    store.record([earlier])
    own = Assessor(tables, model, StorePasts(store)).pasts.known(example_claim(), as_of=TODAY)[0]
    none = Assessor(tables, model, SnapshotPasts()).pasts.known(example_claim(), as_of=TODAY)[0]
    assert own.seen
    assert not none.seen


def test_several_workers_answer_as_one(model, tmp_path):
    model.save(tmp_path / "bundle")
    with served(sys.executable, tmp_path, bundle=str(tmp_path / "bundle"), workers="2") as (url, _):
        answers = [ask(url) for _ in range(6)]
        record(tmp_path, range(101, 103))
        later = [ask(url)["own_record"]["decisions"] for _ in range(6)]
    assert all(a == answers[0] for a in answers)
    assert later == [6] * 6
