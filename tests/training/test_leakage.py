"""The leak audit finds no leak in what we do, and finds every guard that is taken away."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

import past.patient
import past.payer
from claims.claim import Authorization
from claims.entries import Entry, whose_of
from features.replay import Decided, Rejected, Submitted
from scrubber.tables import shipped_tables
from scrubber.tables.release import Table
from simulator import simulate
from store import Store
from tests.sizes import sized
from training.errors import NotEnoughData
from training.leakage import audit_leakage, known_by, spread

TABLES = shipped_tables()


def ingested(folder, months, claims_per_month):
    """A pretend practice's store."""
    simulate(months, claims_per_month, 5, folder / "files")
    store = Store.open(folder / "home", family_of=TABLES.family)
    store.ingest([folder / "files" / "837", folder / "files" / "835"])
    return store


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    with ingested(tmp_path_factory.mktemp("leaks"), *sized((10, 80), (12, 130))) as store:
        yield store


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A practice of which every day can be audited: patients come back, and payers have answered."""
    with ingested(tmp_path_factory.mktemp("small"), *sized((5, 30), (12, 130))) as store:
        yield store


def earlier(event):
    """The event as if it had been known a month before it was."""
    day = event.known_on - timedelta(days=30)
    if isinstance(event, Decided):
        return replace(event, known_on=day, decision=replace(event.decision, known_on=day))
    return replace(event, known_on=day)


def test_removing_the_future_changes_no_row_and_no_finding(practice):
    audit = audit_leakage(practice, TABLES, days=6)
    assert audit.leaks == 0, audit.first
    assert len(audit.days) == 6
    assert audit.claims > 50
    assert audit.values > 100 * audit.claims
    assert audit.findings > 0


def test_a_decision_known_too_early_is_found(practice):
    events = sorted(
        (earlier(e) if isinstance(e, Decided) else e for e in practice.events()),
        key=lambda e: (e.known_on, not isinstance(e, Submitted)),
    )
    audit = audit_leakage(practice, TABLES, days=3, events=events)
    assert audit.leaks
    assert {leak.path for leak in audit.first} == {"replay"}
    assert any(name.startswith("payer_") for name in audit.by_what)


def test_a_claim_known_before_it_went_out_is_found(small):
    events = list(small.events())
    sent = [e for e in events if isinstance(e, Submitted)]
    again = {e.patient for e in sent if e.known_on < sent[-1].known_on - timedelta(days=60)}
    last = next(e for e in reversed(sent) if e.patient in again)  # its patient was here long before
    moved = [replace(e, known_on=sent[0].known_on) if e is last else e for e in events]
    moved = [e for e in moved if not isinstance(e, Submitted | Decided | Rejected) or e.submission != last.submission
             or isinstance(e, Submitted)]  # fmt: skip
    audit = audit_leakage(small, TABLES, days=1000, events=sorted(moved, key=lambda e: e.known_on))
    assert {leak.path for leak in audit.first} == {"replay"}


def test_serving_that_shows_later_decisions_is_found(small, monkeypatch):
    monkeypatch.setattr(past.patient, "_as_known", lambda service, as_of: service)
    audit = audit_leakage(small, TABLES, days=1000)
    assert audit.leaks
    assert {leak.path for leak in audit.first} == {"serving"}


def test_serving_that_counts_later_answers_of_payers_is_found(practice, monkeypatch):
    honest = past.payer._Tally.between
    monkeypatch.setattr(
        past.payer._Tally, "between", lambda self, start, end, column: honest(self, start, 10**7, column)
    )
    audit = audit_leakage(practice, TABLES, days=5)
    assert {leak.path for leak in audit.first} == {"serving"}


def test_a_release_of_a_table_published_later_is_not_there_on_the_day():
    mue = TABLES.mue
    later = replace(mue.releases[-1], name="later", published=date(2099, 1, 1), effective=date(2020, 1, 1))
    tables = replace(TABLES, mue=Table("mue", (*mue.releases, later), mue.quarterly))
    assert known_by(tables, date(2026, 1, 1)).mue.releases == mue.releases
    assert known_by(tables, date(2099, 1, 1)).mue.releases[-1] is later


def test_a_table_read_before_it_was_published_is_found(practice, monkeypatch):
    mue = TABLES.mue
    strict = {code: replace(limit, units=0) for code, limit in mue.releases[-1].rows.items()}
    later = replace(mue.releases[-1], name="later", published=date(2099, 1, 1), effective=date(2020, 1, 1), rows=strict)
    tables = replace(TABLES, mue=Table("mue", (*mue.releases, later), mue.quarterly))
    assert audit_leakage(practice, tables, days=2).leaks == 0
    monkeypatch.setattr(Table, "on", lambda self, day, as_of: self.releases[-1])
    audit = audit_leakage(practice, tables, days=2)
    assert {what for what in audit.by_what if "-" in what} >= {"NCC-008"}


def test_the_days_are_spread_over_the_history():
    days = [date(2026, 1, n) for n in range(1, 31)]
    assert spread(days, 3) == [date(2026, 1, 10), date(2026, 1, 20), date(2026, 1, 30)]
    assert spread(days[:2], 5) == days[:2]


def test_an_empty_store_has_nothing_to_audit(tmp_path):
    with Store.open(tmp_path) as store, pytest.raises(NotEnoughData, match="cleanclaim ingest"):
        audit_leakage(store, TABLES)


def test_a_record_of_the_day_is_seen_and_a_later_one_is_not(practice, tmp_path):
    sent = [e for e in practice.events() if isinstance(e, Submitted)][-150:]
    authorized = [e for e in sent if e.claim.authorization_number]
    with Store.open(tmp_path, family_of=TABLES.family) as store:
        store.record([e.claim for e in sent])
        days = {0: 0, 1: 0}
        for n, event in enumerate(authorized):
            later = n % 2
            held = Authorization(
                event.claim.authorization_number, status="denied",
                recorded_on=event.known_on + timedelta(days=later), codes=(),
            )  # fmt: skip
            store.note([Entry(held.recorded_on, whose=whose_of(event.claim), authorization=held)])
            days[later] += 1
        assert min(days.values()) >= 5
        audit = audit_leakage(store, TABLES, days=1000)
        assert audit.leaks == 0, audit.first
        seen = sum(bool(store.patient_past(e.claim, as_of=e.known_on).authorizations) for e in authorized)
        assert seen >= days[0]
