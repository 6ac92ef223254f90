from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from claims.claim import Claim, Diagnosis, Line, Payer, Person, Provider, Subscriber
from claims.reasons import Reason
from features import FEATURES, Decided, Submitted, replay
from models.encoding import Encoder
from past.label_settings import LabelSettings
from past.payer import Decision
from scrubber.tables import shipped_tables
from training.dataset import Label, build
from training.run import labels_of

START = date(2025, 3, 3)
PAID = Label("paid", "", (), Decimal(0), None)


def claim(number, day, payer="P1", lines=2):
    return Claim(
        id=f"ZZTEST-{number}",
        charge=Decimal(300),
        payer=Payer(id=payer, name="PRETEND PAYER", filing_indicator="CI"),
        billing=Provider(npi="1999999984"),
        subscriber=Subscriber(member_id="ZZ1"),
        patient=Person(last_name=f"PATIENT-{number % 7:03}", first_name="ZZTEST"),
        diagnoses=(Diagnosis("M5416"),),
        lines=tuple(
            Line(n, ("99214", "64493", "62323")[n % 3], Decimal(150), Decimal(1), day, diagnosis_pointers=(1,))
            for n in range(1, lines + 1)
        ),
        place_of_service="11",
    )


def story(lags=(10,), count=80, payer="P1"):
    """Claims sent day by day, each answered after the next of `lags`; the first line of every fourth is denied."""
    events, labels = [], {}
    for number in range(count):
        sent = START + timedelta(days=number)
        known = sent + timedelta(days=lags[number % len(lags)])
        ref = f"{payer}-{number:04}"
        c = claim(number, sent, payer)
        events.append(Submitted(sent, c, ref, f"hash-{ref}", f"patient-{number % 7}", f"batch-{ref}"))
        for line in c.lines:
            denied = line.number == 1 and number % 4 == 0
            reason = Reason.AUTHORIZATION if denied else None
            decision = Decision(known, payer, line.code, "", denied, reason, 15000, None, 1.0, (known - sent).days)
            events.append(Decided(known, ref, line.number, f"patient-{number % 7}", decision))
            labels[ref, line.number] = Label(
                "denied" if denied else "paid",
                reason.value if reason else "",
                ("197",) if denied else (),
                Decimal(150) if denied else Decimal(0),
                known,
            )
    return sorted(events, key=lambda event: event.known_on), labels


@pytest.fixture(scope="module")
def tables():
    return shipped_tables()


def test_every_submitted_line_is_a_target_or_is_counted_as_left_out(tables):
    events, labels = story()
    labels["P1-0001", 1] = labels["P1-0001", 1]._replace(outcome="pending", known_on=None)
    labels["P1-0002", 2] = labels["P1-0002", 2]._replace(outcome="void")
    del labels["P1-0003", 1]
    dataset = build(events, labels, tables)
    assert dataset.excluded["pending"] == 1
    assert dataset.excluded["void"] == 1
    assert dataset.excluded["no label"] == 1
    assert len(dataset.lines) + dataset.excluded.total() == 160
    assert len(dataset.features) == len(dataset.lines)


def test_only_a_denial_is_a_denial(tables):
    events, labels = story()
    for number, outcome in enumerate(("paid", "reduced", "patient_responsibility"), 4):
        labels[f"P1-{number:04}", 1] = labels[f"P1-{number:04}", 1]._replace(outcome=outcome)
    dataset = build(events, labels, tables)
    of = dataset.lines[dataset.lines["line"] == 1].set_index("claim")["denied"]
    assert not of.loc[[4, 5, 6]].any()
    assert of.loc[8]
    assert dataset.lines[dataset.lines["reduced"]][["claim", "line"]].to_numpy().tolist() == [[5, 1]]


def test_the_rows_are_those_of_replay(tables):
    events, labels = story()
    dataset = build(events, labels, tables)
    replayed = [row for r in replay(events, tables) for row in r.rows][: len(dataset.lines)]
    ours = list(dataset.rows(np.arange(len(dataset.lines))))
    assert [repr(row) for row in ours] == [repr(row) for row in replayed]
    assert [type(v) for v in ours[0].values()] == [type(v) for v in replayed[0].values()]
    encoder = Encoder.fit(ours, list(FEATURES), [n for n, f in FEATURES.items() if f.categorical])
    np.testing.assert_array_equal(dataset.matrix(encoder, np.arange(len(ours))), encoder.matrix(replayed)[0])


