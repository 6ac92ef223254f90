"""A line is short of the contract, or of what the payer usually allowed before: never of itself or of the future."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from past.standing import NoPrice, Standing
from past.underpayment import (
    LOOK_BACK_DAYS,
    Basis,
    ContractRate,
    PricedLine,
    PriceKey,
    Unknown,
    median,
    underpayments,
)

DAY = date(2026, 3, 2)
KEY = PriceKey("MEDI1", "64493", (), "non_facility", "professional", "", 0)


def line(allowed, day=DAY, *, n=0, key=KEY, units=1, charge="500", unknown=None, before=(), why=None):
    amount = None if allowed is None else Decimal(str(allowed))
    spans = (*before, Standing(day, None, amount, why if amount is None else None))
    return PricedLine(
        f"ACC-{n}", f"ref{n:04}", 1, key.payer_id, key.code, key.modifiers, key, unknown, Decimal(units),
        Decimal(charge), day - timedelta(days=20), spans,
    )  # fmt: skip


def history(*amounts, day=DAY, key=KEY):
    """Decisions on the days before."""
    return [line(amount, day - timedelta(days=i + 1), n=100 + i, key=key) for i, amount in enumerate(amounts)]


def shorts(found):
    return [(u.line.claim_id, str(u.short), u.expected.decisions) for u in found.lines]


def test_a_line_below_the_usual_amount_is_short_of_it():
    found = underpayments([*history(*[200] * 10), line("170.50")])
    assert shorts(found) == [("ACC-0", "29.50", 10)]
    assert found.payers["MEDI1"].short == Decimal("29.50")
    assert (found.payers["MEDI1"].compared, found.payers["MEDI1"].short_lines) == (1, 1)


def test_fewer_decisions_than_the_least_say_nothing():
    found = underpayments([*history(*[200] * 9), line("170")])
    assert found.lines == []
    assert found.left_out[Unknown.TOO_FEW_DECISIONS] == 10
    assert shorts(underpayments([*history(*[200] * 9), line("170")], least=9)) == [("ACC-0", "30.00", 9)]


def test_decisions_of_the_same_day_and_later_ones_are_not_looked_at():
    rest = history(*[200] * 9)
    assert underpayments([*rest, line(200, n=50), line(170)]).lines == []
    assert underpayments([*rest, line(200, DAY + timedelta(days=1), n=50), line(170)]).lines == []
    assert len(underpayments([*rest, line(200, DAY - timedelta(days=1), n=50), line(170)]).lines) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from([150, 199, 200, 201, 260])), max_size=25))
def test_the_future_never_changes_a_judgement(later):
    past = [*history(*[200] * 12), line(170)]
    known = {shorts(underpayments(past))[0]}
    more = [line(amount, DAY + timedelta(days=d), n=500 + i) for i, (d, amount) in enumerate(later)]
    assert known <= set(shorts(underpayments([*past, *more])))


def test_a_line_is_never_compared_with_its_own_earlier_answer():
    earlier = Standing(DAY - timedelta(days=10), DAY, Decimal(200))
    nine = history(*[200] * 9)
    assert underpayments([*nine, line(170, before=[earlier])]).left_out[Unknown.TOO_FEW_DECISIONS] == 10
    ten = history(*[200] * 10)
    assert shorts(underpayments([*ten, line(170, before=[earlier])])) == [("ACC-0", "30.00", 10)]


def test_an_own_answer_of_more_than_a_year_ago_is_not_known_any_more():
    begun = DAY - timedelta(days=LOOK_BACK_DAYS + 30)
    earlier = Standing(begun, DAY, Decimal(200))
    assert shorts(underpayments([*history(*[200] * 10), line(170, before=[earlier])])) == [("ACC-0", "30.00", 10)]


def test_a_price_that_was_taken_back_is_no_longer_usual():
    gone = DAY - timedelta(days=1)
    reversed_ = [
        PricedLine(
            f"R-{i}", f"rev{i}", 1, "MEDI1", "64493", (), KEY, None, Decimal(1), Decimal(500), DAY,
            (
                Standing(DAY - timedelta(days=30), gone, Decimal(200)),
                Standing(gone, None, None, NoPrice.TAKEN_BACK),
            ),
        )
        for i in range(10)
    ]  # fmt: skip
    found = underpayments([*reversed_, line(170)])
    assert found.left_out == {NoPrice.TAKEN_BACK: 10, Unknown.TOO_FEW_DECISIONS: 1}


def test_a_year_later_an_amount_is_no_longer_usual():
    old = [line(200, DAY - timedelta(days=LOOK_BACK_DAYS + 1), n=i + 1) for i in range(10)]
    assert underpayments([*old, line(170)]).lines == []
    young = [line(200, DAY - timedelta(days=LOOK_BACK_DAYS), n=i + 1) for i in range(10)]
    assert len(underpayments([*young, line(170)]).lines) == 1


def test_amounts_that_lie_far_apart_have_no_usual_one():
    found = underpayments([*history(*range(100, 300, 10)), line(100)])
    assert found.left_out[Unknown.NO_USUAL_AMOUNT] > 0
    assert found.lines == []


@pytest.mark.parametrize(
    "changed",
    [
        {"payer_id": "OTHER"}, {"code": "64494"}, {"modifiers": ("50",)}, {"place_kind": "facility"},
        {"kind": "asc_facility"}, {"practitioner": "yes"}, {"schedule_year": 2025},
    ],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_only_the_same_service_at_the_same_price_is_compared(changed):
    others = history(*[200] * 12, key=KEY._replace(**changed))
    found = underpayments([*others, line(170)])
    assert found.lines == []


def test_units_are_priced_one_by_one():
    found = underpayments([*history(*[200] * 10), line(340, units=2)])
    assert shorts(found) == [("ACC-0", "60.00", 10)]


def test_nothing_is_short_of_more_than_was_charged():
    assert underpayments([*history(*[200] * 10), line(150, charge="150")]).lines == []


def test_a_dollar_and_two_percent_are_no_shortfall_of_a_usual_amount():
    assert underpayments([*history(*[200] * 10), line("196.00")]).lines == []
    assert len(underpayments([*history(*[200] * 10), line("195.99")]).lines) == 1
    assert underpayments([*history(*[20] * 10), line("19.00")]).lines == []


def test_what_has_no_price_is_counted_and_teaches_nothing():
    cut = [line(None, DAY - timedelta(days=i + 1), n=i, why=NoPrice.REDUCED) for i in range(12)]
    found = underpayments([*cut, line(170, n=99), line(170, n=98, unknown=Unknown.PLACE)])
    assert found.lines == []
    assert found.left_out == {NoPrice.REDUCED: 12, Unknown.TOO_FEW_DECISIONS: 1, Unknown.PLACE: 1}


def test_since_bounds_what_is_judged_and_not_what_is_known():
    lines = [*history(*[200] * 10), line(170)]
    assert underpayments(lines, since=DAY).compared == 1
    assert len(underpayments(lines, since=DAY).lines) == 1
    later = underpayments(lines, since=DAY + timedelta(days=1))
    assert (later.compared, later.left_out.total()) == (0, 0)


def rate(allowed, **more):
    return ContractRate(
        **{
            "payer_id": "MEDI1", "code": "64493", "modifiers": (), "place_kind": "", "allowed": Decimal(str(allowed)),
            "valid_from": None, "valid_to": None, **more,
        }
    )  # fmt: skip


def test_a_contract_goes_before_what_is_usual_and_needs_no_history():
    found = underpayments([line("199.98")], rates=[rate(200)])
    assert shorts(found) == [("ACC-0", "0.02", 0)]
    assert found.lines[0].expected.basis is Basis.CONTRACT
    assert underpayments([line("199.99")], rates=[rate(200)]).lines == []
    assert underpayments([*history(*[200] * 10), line(170)], rates=[rate(160)], since=DAY).lines == []


@pytest.mark.parametrize(
    "other",
    [
        {"payer_id": "OTHER"}, {"code": "64494"}, {"modifiers": ("50",)}, {"place_kind": "facility"},
        {"valid_from": DAY}, {"valid_to": DAY - timedelta(days=21)},
    ],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_a_rate_speaks_for_its_own_service_place_and_days(other):
    assert underpayments([line(170)], rates=[rate(200, **other)]).compared == 0


def test_the_days_of_a_rate_include_its_first_and_last():
    day = DAY - timedelta(days=20)
    assert underpayments([line(170)], rates=[rate(200, valid_from=day, valid_to=day)]).compared == 1


def test_a_rate_for_the_kind_of_place_goes_before_one_for_every_place():
    rates = [rate(200), rate(180, place_kind="non_facility")]
    assert shorts(underpayments([line(170)], rates=rates)) == [("ACC-0", "10.00", 0)]


def test_a_place_nobody_knows_meets_a_rate_for_every_place_only():
    lost = line(170, key=KEY._replace(place_kind=""), unknown=Unknown.PLACE)
    assert underpayments([lost], rates=[rate(200)]).compared == 1
    assert underpayments([lost], rates=[rate(200, place_kind="facility")]).left_out == {Unknown.PLACE: 1}


def test_what_is_not_paid_by_the_unit_meets_no_rate():
    minutes = line(170, unknown=Unknown.NOT_BY_UNIT)
    assert underpayments([minutes], rates=[rate(200)]).left_out == {Unknown.NOT_BY_UNIT: 1}


def test_the_most_dollars_come_first():
    found = underpayments([*history(*[200] * 10), line(190, n=1), line(150, n=2), line(170, n=3)])
    assert [u.line.claim_id for u in found.lines] == ["ACC-2", "ACC-3", "ACC-1"]
    assert found.short == Decimal("90.00")


@given(st.lists(st.decimals(1, 999, places=2), min_size=1, max_size=40))
def test_the_median_is_that_of_the_library(amounts):
    import statistics

    assert median(sorted(amounts)) == statistics.median(amounts)
