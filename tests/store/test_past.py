"""What the store says of the past is what replay sees: one path for training and serving."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func
from sqlalchemy.exc import StatementError

from claims.identity import content_hash
from features import rows
from features.replay import Decided, Submitted, replay
from past.payer import PayerPast
from scrubber.engine import scrub
from scrubber.tables import shipped_tables
from store import Store
from store.schema import submissions
from store.scope import Scope, of_practice
from tests.past.acknowledgments import a_patient, wire_277ca
from tests.past.builders import SENT, SERVICE, a_claim, a_line, a_service, an_answer
from tests.store.practice_year import END, as_837, many_files, open_store, the_files
from tests.store.test_ingest import what_it_answers


@pytest.fixture(scope="module")
def tables():
    return shipped_tables()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("year")
    the_files(folder / "in")
    many_files(folder / "in", days=12, claims_a_day=6)
    with open_store(folder / "home") as opened:
        assert opened.ingest([folder / "in"]).ok
        yield opened


def test_serving_computes_from_the_store_what_replay_computes_from_its_events(store, tables):
    seen = 0
    for replayed in replay(store.events(), tables):
        claim, day = replayed.event.claim, replayed.event.known_on
        past = store.patient_past(claim, as_of=day)
        report = scrub(claim, tables, past, as_of=day)
        assert report == replayed.report
        found = rows(claim, report, past, store.payer_past(), tables=tables, as_of=day)
        assert repr(found) == repr(replayed.rows)  # NaN equals nothing, not even itself
        seen += bool(past.services) + bool(past.same_batch)
    assert seen > 50, "the claims do have a past"


def test_events_come_by_day_and_end_where_asked(store):
    events = list(store.events())
    assert [e.known_on for e in events] == sorted(e.known_on for e in events)
    assert sum(isinstance(e, Decided) for e in events) == store.decisions_count()
    until = SENT + timedelta(days=14)
    assert list(store.events(until)) == [e for e in events if e.known_on <= until]
    assert 0 < len(list(store.events(until))) < len(events)


def test_the_payer_past_is_the_decisions_of_the_events(store):
    past = PayerPast()
    for event in store.events():
        if isinstance(event, Decided):
            past.learn(event.decision)
    assert what_it_answers(store.payer_past()) == what_it_answers(past)


def test_a_decision_carries_what_the_payer_did(tmp_path):
    claim = a_claim(a_line(1, control="1", units=2), a_line(2, "64494", "300.00", control="2"), a_line(3, "64495"))
    answer = an_answer(
        claim,
        a_service(claim.lines[0], "CO-45 180.00", "PR-2 64.00", paid="256.00"),
        a_service(claim.lines[1], "CO-151 300.00"),
    )
    with open_store(tmp_path) as store:
        store.record([claim], [answer])
        paid, denied = (e.decision for e in store.events() if isinstance(e, Decided))
    assert (paid.denied, paid.reason, paid.charge_cents, paid.allowed_cents) == (False, None, 50000, 32000)
    assert (paid.units, paid.lag_days, paid.payer_id, paid.family) == (2.0, 21, "MEDI1", "family of 644")
    assert (denied.denied, denied.reason.value, denied.allowed_cents) == (True, "frequency", None)


def test_a_decision_is_known_when_both_its_claim_and_its_remittance_are(tmp_path):
    claim = a_claim(sent=date(2026, 2, 9))
    with open_store(tmp_path) as store:
        store.record([claim], [an_answer(claim, a_service(claim.lines[0], paid="500"), known=SENT)])
        (decided,) = (e for e in store.events() if isinstance(e, Decided))
    assert (decided.known_on, decided.decision.known_on, decided.decision.lag_days) == (
        date(2026, 2, 9), date(2026, 2, 9), 0,
    )  # fmt: skip


def visits(n, **more):
    """One patient's visits, ten days apart, each in a file of its own."""
    return [
        a_claim(
            a_line(1, day=SERVICE + timedelta(days=10 * i), control="1"),
            id=f"ACC-{i}", sent=SENT + timedelta(days=10 * i), n=i, **more,
        )
        for i in range(n)
    ]  # fmt: skip


