"""How a payer has answered of late: what counts, and what it comes to."""

from datetime import date, timedelta

from claims.reasons import Reason
from past.behaviour import Answered, behaviour
from past.intervals import wilson
from past.payer import Decision

BEFORE = date(2026, 3, 10)


def an_answer(
    day=date(2026, 1, 5), *carcs, code="64493", charge=10_000, allowed=None, lag=20, reason=Reason.AUTHORIZATION
):
    denied = bool(carcs)
    decision = Decision(
        day, "ZZ1", code, f"family of {code[:2]}", denied, reason if denied else None, charge,
        None if denied else allowed, 1.0, lag,
    )  # fmt: skip
    return Answered(decision, carcs)


def test_only_the_twelve_months_before_the_day_count():
    days = [date(2025, 3, 9), date(2025, 3, 10), BEFORE - timedelta(days=1), BEFORE, BEFORE + timedelta(days=1)]
    found = behaviour([an_answer(day, "CO-197") for day in days], before=BEFORE)
    assert (found.first, found.lines, found.denied) == (date(2025, 3, 10), 2, 2)
    assert [(m.first_day, m.lines) for m in found.months if m.lines] == [(date(2025, 3, 1), 1), (date(2026, 3, 1), 1)]
    assert len(found.months) == 13


def test_the_counts_dollars_lag_and_share_allowed():
    found = behaviour(
        [
            an_answer(allowed=4_000, lag=10),
            an_answer(allowed=8_000, lag=20),
            an_answer(date(2026, 1, 6), "CO-197", "CO-252", charge=30_000, lag=40),
            an_answer(date(2026, 1, 7), "CO-50", charge=50_000, reason=Reason.MEDICAL_NECESSITY, code="62323", lag=50),
        ],
        before=BEFORE,
    )
    assert (found.lines, found.denied, found.charged_cents, found.denied_cents) == (4, 2, 100_000, 80_000)
    assert found.median_lag_days == 30
    assert found.allowed_share == 0.6
    assert [(s.name, s.denied, s.lines, s.cents) for s in found.reasons] == [
        ("medical_necessity", 1, 2, 50_000),
        ("authorization", 1, 2, 30_000),
    ]
    assert [s.name for s in found.carcs] == ["CO-50", "CO-197"]  # the one that weighs most of each line
    assert [(s.name, s.denied, s.lines) for s in found.codes] == [("62323", 1, 1), ("64493", 1, 3)]
    assert [s.name for s in found.families] == ["family of 62", "family of 64"]


def test_nothing_known_is_no_share():
    found = behaviour([], before=BEFORE)
    assert (found.lines, found.interval, found.median_lag_days, found.allowed_share) == (0, None, None, None)
    assert found.reasons == []


def test_a_share_denied_has_the_score_interval_of_what_was_counted():
    carcs = [("CO-197",)] * 3 + [()] * 7
    found = behaviour([an_answer(BEFORE - timedelta(days=1), *each) for each in carcs], before=BEFORE)
    assert found.interval == wilson(3, 10)
    assert found.codes[0].interval == wilson(3, 10)
