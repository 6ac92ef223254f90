"""A payment that does not add up is stated with its place; its claims that add up by themselves stay labels."""

from dataclasses import replace
from decimal import Decimal

import pytest

from claims.x12 import read_835
from store import sources
from tests.past.builders import a_claim, a_line, a_service, an_answer
from tests.store.practice_year import END, as_835, as_837, open_store

PAID, DENIED = (a_claim(a_line(1, charge="500.00"), id=f"ACC-{name}", patient=f"ZZ{name}") for name in "AB")
ANSWERS = [
    an_answer(PAID, a_service(PAID.lines[0], "CO-45 100.00", paid="400.00"), icn="ICN-A"),
    an_answer(DENIED, a_service(DENIED.lines[0], "CO-197 500.00"), icn="ICN-B"),
]
SENT = as_837([PAID, DENIED], day=PAID.submitted_on, interchange=1)
ANSWERED = as_835(ANSWERS, day=ANSWERS[0].known_on, interchange=2)
OUTCOMES = {"ACC-A": "paid", "ACC-B": "denied"}


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "home") as opened:
        yield opened


def ingested(store, tmp_path, *documents):
    folder = tmp_path / "in"
    folder.mkdir(exist_ok=True)
    for n, document in enumerate((SENT, *documents)):
        (folder / f"{n}.x12").write_bytes(document)
    return store.ingest([folder])


def outcomes(store):
    return {row.claim_id: row.outcome.value for row in store.ledger(END)}


def test_a_payment_that_adds_up_is_not_spoken_of(store, tmp_path):
    assert ingested(store, tmp_path, ANSWERED).json()["unbalanced_payments"] == []


def test_a_payment_that_does_not_is_stated_and_its_claims_are_labels_all_the_same(store, tmp_path):
    report = ingested(store, tmp_path, ANSWERED.replace(b"BPR*I*400", b"BPR*I*450.25"))
    (payment,) = report.unbalanced_payments
    assert str(payment) == (
        f"{tmp_path}/in/1.x12: segment 4: payment TRACE2: the payment does not add up: 400.00 paid on its claims less "
        "0.00 moved outside them (PLB) is 400.00, but 450.25 was paid (BPR02); those of its claims that add up are "
        "labels"
    )
    said = payment.json()
    assert {k: said[k] for k in ("segment", "control", "trace", "stated", "claims", "paid", "moved")} == {
        "segment": 4, "control": "0001", "trace": "TRACE2", "stated": "450.25", "claims": 2,
        "paid": "400", "moved": "0",
    }  # fmt: skip
    assert ANSWERED[said["offset"] :].startswith(b"BPR*")
    assert report.ok, "nothing of it was refused"
    assert outcomes(store) == OUTCOMES


def test_money_moved_outside_claims_belongs_to_the_balance(store, tmp_path):
    moved = ANSWERED.replace(b"BPR*I*400", b"BPR*I*380").replace(b"SE*", b"PLB*1234567893*20261231*WO:ICN9*20~SE*")
    assert ingested(store, tmp_path, moved).unbalanced_payments == []


def test_a_claim_that_is_refused_is_counted_where_its_amount_can_be_read(store, tmp_path):
    refused = ANSWERED.replace(b"CLP*ACC-A*1*500", b"CLP*ACC-A*1*5OO")
    report = ingested(store, tmp_path, refused)
    assert [r.claims_lost for r in report.refusals] == [1]
    assert report.unbalanced_payments == [], "the payer's sums are right; the refusal says what is lost"


def test_an_amount_that_cannot_be_read_leaves_the_balance_unknown(store, tmp_path):
    start = ANSWERED.index(b"CLP*ACC-A")
    unread = ANSWERED[:start] + ANSWERED[start:].replace(b"*400*", b"*4OO*", 1)
    (payment,) = ingested(store, tmp_path, unread).unbalanced_payments
    number = ANSWERED[:start].count(b"~") + 1
    assert payment.text == (
        f"whether the payment adds up is not known: an amount of segment {number} (CLP) cannot be read"
    )
    assert outcomes(store)["ACC-B"] == "denied"


def test_a_payment_without_its_amount_is_stated(store, tmp_path):
    start, end = ANSWERED.index(b"BPR*"), ANSWERED.index(b"TRN*")
    (payment,) = ingested(store, tmp_path, ANSWERED[:start] + ANSWERED[end:]).unbalanced_payments
    assert (payment.stated, payment.segment) == (None, 3)
    assert payment.text == "whether the payment adds up is not known: it has no BPR segment"


def test_a_claim_the_reader_loses_without_a_word_is_seen(store, tmp_path, monkeypatch):
    def forgetful(file):
        yield from list(read_835(file))[:-1]

    monkeypatch.setattr(sources, "_READERS", {**sources._READERS, "835": forgetful})
    (payment,) = ingested(store, tmp_path, ANSWERED).unbalanced_payments
    assert payment.text == "it holds 2 claims, but 1 were read and 0 refused"


def test_a_claim_read_with_another_payment_is_seen(store, tmp_path, monkeypatch):
    def misread(file):
        for said in read_835(file):
            yield replace(said, paid=Decimal(7)) if said.claim_id == "ACC-A" else said

    monkeypatch.setattr(sources, "_READERS", {**sources._READERS, "835": misread})
    (payment,) = ingested(store, tmp_path, ANSWERED).unbalanced_payments
    assert "7.00 paid on its claims less 0.00 moved outside them (PLB) is 7.00, but 400.00 was paid" in payment.text


def test_only_the_payment_that_does_not_add_up_is_named(store, tmp_path):
    other = as_835([replace(a, claim_id=f"{a.claim_id}2") for a in ANSWERS], day=END, interchange=3)
    start, end = other.index(b"ST*"), other.index(b"GE*")
    second = other[start:end].replace(b"BPR*I*400", b"BPR*I*1").replace(b"*0001~", b"*0002~")
    both = ANSWERED.replace(b"GE*1*", second + b"GE*2*")
    report = ingested(store, tmp_path, both)
    assert report.refusals == []
    assert [(p.control, p.trace, p.stated) for p in report.unbalanced_payments] == [("0002", "TRACE3", Decimal(1))]


def test_a_file_read_before_is_not_spoken_of_again(store, tmp_path):
    document = ANSWERED.replace(b"BPR*I*400", b"BPR*I*1")
    assert len(ingested(store, tmp_path, document).unbalanced_payments) == 1
    assert ingested(store, tmp_path, document).unbalanced_payments == []