def test_the_past_ends_before_the_day_of_the_claim(tmp_path):
    claims = visits(3)
    with open_store(tmp_path) as store:
        store.record(claims)
        day = claims[1].origin.known_on
        assert [s.claim_id for s in store.patient_past(claims[2], as_of=day).services] == ["ACC-0"]
        assert [s.claim_id for s in store.patient_past(claims[2], as_of=day + timedelta(days=1)).services] == [
            "ACC-0", "ACC-1",
        ]  # fmt: skip
        assert store.patient_past(claims[0], as_of=SENT).known_since is None
        assert store.patient_past(claims[1], as_of=day).known_since == SENT


def test_the_past_never_holds_the_claim_itself_nor_its_equal(tmp_path):
    claim, *_ = visits(1)
    resent = replace(claim, origin=replace(claim.origin, interchange="000000077"))
    with open_store(tmp_path) as store:
        store.record([claim])
        assert store.patient_past(claim, as_of=END).services == ()
        assert store.patient_past(resent, as_of=END).services == ()
        as_json = replace(claim, origin=None)
        assert store.patient_past(as_json, as_of=END).services == ()


def test_a_hash_worked_out_before_changes_no_answer(store):
    for event in store.events():
        if isinstance(event, Submitted):
            known = store.patient_past(event.claim, as_of=END, content=content_hash(event.claim))
            assert known == store.patient_past(event.claim, as_of=END)


def test_a_statement_made_once_does_not_run_without_its_practice(tmp_path):
    claim, *_ = visits(1)
    count = of_practice(submissions, func.count())
    with open_store(tmp_path) as store:
        store.record([claim])
        with store._engine.connect() as connection:
            with pytest.raises(StatementError, match="practice_id"):
                connection.execute(count)
            assert Scope(connection, store.practice).run(count).scalar() == 1
            assert Scope(connection, "another").run(count).scalar() == 0


def test_another_patients_services_are_not_seen(tmp_path):
    mine, theirs = visits(2)[1], visits(1, patient="ZZOTHER")[0]
    with open_store(tmp_path) as store:
        store.record([theirs])
        past = store.patient_past(mine, as_of=END)
    assert (past.services, past.same_batch, past.known_since) == ((), (), SENT)


def test_a_decision_of_the_day_itself_is_not_known_yet(tmp_path):
    first, second = visits(2)
    answer = an_answer(first, a_service(first.lines[0], "CO-197 500.00"))
    with open_store(tmp_path) as store:
        store.record([first], [answer])
        (on_the_day,) = store.patient_past(second, as_of=answer.known_on).services
        (day_after,) = store.patient_past(second, as_of=answer.known_on + timedelta(days=1)).services
    assert (on_the_day.denied, on_the_day.decided_on) == (None, None)
    assert (day_after.denied, day_after.decided_on) == (True, answer.known_on)


def test_claims_of_the_same_file_are_seen_whether_the_store_holds_them_or_not(tmp_path):
    both = [a_claim(a_line(code=code), id=code, sent=SENT) for code in ("64493", "99213")]
    path = tmp_path / "both.837"
    path.write_bytes(as_837(both, day=SENT, interchange=7))
    with open_store(tmp_path / "reader") as reader:
        reader.ingest([path])
        read = [e.claim for e in reader.events() if isinstance(e, Submitted)]
        first, other = sorted(read, key=lambda c: c.id)
        held = reader.patient_past(first, as_of=SENT)
        assert reader.patient_past(first, as_of=SENT, peers=read) == held, "a peer the store holds counts once"
    with open_store(tmp_path / "empty") as empty:
        given = empty.patient_past(first, as_of=SENT, peers=read)
    assert [s.code for s in held.same_batch] == [s.code for s in given.same_batch] == [other.lines[0].code]
    assert held.services == given.services == ()


