"""What must hold of rows over time, whatever the history: no future, no skew, no dependence on the order of a day."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.reasons import Reason
from features import FEATURES, Look, replay, rows
from features.replay import Noted, scrubbed
from past.patient import PatientPast, patient_past, services_of
from past.payer import PayerPast
from past.recorded import with_recorded
from scrubber.engine import scrub
from scrubber.report import Report
from tests.features.builders import (
    MONDAY,
    SERVICE,
    a_claim,
    a_decision,
    a_line,
    answered,
    learned,
    noted,
    sent,
    small_tables,
)
from tests.features.histories import START, decisions_of, histories, known_by, submissions_of

TABLES = small_tables()
REPLAY = inspect.getmodule(replay)


def replayed(events):
    """The rows and findings of each submission, by its ref; as text, for NaN is not equal to itself."""
    return {r.event.submission: repr((r.rows, r.report)) for r in replay(events, TABLES)}


@given(histories())
def test_the_future_never_changes_a_row(events) -> None:
    now = replayed(events)
    for event in submissions_of(events):
        assert replayed(known_by(event, events))[event.submission] == now[event.submission]


@given(histories(), st.data())
def test_cutting_a_history_leaves_the_days_before_as_they_were(events, data) -> None:
    last = data.draw(st.sampled_from([e.known_on for e in events])) if events else MONDAY
    then, now = replayed([e for e in events if e.known_on <= last]), replayed(events)
    assert then == {ref: now[ref] for ref in then}


@given(histories(), st.randoms())
def test_the_order_of_a_day_changes_nothing(events, random) -> None:
    shuffled = []
    for _, of_day in groupby(events, key=lambda event: event.known_on):
        day = list(of_day)
        random.shuffle(day)
        shuffled += day
    assert list(replayed(shuffled).items()) == list(replayed(events).items())


@given(histories())
def test_serving_computes_what_training_saw(events) -> None:
    """Serving asks pasts that hold everything, the future too, as a store does after later files came in."""
    payer = learned(*(event.decision for event in reversed(decisions_of(events))))
    decided = {(event.submission, event.line): event for event in decisions_of(events)}
    first = min((event.known_on for event in submissions_of(events)), default=None)
    in_training = replayed(events)
    for event in submissions_of(events):
        known = []
        for other in submissions_of(events):
            if other.patient == event.patient:
                for s in services_of(
                    other.claim,
                    known_on=other.known_on,
                    submission=other.submission,
                    content=other.content,
                    batch=other.batch,
                ):
                    answer = decided.get((s.submission, s.line))
                    denied = answer and answer.decision.denied
                    known.append(_answered(s, answer and answer.known_on, denied))
        day = event.known_on
        past_ = patient_past(
            known, as_of=day, submission=event.submission, content=event.content, batch=event.batch, known_since=first
        )
        book = [e.recorded for e in events if isinstance(e, Noted) and event.patient in e.keys]
        past_ = with_recorded(past_, book, day)
        report = scrub(event.claim, TABLES, past_, as_of=day)
        in_serving = rows(event.claim, report, past_, payer, tables=TABLES, as_of=day)
        assert repr((in_serving, report)) == in_training[event.submission]


def _answered(service, day, denied):
    return replace(service, decided_on=day, denied=denied)


def test_what_was_noted_reaches_the_findings_from_its_day_on() -> None:
    claims = [a_claim(a_line(day=MONDAY), id=f"C{n}", authorization_number="AUTH-1") for n in range(3)]
    events = [sent(claim, MONDAY + timedelta(n), f"s{n}") for n, claim in enumerate(claims)]
    events.insert(1, noted(1, MONDAY + timedelta(1), "p1", "denied"))
    found = [{f.rule_id for f in r.report.findings} for r in replay(events, TABLES)]
    assert ["AUT-002" in rules for rules in found] == [False, True, True]
    other = [e if not isinstance(e, Noted) else noted(1, e.known_on, "p2", "denied") for e in events]
    assert not any("AUT-002" in {f.rule_id for f in r.report.findings} for r in replay(other, TABLES))


# Two guards stand behind each other: replay learns a day's events after its claims, and every look-up says before which
# day. Each is tested with the other one taken away.


class Unguarded(PayerPast):
    """A payer past that tells all it has learned, of whatever day."""

    def decisions(self, *args, before, **kwargs):
        return super().decisions(*args, before=date.max, **{**kwargs, "days": None})

    def denials(self, *args, before, **kwargs):
        return super().denials(*args, before=date.max, **{**kwargs, "days": None})

    def allowed(self, *args, before, **kwargs):
        return super().allowed(*args, before=date.max, **kwargs)


def _unguarded_patient_past(services, *, as_of, submission, **keys):
    """A patient past that tells all decisions it holds, of whatever day."""
    return PatientPast(tuple(s for s in services if s.submission != submission), (), None)


def _history_of_a_week():
    """Each day a claim, and an answer on the same day to one sent earlier."""
    events = []
    for n in range(6):
        event = sent(a_claim(id=f"C{n}"), MONDAY + timedelta(n), f"s{n}")
        events += [event, answered(event, 2, Reason.AUTHORIZATION if n % 2 else None)]
    return sorted(events, key=lambda event: event.known_on)


def test_replay_alone_keeps_a_day_s_decisions_from_its_claims(monkeypatch) -> None:
    monkeypatch.setattr(REPLAY, "PayerPast", Unguarded)
    monkeypatch.setattr(REPLAY, "patient_past", _unguarded_patient_past)
    events = _history_of_a_week()
    now = replayed(events)
    for event in submissions_of(events):
        known = [e for e in events if e.known_on < event.known_on or e in submissions_of(events)]
        assert replayed(known)[event.submission] == now[event.submission]


def test_the_payer_past_alone_keeps_later_decisions_from_a_row() -> None:
    before = [a_decision(MONDAY - timedelta(n), reason=Reason.CODING if n % 2 else None) for n in range(1, 8)]
    later = [a_decision(MONDAY + timedelta(n), reason=Reason.AUTHORIZATION) for n in range(3)]
    claim = a_claim()

    def row(*decisions):
        nothing = patient_past((), as_of=MONDAY, submission="", content="", batch="", known_since=None)
        return repr(
            rows(
                claim,
                scrub(claim, TABLES, nothing, as_of=MONDAY),
                nothing,
                learned(*decisions),
                tables=TABLES,
                as_of=MONDAY,
            )
        )

    assert row(*before, *later) == row(*before)


def test_the_patient_past_alone_keeps_later_services_and_decisions_from_a_row() -> None:
    early = _services_sent(a_claim(a_line(day=SERVICE - timedelta(30)), id="E"), MONDAY - timedelta(20), "early")
    late = _services_sent(a_claim(a_line(day=SERVICE - timedelta(3)), id="L"), MONDAY, "late")
    beside = _services_sent(a_claim(a_line("99213"), id="B"), MONDAY, "beside", batch="b1")

    def row(*services):
        past_ = patient_past(services, as_of=MONDAY, submission="s1", content="c1", batch="b1", known_since=None)
        claim = a_claim()
        report = scrub(claim, TABLES, past_, as_of=MONDAY)
        return repr((rows(claim, report, past_, PayerPast(), tables=TABLES, as_of=MONDAY), past_))

    told = row(*early, *beside)
    assert row(*early, *late, *beside) == told
    answered_since = [_answered(s, MONDAY, True) for s in (*early, *beside)]
    assert row(*answered_since) == told
    answered_before = [_answered(s, MONDAY - timedelta(1), True) for s in early]
    assert row(*answered_before, *beside) != told


def _services_sent(claim, known_on, ref, batch="other"):
    return services_of(claim, known_on=known_on, submission=ref, content=ref, batch=batch)


def test_with_both_guards_gone_the_tests_above_would_tell(monkeypatch) -> None:
    """A replay that learns first, over a past that tells all: the very fault the two guards keep out."""

    class Told(Unguarded):
        def __init__(self) -> None:
            super().__init__()
            for event in decisions_of(events):
                super().learn(event.decision)

    events = _history_of_a_week()
    honest = replayed(events)
    monkeypatch.setattr(REPLAY, "PayerPast", Told)
    assert replayed(events) != honest


# What the past answers once is kept for the day; it must never outlive what it rests on.


def test_an_answer_kept_for_the_day_does_not_outlive_a_new_decision() -> None:
    past_, claim = learned(a_decision(MONDAY - timedelta(9))), a_claim()
    nothing = patient_past((), as_of=MONDAY, submission="", content="", batch="", known_since=None)
    report = scrub(claim, TABLES, nothing, as_of=MONDAY)

    def row(payer_past, day=MONDAY):
        return repr(rows(claim, report, nothing, payer_past, tables=TABLES, as_of=day))

    first = row(past_)
    denial = a_decision(MONDAY - timedelta(5), reason=Reason.AUTHORIZATION)
    past_.learn(denial)
    assert row(past_) == row(learned(a_decision(MONDAY - timedelta(9)), denial)) != first
    past_.unlearn(denial)
    assert row(past_) == first
    assert row(past_, MONDAY - timedelta(30)) == row(PayerPast(), MONDAY - timedelta(30))


def test_answers_kept_for_the_day_are_of_their_own_payer_and_code() -> None:
    decisions = [
        a_decision(MONDAY - timedelta(3 * n), code, payer, reason if n % k == 0 else None)
        for payer, k in (("ALPHA", 2), ("BETA", 3))
        for code in ("64493", "64490", "99213")
        for n, reason in enumerate([Reason.AUTHORIZATION, Reason.BUNDLING, Reason.FREQUENCY] * 20)
    ]
    nothing = patient_past((), as_of=MONDAY, submission="", content="", batch="", known_since=None)
    claims = [
        a_claim(a_line(code), payer=payer)
        for payer in ("ALPHA", "BETA", "NEW")
        for code in ("64493", "64490", "99213", "62323", "99999")
    ]

    def row(claim, past_):
        return repr(rows(claim, Report(), nothing, past_, tables=TABLES, as_of=MONDAY))

    together = learned(*decisions)
    assert [row(claim, together) for claim in claims] == [row(claim, learned(*decisions)) for claim in claims]


@given(histories())
def test_a_row_is_the_same_without_what_was_kept(events) -> None:
    payer = learned(*(event.decision for event in decisions_of(events)))
    nothing = patient_past((), as_of=MONDAY, submission="", content="", batch="", known_since=None)
    for event in submissions_of(events)[:3]:
        claim, day = event.claim, event.known_on
        report = scrub(claim, TABLES, nothing, as_of=day)
        together = rows(claim, report, nothing, payer, tables=TABLES, as_of=day)
        for line, row in zip(claim.lines, together, strict=True):
            alone = {}
            for name in FEATURES:
                look = Look(claim, line, report, nothing, payer, TABLES, day, TABLES.family(line.code))
                given_value = FEATURES[name].compute(look)
                blank = "" if FEATURES[name].categorical else float("nan")
                alone[name] = blank if given_value is None else given_value
            assert [str(v) for v in row.values()] == [
                str(v if isinstance(v, str) else float(v)) for v in alone.values()
            ]


# Disorder is refused, not repaired.


def test_days_out_of_order_are_refused() -> None:
    events = [sent(a_claim(), MONDAY), sent(a_claim(), MONDAY - timedelta(1), "s2")]
    with pytest.raises(ValueError, match="events of 2025-06-01 come after those of 2025-06-02"):
        list(replay(events, TABLES))


def test_a_decision_of_another_day_than_its_event_is_refused() -> None:
    event = sent(a_claim(), MONDAY)
    decided = answered(event, 5)
    wrong = replace(decided, decision=replace(decided.decision, known_on=MONDAY + timedelta(1)))
    with pytest.raises(ValueError, match="a decision of 2025-06-03 came as an event of 2025-06-07"):
        list(replay([event, wrong], TABLES))


def test_two_lines_of_one_number_are_both_remembered() -> None:
    first = sent(a_claim(a_line("64493", 1), a_line("62323", 1), id="C1"), MONDAY, "s1")
    second = sent(a_claim(a_line("99213"), id="C2"), MONDAY + timedelta(1), "s2")
    *_, last = replay([first, second], TABLES)
    assert last.rows[0]["other_claims_that_day"] == 2


@given(histories())
def test_the_reports_without_rows_are_those_of_replay(events):
    with_rows = [(r.event, r.report) for r in replay(events, TABLES)]
    assert [(s.event, s.report) for s in scrubbed(events, TABLES)] == with_rows


@given(histories(), st.integers(0, 120))
def test_reports_from_a_day_on_know_what_was_before_it(events, days):
    since = START + timedelta(days)
    late = [(s.event, s.past, s.report) for s in scrubbed(events, TABLES) if s.event.known_on >= since]
    assert [(s.event, s.past, s.report) for s in scrubbed(events, TABLES, since=since)] == late
