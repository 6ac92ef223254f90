"""What a service does before it answers."""

import sqlite3

from scrubber import engine, plan, scrub
from serving.logs import configure_logs
from serving.start import build_assessor, meet
from store import Store
from tests.serving.samples import TODAY, example_claim, x12_of


def test_a_service_meets_the_latest_claims_as_it_starts(settings, tmp_path, monkeypatch):
    (tmp_path / "sent.837").write_bytes(x12_of({}))
    Store.open(settings.home / "store.db", home=settings.home).ingest([tmp_path / "sent.837"])
    assessor = build_assessor(settings)
    engine.forget()
    meet(assessor, TODAY)
    sent = next(assessor.pasts.latest(1))
    monkeypatch.setattr(plan, "settle_by_code", None)  # nothing is left to be worked out of such a claim
    monkeypatch.setattr(plan, "settle", None)
    past, _ = assessor.pasts.known(sent, as_of=TODAY)
    assert scrub(sent, assessor.tables, past, as_of=TODAY).unchecked


def test_the_latest_claims_come_first_and_no_more_than_asked_for(settings, tmp_path):
    store = Store.open(settings.home / "store.db", home=settings.home)
    for name in ("ZZFIRST", "ZZSECOND", "ZZTHIRD"):
        (tmp_path / name).write_bytes(x12_of({f"CLM*{example_claim().id}*": f"CLM*{name}*"}))
        store.ingest([tmp_path / name])
    assert [claim.id for claim in store.latest(2)] == ["ZZTHIRD", "ZZSECOND"]


def test_a_service_without_a_store_starts_all_the_same(settings):
    meet(build_assessor(settings), TODAY)


def test_a_claim_that_cannot_be_read_does_not_keep_a_service_from_starting(settings, tmp_path, capfd):
    (tmp_path / "sent.837").write_bytes(x12_of({}))
    Store.open(settings.home / "store.db", home=settings.home).ingest([tmp_path / "sent.837"])
    with sqlite3.connect(settings.home / "store.db") as connection:
        connection.execute("UPDATE submissions SET claim = '{\"ZZSECRET\"'")
    configure_logs("info")
    meet(build_assessor(settings), TODAY)
    said = "".join(capfd.readouterr())
    assert "not prepared" in said
    assert "ZZSECRET" not in said
