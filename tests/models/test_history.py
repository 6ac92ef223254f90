import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.reasons import Reason
from past.payer import Decision, PayerPast
from past.snapshot import payer_past_from_json, payer_past_to_json

START = date(2026, 1, 1)
decisions = st.lists(
    st.builds(
        Decision,
        known_on=st.integers(0, 60).map(lambda n: START + timedelta(days=n)),
        payer_id=st.sampled_from(["P1", "P2", ""]),
        code=st.sampled_from(["64493", "99214"]),
        family=st.sampled_from(["facet", ""]),
        denied=st.booleans(),
        reason=st.sampled_from([Reason.AUTHORIZATION, Reason.BUNDLING, None]),
        charge_cents=st.integers(0, 100_000),
        allowed_cents=st.one_of(st.none(), st.integers(0, 100_000)),
        units=st.sampled_from([1.0, 2.0, 0.1, 1.5]),
        lag_days=st.integers(0, 40),
    ),
    max_size=30,
)


def answers(past):
    out = []
    for day in (START + timedelta(days=n) for n in range(0, 64, 3)):
        for payer in ("P1", "P2", ""):
            out.append(past.lag(payer, before=day))
            for code in ("64493", "99214", ""):
                out.append(past.allowed(payer, before=day, code=code))
                for reason in (None, Reason.AUTHORIZATION, Reason.OTHER):
                    out.append(past.decisions(payer, before=day, code=code, reason=reason, days=30))
            out.append(past.decisions(payer, before=day, family="facet"))
    return out


@settings(deadline=None, max_examples=60)
@given(decisions)
def test_a_history_read_back_answers_every_question_the_same(learned):
    past = PayerPast()
    for decision in learned:
        past.learn(decision)
    text = json.dumps(payer_past_to_json(past), allow_nan=False)
    back = payer_past_from_json(json.loads(text))
    assert answers(back) == answers(past)
    assert json.dumps(payer_past_to_json(back)) == text


def test_a_history_read_back_goes_on_learning():
    one = Decision(START, "P1", "64493", "facet", True, Reason.AUTHORIZATION, 50000, None, 1.0, 20)
    past = PayerPast()
    past.learn(one)
    back = payer_past_from_json(payer_past_to_json(past))
    back.learn(one)
    assert back.decisions("P1", before=START + timedelta(days=1), code="64493") == (2, 2)
    back.unlearn(one)
    assert answers(back) == answers(past)


@pytest.mark.parametrize("text", [{}, {"format": 2}, {"format": 1}, {"format": 1, "counts": [[["P"], [1], []]]}])
def test_what_is_no_history_is_refused(text):
    with pytest.raises(ValueError, match=r"format|payer past|key"):
        payer_past_from_json(text)
