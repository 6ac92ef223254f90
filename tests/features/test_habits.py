"""A payer's rates: few decisions are no habit, each cause has its own, the unseen takes what is known more widely."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.reasons import Reason
from features.habits import WEIGHT
from past.payer import PayerPast
from tests.features.builders import MONDAY, a_claim, a_decision, a_line, a_look, learned, value

YESTERDAY = MONDAY - timedelta(1)
AUTHORIZATION_RATE = "payer_code_authorization_denial_rate"


def many(n, denied=0, reason=Reason.AUTHORIZATION, day=YESTERDAY, **changes):
    return [a_decision(day, reason=reason if i < denied else None, **changes) for i in range(n)]


def rate(name=AUTHORIZATION_RATE, *decisions, **claim):
    line = a_line(claim.pop("code", "64493"), **claim.pop("line", {}))
    return value(name, a_look(a_claim(line, **claim), payer=learned(*decisions)))


def test_a_rate_is_drawn_towards_the_payer_s_own_and_everyone_s() -> None:
    """Counted by hand: 30 decisions, 10 of them this payer's on the code, of which 4 denied for authorization."""
    others = many(20, 5, payer="BETA")
    own = many(10, 4)
    every = 9 / 30
    of_payer = (4 + WEIGHT * every) / (10 + WEIGHT)
    of_family = (4 + WEIGHT * of_payer) / (10 + WEIGHT)
    of_code = (4 + WEIGHT * of_family) / (10 + WEIGHT)
    assert rate(AUTHORIZATION_RATE, *others, *own) == pytest.approx(of_code)


def test_an_unseen_code_takes_its_family_s_rate_and_an_unseen_family_the_payer_s() -> None:
    known = many(200, 100, code="64490") + many(200, 0, code="99213")
    facet, visit = rate(AUTHORIZATION_RATE, *known), rate(AUTHORIZATION_RATE, *known, code="99213")
    unseen_family = rate(AUTHORIZATION_RATE, *known, code="62323")
    assert facet == pytest.approx((100 + WEIGHT * 0.25) / (200 + WEIGHT))
    assert unseen_family == pytest.approx(0.25)
    assert visit < 0.01


def test_an_unseen_payer_takes_the_rate_of_all_payers() -> None:
    assert rate(AUTHORIZATION_RATE, *many(50, 10), payer="NEW") == pytest.approx(0.2)


