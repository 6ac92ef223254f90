"""A line's label is its first adjudication, it rests on its adjustments, and it can say why."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from claims.claim import Provider
from claims.reasons import Reason
from past.exchange import Rejection
from past.labels import UNKNOWN_LAG_DAYS, Outcome, Waiting, Words, label_claim
from past.linking import link
from tests.past.builders import (
    ANSWERED,
    SENT,
    a_claim,
    a_line,
    a_reversal,
    a_service,
    an_answer,
    cas,
    money,
    received,
    sent,
)

TWO = (a_line(1, control="L1"), a_line(2, "64494", "300.00", control="L2"))


def labels(claim, *answers, **options):
    told = [received(answer, f"r{i}") for i, answer in enumerate(answers)]
    links = {entry.remittance: entry for entry in link([sent(claim, "s1")], told)}
    pairs = [(r, links[r.ref]) for r in told if links[r.ref].submission]
    return label_claim(claim, pairs, sent_on=SENT, **options)


def only(claim, *answers, **options):
    (label,) = labels(claim, *answers, **options)
    return label


def one(*adjustments, paid="0", status="1", **more):
    """The label of a single line of 500.00 with these adjustments."""
    claim = a_claim()
    return only(claim, an_answer(claim, a_service(claim.lines[0], *adjustments, paid=paid, **more), status=status))


CASES = [
    ("the contract's share is no denial", ("CO-45 180.00",), "320.00", "paid", (), "320.00"),
    ("a denial takes the whole line", ("CO-197 500.00",), "0", "denied", ("CO-197",), None),
    ("the contract's share and a denial", ("CO-45 180.00", "CO-50 320.00"), "0", "denied", ("CO-50",), None),
    ("the greater denial speaks first", ("CO-16 100.00", "CO-197 400.00"), "0", "denied", ("CO-197", "CO-16"), None),
    ("units cut, the rest paid", ("CO-151 250.00", "CO-45 90.00"), "160.00", "reduced", ("CO-151",), "160.00"),
    ("units cut, the rest to the deductible", ("CO-151 250.00", "PR-1 250.00"), "0", "reduced", ("CO-151",), "250.00"),
    ("all to the deductible", ("CO-45 180.00", "PR-1 320.00"), "0", "patient_responsibility", (), "320.00"),
    ("coinsurance", ("CO-45 180.00", "PR-2 64.00"), "256.00", "paid", (), "320.00"),
    ("sequestration after what is allowed", ("CO-45 180.00", "CO-253 6.40"), "313.60", "paid", (), "320.00"),
    ("the patient billed for what is not covered", ("PR-96 500.00",), "0", "denied", ("PR-96",), None),
    ("the primary payer left nothing", ("OA-23 500.00",), "0", "paid", (), "500.00"),
    ("the secondary denied the rest", ("OA-23 400.00", "CO-197 100.00"), "0", "denied", ("CO-197",), None),
    ("a fee of nothing", ("CO-45 500.00",), "0", "excluded", (), None),
    ("nothing left, and not by the contract alone", ("CO-45 400.00", "CO-253 100.00"), "0", "paid", (), "100.00"),
    ("a second procedure paid nothing", ("CO-59 500.00",), "0", "denied", ("CO-59",), None),
    ("the same beside the contract's share", ("CO-45 180.00", "CO-59 320.00"), "0", "denied", ("CO-59",), None),
    ("a second procedure paid by half", ("CO-45 180.00", "CO-59 160.00"), "160.00", "reduced", ("CO-59",), "160.00"),
    ("half of it, all to the deductible", ("CO-59 250.00", "PR-1 250.00"), "0", "reduced", ("CO-59",), "250.00"),
    ("half of it, the rest another payer's", ("CO-59 250.00", "OA-23 250.00"), "0", "reduced", ("CO-59",), "250.00"),
    ("paid by the diagnosis: nothing", ("CO-B22 500.00",), "0", "denied", ("CO-B22",), None),
    ("a cut that leaves the rest unexplained", ("CO-59 100.00",), "0", "excluded", (), None),
    ("a denial speaks before a cut", ("CO-59 200.00", "CO-197 300.00"), "0", "denied", ("CO-197",), None),
    ("nothing paid and nothing said", (), "0", "excluded", (), None),
    ("part of it not explained", ("CO-45 180.00",), "0", "excluded", (), None),
    ("a denial taken back at once", ("CO-16 500.00", "CO-16 -500.00", "CO-45 180.00"), "320.00", "paid", (), "320.00"),
    ("paid above charge", ("CO-94 -50.00",), "550.00", "paid", (), "550.00"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "adjustments", "paid", "outcome", "carcs", "allowed"), CASES)
@pytest.mark.parametrize("status", ["1", "2", "4", "19"])
def test_the_adjustments_decide_and_the_claim_status_does_not(what, adjustments, paid, outcome, carcs, allowed, status):
    claim = a_claim(sequence="S") if status == "2" else a_claim()
    answer = an_answer(claim, a_service(claim.lines[0], *adjustments, paid=paid), status=status)
    label = only(claim, answer)
    assert (label.outcome, label.denial_carcs) == (outcome, carcs), what
    assert label.allowed == (None if allowed is None else Decimal(allowed))
    assert label.why.endswith(".")


def test_a_label_says_what_it_rests_on():
    label = one("CO-197 500.00")
    assert (label.reason, label.denied_amount, label.known_on) == (Reason.AUTHORIZATION, money("500.00"), ANSWERED)
    assert label.why == "CO-197 took 500.00 of 500.00 and nothing was paid."
    assert one("CO-45 180.00", paid="320.00").why == "320.00 of 500.00 was paid and no adjustment is a denial."
    assert one("CO-151 250.00", paid="250.00").why == "CO-151 took 250.00 of 500.00, yet 250.00 was paid."
    assert one().why == (
        "The payer's answer cannot be relied on: the service does not add up: "
        "500.00 charged less 0.00 adjusted is 500.00, but 0.00 was paid."
    )


def test_a_carc_that_names_no_cause_takes_it_from_the_remark_codes_of_line_and_claim():
    assert one("CO-16 500.00", remarks=("M62",)).reason is Reason.AUTHORIZATION
    claim = a_claim()
    answer = an_answer(claim, a_service(claim.lines[0], "CO-16 500.00"), remarks=("M62",))
    assert only(claim, answer).reason is Reason.AUTHORIZATION


def test_the_amount_the_payer_calls_allowed_is_believed():
    assert one("CO-45 180.00", paid="320.00", allowed=money("300.00")).allowed == 300


def test_another_practice_may_call_other_adjustments_denials():
    claim = a_claim()
    answer = an_answer(claim, a_service(claim.lines[0], "CO-45 500.00"))
    label = only(claim, answer, words=Words(lambda group, carc: carc == "45", lambda *_: Reason.OTHER))
    assert (label.outcome, label.denial_carcs, label.reason) == ("denied", ("CO-45",), Reason.OTHER)


def test_a_line_waiting_for_review_is_not_decided():
    label = one("OA-133 500.00")
    assert label.outcome is Outcome.PENDING
    assert "133" in label.why


def test_a_line_that_charges_nothing_decides_nothing_unless_denied():
    claim = a_claim(a_line(charge="0"))
    line = claim.lines[0]
    assert only(claim, an_answer(claim, a_service(line))).outcome is Outcome.EXCLUDED
    assert only(claim, an_answer(claim, a_service(line, "CO-97 0"))).outcome is Outcome.DENIED


def test_the_parts_of_a_split_line_are_added_up():
    claim = a_claim(a_line(charge="300.00", units=3, control="L1"))
    line = claim.lines[0]
    third = {"charge": money("100.00")}
    answer = an_answer(
        claim,
        a_service(line, "CO-45 40.00", paid="60.00", **third),
        a_service(line, "CO-45 40.00", paid="60.00", **third),
        a_service(line, "CO-151 100.00", **third),
    )
    label = only(claim, answer)
    assert (label.outcome, label.denial_carcs, label.denied_amount, label.allowed) == ("reduced", ("CO-151",), 100, 120)
    assert "3 parts" in label.why


def test_an_unbundled_line_carries_its_charge_once():
    claim = a_claim(a_line(code="64493", control="L1"))
    line = claim.lines[0]
    answer = an_answer(
        claim,
        a_service(line, "CO-45 180.00", paid="320.00", code="0213T", submitted_code="64493"),
        a_service(line, charge=money(0), code="0214T", submitted_code="64493"),
    )
    assert only(claim, answer).outcome is Outcome.PAID


def test_a_bundled_line_says_under_which_code_the_payer_put_it():
    claim = a_claim(a_line(1, "80305", "100.00"), a_line(2, "80306", "100.00"))
    first, second = claim.lines
    answer = an_answer(
        claim,
        a_service(first, "CO-94 -50.00", paid="150.00", code="80307", submitted_code="80305"),
        a_service(second, "CO-97 100.00", code="80307", submitted_code="80306"),
    )
    paid, bundled = labels(claim, answer)
    assert (paid.outcome, bundled.outcome, bundled.denial_carcs) == ("paid", "denied", ("CO-97",))
    assert bundled.why.endswith("The payer put it under 80307.")


def test_parts_of_a_claim_under_several_payer_numbers_are_added_up():
    claim = a_claim(a_line(charge="300.00", units=3, control="L1"))
    line = claim.lines[0]
    first = an_answer(claim, a_service(line, paid="100.00", charge=money("100.00")), icn="AAAA1")
    second = an_answer(claim, a_service(line, "CO-151 200.00", charge=money("200.00")), icn="BBBB1", ordinal=2)
    label = only(claim, first, second)
    assert (label.outcome, label.denied_amount) == ("reduced", 200)
    assert not label.overturned


def test_the_same_remittance_delivered_twice_is_counted_once():
    claim = a_claim(*TWO)
    answer = an_answer(claim, a_service(TWO[0], "CO-197 500.00"), a_service(TWO[1], paid="300.00"))
    again = replace(answer, known_on=ANSWERED, origin=replace(answer.origin, interchange="999999999"))
    assert [label.denied_amount for label in labels(claim, answer, again)] == [500, 0]


@pytest.mark.parametrize("status", ["1", "4"])
def test_claim_level_adjustments_of_a_claim_without_services_reach_every_line(status):
    claim = a_claim(*TWO)
    answer = an_answer(claim, status=status, adjustments=cas("CO-31 800.00"))
    first, second = labels(claim, answer)
    assert (first.outcome, second.outcome) == ("denied", "denied")
    assert (first.denied_amount, second.denied_amount) == (money("500.00"), money("300.00"))
    assert first.reason is Reason.PATIENT_INFO


def test_claim_level_adjustments_go_to_the_lines_that_leave_something_unexplained():
    claim = a_claim(*TWO)
    answer = an_answer(
        claim, a_service(TWO[0], "CO-45 180.00", paid="320.00"), a_service(TWO[1]), adjustments=cas("CO-29 300.00")
    )
    first, second = labels(claim, answer)
    assert (first.outcome, second.outcome, second.denied_amount) == ("paid", "denied", 300)


def test_shares_in_cents_add_up_to_the_claim_level_amount():
    claim = a_claim(a_line(1, charge="100.00"), a_line(2, "64494", "100.00"), a_line(3, "64495", "100.00"))
    shares = [
        label.denied_amount for label in labels(claim, an_answer(claim, adjustments=cas("CO-29 100.00", "CO-45 200")))
    ]
    assert sum(shares) == 100
    assert max(shares) - min(shares) <= money("0.01")


def test_status_4_without_a_denial_adjustment_denies_nothing():
    claim = a_claim()
    label = only(claim, an_answer(claim, status="4"))
    assert label.outcome is Outcome.EXCLUDED


def test_the_first_adjudication_stays_and_the_correction_overturns_it():
    claim = a_claim()
    line = claim.lines[0]
    denied = an_answer(claim, a_service(line, "CO-197 500.00"))
    day = date(2026, 3, 1)
    reversal = a_reversal(denied, known=day)
    corrected = an_answer(claim, a_service(line, "CO-45 180.00", paid="320.00"), known=day, n=10)
    label = only(claim, denied, reversal, corrected)
    assert (label.outcome, label.known_on, label.overturned) == ("denied", ANSWERED, True)


def test_a_correction_that_decides_the_same_overturns_nothing():
    claim = a_claim()
    line = claim.lines[0]
    denied = an_answer(claim, a_service(line, "CO-197 500.00"))
    day = date(2026, 3, 1)
    again = an_answer(claim, a_service(line, "CO-50 500.00"), known=day, n=10)
    label = only(claim, denied, a_reversal(denied, known=day), again)
    assert (label.outcome, label.denial_carcs, label.overturned) == ("denied", ("CO-197",), False)


def test_a_payment_taken_back_is_overturned_unless_the_practice_replaced_the_claim():
    claim = a_claim()
    paid = an_answer(claim, a_service(claim.lines[0], "CO-45 180.00", paid="320.00"))
    day = date(2026, 3, 1)
    reversal = a_reversal(paid, known=day)
    assert only(claim, paid, reversal).overturned
    assert not only(claim, paid, reversal, replaced_on=day - timedelta(days=5)).overturned


def test_a_reversal_is_never_the_label():
    claim = a_claim()
    paid = an_answer(claim, a_service(claim.lines[0], "CO-45 180.00", paid="320.00"))
    label = only(claim, a_reversal(paid, known=ANSWERED))
    assert label.outcome is Outcome.PENDING
    corrected = an_answer(claim, a_service(claim.lines[0], "CO-197 500.00"), known=date(2026, 3, 1), n=10)
    label = only(claim, a_reversal(paid, known=ANSWERED), corrected)
    assert label.outcome is Outcome.DENIED
    assert "an earlier answer is not in the store" in label.why


def test_a_predetermination_is_no_decision():
    claim = a_claim()
    assert one("CO-45 180.00", paid="320.00", status="25").outcome is Outcome.EXCLUDED
    priced = an_answer(claim, a_service(claim.lines[0], paid="500.00"), status="25")
    decided = an_answer(claim, a_service(claim.lines[0], "CO-197 500.00"), known=date(2026, 2, 9), n=2, icn="BBBB1")
    assert only(claim, priced, decided).outcome is Outcome.DENIED


def test_a_void_asks_for_nothing():
    claim = a_claim(frequency="8", original_reference="24A0017")
    assert only(claim).outcome is Outcome.VOID


def test_no_answer_is_pending_until_the_lag_then_unanswered_and_never_paid():
    claim = a_claim()
    for lag, days in ((None, UNKNOWN_LAG_DAYS), (30, 30)):
        last = SENT + timedelta(days=days)
        assert only(claim, waiting=Waiting(last, lag)).outcome is Outcome.PENDING
        late = only(claim, waiting=Waiting(last + timedelta(days=1), lag))
        assert late.outcome is Outcome.UNANSWERED
        assert f"{days} days" in late.why
    assert only(claim).why == "No remittance answers the claim yet."


def test_a_line_missing_from_the_answer_to_its_claim_waits_like_a_claim_without_one():
    claim = a_claim(*TWO)
    answer = an_answer(claim, a_service(TWO[0], "CO-45 180.00", paid="320.00"))
    early = labels(claim, answer, waiting=Waiting(SENT + timedelta(days=40)))
    late = labels(claim, answer, waiting=Waiting(SENT + timedelta(days=200)))
    assert [label.outcome for label in early] == ["paid", "pending"]
    assert [label.outcome for label in late] == ["paid", "unanswered"]
    assert "other lines of the claim" in early[1].why


def test_a_claim_the_front_end_refused_is_rejected_only_while_nobody_judged_it():
    claim = a_claim(billing=Provider(npi="1234567893"))
    day = SENT + timedelta(days=1)
    assert (
        only(claim, rejection=Rejection(day, "A front end rejected the claim (277CA A7:562)")).outcome
        is Outcome.REJECTED
    )
    answer = an_answer(claim, a_service(claim.lines[0], "CO-197 500.00"))
    assert only(claim, answer, rejection=Rejection(day, "")).outcome is Outcome.DENIED


def test_no_label_text_holds_a_claim_number_or_a_name():
    claim = a_claim(*TWO, id="SECRET-ACCOUNT", patient="ZZSECRET")
    answer = an_answer(claim, a_service(TWO[0], "CO-197 500.00"))
    for label in labels(claim, answer, waiting=Waiting(SENT + timedelta(days=200))):
        assert "SECRET" not in label.why


def test_a_reversal_that_comes_after_the_correction_takes_back_what_it_is_opposite_to():
    claim = a_claim()
    day = date(2026, 3, 1)
    paid = an_answer(claim, a_service(claim.lines[0], "CO-45 180.00", paid="320.00"))
    corrected = an_answer(claim, a_service(claim.lines[0], "CO-197 500.00"), known=day, n=9)
    back = a_reversal(paid, known=day, n=10)
    label = only(claim, paid, corrected, back)
    assert (label.outcome, label.overturned) == (Outcome.PAID, True)
    same = an_answer(claim, a_service(claim.lines[0], "CO-45 160.00", paid="340.00"), known=day, n=9)
    assert not only(claim, paid, same, back).overturned