def test_two_lines_of_one_number_are_both_in_the_past(tmp_path):
    twice = a_claim(a_line(1, "64493"), a_line(1, "62323"), id="ACC-0")
    later = visits(2)[1]
    with open_store(tmp_path) as store:
        store.record([twice])
        assert len(store.patient_past(later, as_of=END).services) == 2


def test_serving_and_replay_agree_on_what_a_front_end_rejected(tmp_path, tables):
    first = a_claim(a_line(control="1"))
    again = a_claim(a_line(control="1"), sent=SENT + timedelta(days=9))
    (tmp_path / "1.837").write_bytes(as_837([first], day=SENT, interchange=1))
    (tmp_path / "2.277").write_bytes(wire_277ca(a_patient("ACC-1", "A7:562", "U", "500"), day=SENT + timedelta(days=3)))
    (tmp_path / "3.837").write_bytes(as_837([again], day=SENT + timedelta(days=9), interchange=2))
    with open_store(tmp_path / "home") as opened:
        opened.ingest(sorted(tmp_path.glob("*.*")))
        *_, last = replay(opened.events(), tables)
        past = opened.patient_past(last.event.claim, as_of=last.event.known_on)
    assert past.services == ()
    assert scrub(last.event.claim, tables, past, as_of=last.event.known_on) == last.report
    assert "DUP-001" not in {finding.rule_id for finding in last.report.findings}, "a rejected claim is sent again"


def test_a_fee_of_nothing_never_lowers_what_the_payer_is_expected_to_allow(tmp_path):
    claims = [a_claim(id=f"ACC-{i}", n=i) for i in (1, 2, 3)]
    said = (("CO-45 180.00",), "320.00"), (("CO-45 500.00",), "0"), (("CO-59 500.00",), "0")
    answers = [
        an_answer(claim, a_service(claim.lines[0], *adjustments, paid=paid), icn=f"ICN{claim.id}", n=n)
        for n, (claim, (adjustments, paid)) in enumerate(zip(claims, said, strict=True), 1)
    ]
    with Store.open(tmp_path / "store.db") as store:
        store.record(claims, answers)
        known = store.payer_past().allowed("MEDI1", before=date(2026, 3, 1), code="64493")
        rates = store.payer_past().decisions("MEDI1", before=date(2026, 3, 1))
    assert (known.lines, known.cents) == (1, 32000)
    assert (rates.denied, rates.total) == (1, 2)


def marked(record):
    return replace(record, origin=replace(record.origin, test=True))


@pytest.mark.parametrize(
    ("sent_as_test", "answered_as_test", "tests"),
    [(False, False, 0), (True, False, 1), (False, True, 1), (True, True, 1)],
)
def test_decisions_of_test_interchanges_are_told_apart(tmp_path, sent_as_test, answered_as_test, tests):
    real, other = a_claim(), a_claim(id="ACC-2", n=2)
    answers = [
        an_answer(c, a_service(c.lines[0], paid="500.00"), icn=f"ICN{c.id}", n=n) for n, c in enumerate((real, other))
    ]
    noted = replace(real, note='{"test":true}')  # what a claim says is not how it was sent
    with Store.open(tmp_path / "store.db") as store:
        store.record([noted], answers[:1])
        assert (store.payer_past().decisions(before=END).total, store.test_past().decisions(before=END).total) == (1, 0)
        claim = marked(other) if sent_as_test else other
        store.record([claim], [marked(answers[1]) if answered_as_test else answers[1]])  # followed, not begun anew
        assert store.payer_past().decisions(before=END).total == 2
        assert store.test_past().decisions("MEDI1", before=END).total == tests
    with Store.open(tmp_path / "store.db") as again:
        assert again.test_past().decisions("MEDI1", before=END).total == tests