def test_payer_and_code_stand_between_their_own_share_and_family_and_that_before_payer_and_that_before_all() -> None:
    """Shares of 0, 20, 40 and 80 % from the widest to the narrowest: each level draws the next, most the nearest."""
    every = many(400, 0, payer="BETA")
    payer = many(60, 12, code="99213")
    family = many(60, 24, code="64490")
    rates = [
        rate(AUTHORIZATION_RATE, *every, payer="NEW"),
        rate(AUTHORIZATION_RATE, *every, *payer, code="62323"),
        rate(AUTHORIZATION_RATE, *every, *payer, *family),
        *(rate(AUTHORIZATION_RATE, *every, *payer, *family, *many(n, n * 4 // 5)) for n in (5, 20, 100, 1000)),
    ]
    assert rates == sorted(rates)
    assert rates[0] == 0
    assert rates[1] < 0.2
    assert rates[2] < 0.4
    assert rates[3] - rates[2] < 0.2, "five decisions are no habit"
    assert rates[-1] == pytest.approx(0.8, abs=0.02)


def test_with_no_decision_at_all_the_rate_is_unknown() -> None:
    assert rate() is None
    assert rate(AUTHORIZATION_RATE, *many(5, 5, day=MONDAY - timedelta(400))) is None


def test_many_decisions_speak_for_themselves() -> None:
    assert rate(AUTHORIZATION_RATE, *many(2000, 600)) == pytest.approx(0.3, abs=0.002)


def test_a_denial_counts_for_its_own_reason_alone() -> None:
    denied = many(50, 25, Reason.BUNDLING)
    assert rate("payer_code_bundling_denial_rate", *denied) == pytest.approx(0.5)
    assert rate(AUTHORIZATION_RATE, *denied) == 0
    assert rate("payer_code_other_denial_rate", *denied) == 0


@pytest.mark.parametrize("reason", [Reason.OTHER, None])
def test_what_no_cause_explains_is_the_payer_s_habit(reason) -> None:
    denied = [a_decision(YESTERDAY, reason=reason, denied=True) for _ in range(20)]
    assert rate("payer_code_other_denial_rate", *denied, *many(20)) == pytest.approx(0.5)


def test_the_rates_of_all_causes_and_the_rest_add_up_to_the_denial_rate() -> None:
    decisions = (
        many(40) + [a_decision(YESTERDAY, reason=reason) for reason in list(Reason)[:14]] + many(6, 6, Reason.OTHER)
    )
    look = a_look(payer=learned(*decisions))
    parts = [value(f"payer_code_{r.value}_denial_rate", look) for r in (*list(Reason)[:14], Reason.OTHER)]
    assert math.fsum(parts) == pytest.approx(20 / 60)


def test_a_year_s_decisions_count_and_older_ones_do_not() -> None:
    edge = many(10, 10, day=MONDAY - timedelta(365))
    older = many(10, 10, day=MONDAY - timedelta(366))
    assert rate("payer_code_decisions", *edge, *older) == pytest.approx(math.log1p(10))


def test_a_policy_of_this_quarter_shows_as_a_shift() -> None:
    before = many(100, 5, day=MONDAY - timedelta(200))
    now = many(60, 30, day=MONDAY - timedelta(20))
    name = "payer_family_authorization_denial_shift"
    year = 35 / 160
    assert rate(name, *before, *now) == pytest.approx((30 + WEIGHT * year) / (60 + WEIGHT) - year)
    assert rate(name, *before) == 0, "no decision this quarter is no shift"
    assert rate(name.replace("authorization", "bundling"), *before, *now) == 0


@given(st.integers(0, 60), st.integers(1, 60))
def test_more_denials_never_lower_the_rate_of_their_reason(allowed, most) -> None:
    rates = [rate(AUTHORIZATION_RATE, *many(allowed + n, n)) for n in (0, most // 2, most) if allowed + n]
    assert all(low <= high for low, high in pairwise(rates))


# A gap counts only where it is there.


def test_the_authorization_rate_counts_against_a_line_without_a_number_only() -> None:
    name, decisions = "authorization_denial_rate_without_number", many(50, 25)
    assert rate(name, *decisions) == pytest.approx(0.5)
    assert rate(name, *decisions, authorization_number="A1") == 0
    assert rate(name, *decisions, line={"authorization_number": "A1"}) == 0
    assert rate(name) is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([a_line("99213"), a_line("64493", 2)], 0.5),
        ([a_line("99213", modifiers=("25",)), a_line("64493", 2)], 0.0),
        ([a_line("99213"), a_line("J1030", 2)], 0.0),
        ([a_line("99213"), a_line("99999", 2)], None),
        ([a_line("99213"), a_line("64493", 2, MONDAY)], 0.0),
        ([a_line("64493"), a_line("99213", 2)], 0.0),
    ],
    ids=["beside a procedure", "with 25", "beside a drug", "beside an unknown code", "on another day", "no visit"],
)
def test_a_visit_beside_a_procedure_without_its_modifier_meets_the_payer_s_rate(lines, expected) -> None:
    payer = learned(*many(30, 15, Reason.BUNDLING, code="99213"), *many(30, 15, Reason.MODIFIER, code="99213"))
    found = value("visit_denial_rate_without_modifier", a_look(a_claim(*lines), payer=payer))
    assert found == (expected if expected is None else pytest.approx(expected))


def test_a_line_set_apart_by_a_modifier_meets_no_bundling_rate() -> None:
    payer = learned(*many(50, 25, Reason.BUNDLING))
    name = "bundling_denial_rate_unmarked"
    beside = a_claim(a_line(), a_line("62323", 2))
    assert value(name, a_look(beside, payer=payer)) == pytest.approx(0.5)
    assert value(name, a_look(a_claim(a_line(modifiers=("XS",)), a_line("62323", 2)), payer=payer)) == 0
    assert value(name, a_look(payer=payer)) == 0


def test_a_one_sided_code_without_a_side_meets_the_modifier_rate() -> None:
    payer = learned(*many(50, 25, Reason.MODIFIER))
    name = "modifier_denial_rate_without_side"
    assert value(name, a_look(payer=payer)) == pytest.approx(0.5)
    assert value(name, a_look(a_claim(a_line(modifiers=("RT",))), payer=payer)) == 0
    assert value(name, a_look(a_claim(a_line("62323")), payer=payer)) == 0, "a midline code has no side"
    assert value(name, a_look(a_claim(a_line("99999")), payer=payer)) is None


def test_the_necessity_rate_counts_by_the_share_of_unspecified_diagnoses() -> None:
    payer = learned(*many(50, 25, Reason.MEDICAL_NECESSITY))
    name = "necessity_denial_rate_unspecified"
    for pointers, expected in (((1,), 0.0), ((2,), 0.5), ((1, 2), 0.25)):
        found = value(name, a_look(a_claim(a_line(diagnosis_pointers=pointers)), payer=payer))
        assert found == pytest.approx(expected)


# One call for all Reasons is the same as one call a Reason.


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30),
            st.sampled_from(["ALPHA", "BETA"]),
            st.sampled_from(["64493", "99213", "99999"]),
            st.none() | st.sampled_from(list(Reason)),
        ),
        max_size=30,
    ),
    st.integers(0, 35),
    st.none() | st.integers(1, 20),
)
def test_denials_by_reason_are_the_decisions_of_each_reason(decisions, until, days) -> None:
    payer = PayerPast()
    for after, who, code, reason in decisions:
        payer.learn(a_decision(MONDAY + timedelta(after), code, who, reason))
    before = MONDAY + timedelta(until)
    for asked in ({}, {"code": "64493"}, {"family": "em"}, {"code": "unseen"}):
        for who in ("", "ALPHA"):
            total, denied = payer.denials(who, before=before, days=days, **asked)
            assert total == payer.decisions(who, before=before, days=days, **asked).total
            assert sum(denied.values()) == payer.decisions(who, before=before, days=days, **asked).denied
            for reason in Reason:
                by_reason = payer.decisions(who, before=before, days=days, reason=reason, **asked)
                assert denied.get(reason, 0) == by_reason.denied


def test_answers_kept_for_a_day_go_when_another_day_is_asked_about() -> None:
    payer = learned(*many(3))
    payer.answers(MONDAY)["kept"] = 1
    assert payer.answers(MONDAY) == {"kept": 1}
    assert payer.answers(YESTERDAY) == {}
    assert payer.answers(MONDAY) == {}


def test_answers_kept_for_a_day_go_when_there_are_too_many(monkeypatch) -> None:
    monkeypatch.setattr("past.payer.MOST_ANSWERS", 2)
    payer = learned()
    payer.answers(MONDAY).update(a=1, b=2, c=3)
    assert payer.answers(MONDAY) == {}