def test_a_line_younger_than_its_payers_lag_is_left_out_however_it_ended(tables):
    quick, quick_labels = story(lags=(5,), payer="QUICK")
    slow, slow_labels = story(lags=(5, 5, 5, 40), payer="SLOW")
    events = sorted(quick + slow, key=lambda event: event.known_on)
    dataset = build(events, quick_labels | slow_labels, tables)
    assert dataset.as_of == START + timedelta(days=79 + 40)
    latest = dataset.lines.groupby("payer")["submitted"].max().dt.date
    assert latest["QUICK"] == START + timedelta(days=79)
    assert latest["SLOW"] == START + timedelta(days=79)
    until = START + timedelta(days=80)
    seen = [event for event in events if event.known_on <= until]
    labels = {k: v for k, v in (quick_labels | slow_labels).items() if v.known_on <= until}
    early = build(seen, labels, tables)
    latest = early.lines.groupby("payer")["submitted"].max().dt.date
    assert latest["QUICK"] == until - timedelta(days=5)
    assert latest["SLOW"] == until - timedelta(days=40)
    assert early.excluded["too recent: the payer's lag has not passed"] > 0


def test_the_history_for_the_bundle_holds_every_decision(tables):
    events, labels = story()
    dataset = build(events, labels, tables)
    told = dataset.payer_past.decisions("P1", before=date(2026, 1, 1))
    assert told == (20, 160)


def test_an_empty_store_gives_an_empty_dataset(tables):
    dataset = build([], {}, tables)
    assert dataset.lines.empty
    assert dataset.as_of is None


def test_a_label_keeps_the_bare_code_of_an_adjustment():
    class Row:
        ref, line, reason, denied_amount = "r1", 2, Reason.AUTHORIZATION, Decimal("12.50")
        denial_carcs, first_remittance_date, flags = ("CO-197", "PR-96"), START, ()

        class outcome:  # noqa: N801
            value = "denied"

    assert labels_of([Row]) == {("r1", 2): Label("denied", "authorization", ("197", "96"), Decimal("12.50"), START)}


def test_flagged_lines_are_left_out_when_asked_and_counted_by_flag(tables):
    events, labels = story(count=40)
    labels["P1-0000", 1] = labels["P1-0000", 1]._replace(flags=("duplicate",))
    labels["P1-0004", 1] = labels["P1-0004", 1]._replace(flags=("payer_mistake",))
    labels["P1-0008", 1] = labels["P1-0008", 1]._replace(flags=("duplicate", "payer_mistake"))
    whole = build(events, labels, tables)
    assert not [why for why in whole.excluded if why.startswith("flagged")], "a flag changes nothing by itself"
    some = build(events, labels, tables, exclude=("duplicate",))
    both = build(events, labels, tables, exclude=("payer_mistake", "duplicate"))
    assert some.excluded["flagged duplicate"] == 2
    assert (both.excluded["flagged duplicate"], both.excluded["flagged payer_mistake"]) == (2, 1)
    assert len(whole.lines) - len(some.lines) == 2
    assert len(whole.lines) - len(both.lines) == 3


def test_a_payer_that_has_decided_little_has_the_default_lag(tables):
    """Hand-made: 15 claims a day apart with two lines each; the last answer comes on day 24 after the first sending."""
    events, labels = story(lags=(10,), count=15)
    known = LabelSettings(least_decisions=30)
    unknown = LabelSettings(least_decisions=31, default_days=20)
    assert len(build(events, labels, tables, settings=known).lines) == 30, "its own lag is 10 days: all are ripe"
    few = build(events, labels, tables, settings=unknown)
    assert sorted(set(few.lines["submitted"].dt.date)) == [START + timedelta(days=n) for n in range(5)]
    assert few.excluded["too recent: the payer's lag has not passed"] == 20
