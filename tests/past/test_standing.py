"""What a payer's answer stands at: a price where it is one, and else why it is none."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from past.linking import link
from past.standing import NoPrice, standings
from tests.past.builders import ANSWERED, SENT, a_claim, a_line, a_reversal, a_service, an_answer, money, received, sent

LATER = ANSWERED + timedelta(days=20)


def stood(claim, *answers, **options):
    told = [received(answer, f"r{i}") for i, answer in enumerate(answers)]
    links = {entry.remittance: entry for entry in link([sent(claim, "s1")], told)}
    pairs = [(r, links[r.ref]) for r in told if links[r.ref].submission]
    return standings(claim, pairs, sent_on=SENT, **options)


def only(claim, *answers, **options):
    (spans,) = stood(claim, *answers, **options)
    return spans


CASES = [
    ("contract and coinsurance", ("CO-45 180.00", "PR-2 64.00"), "256.00", "320.00", None),
    ("all to the deductible", ("CO-45 180.00", "PR-1 320.00"), "0", "320.00", None),
    ("sequestration", ("CO-45 180.00", "CO-253 6.40"), "313.60", "320.00", None),
    ("a compensation schedule", ("CO-P12 180.00",), "320.00", "320.00", None),
    ("a later procedure of the session", ("CO-45 180.00", "CO-59 160.00"), "160.00", None, NoPrice.REDUCED),
    ("units cut", ("CO-151 250.00", "CO-45 90.00"), "160.00", None, NoPrice.REDUCED),
    ("denied", ("CO-197 500.00",), "0", None, NoPrice.DENIED),
    ("a discount agreed for the claim", ("CO-45 180.00", "CO-131 20.00"), "300.00", None, NoPrice.OTHER_ADJUSTMENT),
    ("another payer's share", ("CO-45 180.00", "OA-23 200.00"), "120.00", None, NoPrice.ANOTHER_PAYER),
    ("a fee of nothing", ("CO-45 500.00",), "0", None, NoPrice.NOTHING_ALLOWED),
    ("an answer that does not add up", ("CO-45 180.00",), "300.00", None, NoPrice.DOES_NOT_ADD_UP),
]


@pytest.mark.parametrize(("adjustments", "paid", "allowed", "why"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_only_what_the_contract_lowers_is_a_price(adjustments, paid, allowed, why):
    claim = a_claim()
    (span,) = only(claim, an_answer(claim, a_service(claim.lines[0], *adjustments, paid=paid)))
    assert (span.allowed, span.why) == (None if allowed is None else money(allowed), why)


def test_what_lowered_the_line_is_named():
    claim = a_claim()
    (span,) = only(claim, an_answer(claim, a_service(claim.lines[0], "CO-45 180.00", "CO-59 160.00", paid="160.00")))
    assert span.carcs == ("CO-59",)


def test_the_claim_of_a_second_payer_has_no_price():
    claim = a_claim(sequence="S")
    (span,) = only(claim, an_answer(claim, a_service(claim.lines[0], "CO-45 180.00", paid="320.00")))
    assert span.why is NoPrice.ANOTHER_PAYER


def test_another_code_than_the_one_sent_has_no_price():
    claim = a_claim(a_line(1, "99214", control="L1"))
    said = a_service(claim.lines[0], "CO-45 180.00", paid="320.00", code="99213", submitted_code="99214")
    assert [span.why for span in only(claim, an_answer(claim, said))] == [NoPrice.OTHER_CODE]


def test_an_unanswered_line_stands_at_nothing():
    claim = a_claim()
    assert only(claim) == []


def paid(claim, amount, **more):
    (line,) = claim.lines
    return an_answer(claim, a_service(line, f"CO-45 {line.charge - money(amount)}", paid=amount), **more)


def test_a_correction_takes_the_place_of_what_was_reversed():
    claim = a_claim()
    first = paid(claim, "250.00")
    spans = only(claim, first, a_reversal(first, known=LATER, n=8), paid(claim, "320.00", known=LATER, n=9))
    assert [(s.since, s.until, s.allowed) for s in spans] == [
        (ANSWERED, LATER, money("250.00")),
        (LATER, None, money("320.00")),
    ]


def test_a_reversal_alone_leaves_nothing_standing():
    claim = a_claim()
    first = paid(claim, "250.00")
    spans = only(claim, first, a_reversal(first, known=LATER))
    assert [(s.since, s.allowed, s.why) for s in spans] == [
        (ANSWERED, money("250.00"), None),
        (LATER, None, NoPrice.TAKEN_BACK),
    ]


def test_two_answers_that_both_stand_are_no_price():
    claim = a_claim()
    spans = only(claim, paid(claim, "250.00"), paid(claim, "320.00", known=LATER, n=9))
    assert [s.why for s in spans] == [None, NoPrice.SEVERAL_ANSWERS]


def test_a_claim_sent_anew_stands_no_more_from_that_day():
    claim, day = a_claim(), ANSWERED + timedelta(days=5)
    spans = only(claim, paid(claim, "320.00"), replaced_on=day)
    assert [(s.since, s.until, s.why) for s in spans] == [
        (ANSWERED, day, None),
        (day, None, NoPrice.REPLACED),
    ]


def test_a_void_claim_stands_at_nothing():
    claim = replace(a_claim(), frequency="8")
    assert only(claim, paid(claim, "320.00")) == []


def test_an_answer_dated_before_its_claim_is_known_when_the_claim_is():
    claim = a_claim()
    (span,) = only(claim, paid(claim, "320.00", known=SENT - timedelta(days=1)))
    assert span.since == SENT > date(2026, 1, 1)
