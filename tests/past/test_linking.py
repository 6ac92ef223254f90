"""A remittance answers one submission, its services answer lines, and files in any order lead to the same links."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from claims.claim import Provider
from past.exchange import claim_key
from past.likeness import NO_CLAIM, OTHER_DAYS, OTHER_PAYEE, OTHER_SEQUENCE, OTHER_SERVICES, SENT_LATER
from past.lineage import places
from past.linking import link
from past.matching import match_services
from tests.past.builders import (
    ANSWERED,
    NPI,
    OTHER_NPI,
    SENT,
    SERVICE,
    a_claim,
    a_line,
    a_reversal,
    a_service,
    an_answer,
    money,
    received,
    sent,
)

LATER = date(2026, 2, 10)
ANSWERED_LATER = date(2026, 2, 27)


def links(claims, answers):
    """Submission ref by remittance ref."""
    told = [received(answer, ref) for ref, answer in answers.items()]
    return {entry.remittance: entry.submission for entry in link([sent(c, ref) for ref, c in claims.items()], told)}


def whole(claim, **more):
    return an_answer(claim, *(a_service(line, "CO-45 1.00", paid=line.charge - 1) for line in claim.lines), **more)


def why(claim, answer):
    (entry,) = link([sent(claim, "s")], [received(answer, "r")])
    assert (entry.submission is None) == bool(entry.why)
    return entry.why


def test_the_claim_number_is_compared_as_payers_keep_it():
    claim = a_claim(id="ACCOUNT-0000000001-visit-3")
    assert why(claim, whole(claim, claim_id=" account-0000000001-V")) == ""
    assert why(claim, whole(claim, claim_id="ACCOUNT-0000000002-V")) == NO_CLAIM
    assert claim_key("0012") != claim_key("12")


@pytest.mark.parametrize(
    ("billing", "payee", "expected"),
    [
        (Provider(npi=NPI, tax_id="99-0000001"), {"payee_npi": NPI, "payee_tax_id": ""}, ""),
        (Provider(npi=NPI, tax_id="99-0000001"), {"payee_npi": "", "payee_tax_id": "990000001"}, ""),
        (Provider(npi=NPI, tax_id="99-0000001"), {"payee_npi": OTHER_NPI, "payee_tax_id": "990000001"}, ""),
        (Provider(npi=NPI, tax_id="99-0000001"), {"payee_npi": OTHER_NPI, "payee_tax_id": ""}, OTHER_PAYEE),
        (Provider(npi=NPI, tax_id="99-0000001"), {"payee_npi": "", "payee_tax_id": "990000002"}, OTHER_PAYEE),
        (Provider(npi=NPI), {"payee_npi": "", "payee_tax_id": "990000002"}, ""),
    ],
)
def test_another_providers_remittance_is_not_ours(billing, payee, expected):
    claim = a_claim(billing=billing)
    answer = whole(claim)
    assert why(claim, replace(answer, payment=replace(answer.payment, **payee))) == expected


def test_a_remittance_for_other_days_is_for_another_visit_of_the_account():
    claim = a_claim()
    elsewhere = a_claim(a_line(day=SERVICE - timedelta(days=30)))
    assert why(claim, whole(elsewhere)) == OTHER_DAYS
    without = an_answer(claim, service_from=SERVICE - timedelta(days=3), service_to=SERVICE + timedelta(days=3))
    assert why(claim, without) == ""


def test_a_remittance_with_none_of_the_claims_services_is_not_for_it():
    claim = a_claim()
    assert why(claim, whole(a_claim(a_line(code="99213")))) == OTHER_SERVICES


def test_a_secondary_payers_answer_is_not_the_primary_payers():
    claim = a_claim()
    assert why(claim, whole(claim, status="2", payer="OTHER")) == OTHER_SEQUENCE
    assert why(claim, whole(claim, status="2")) == "", "the same payer, which thinks another comes first"
    both = {"p": claim, "s": a_claim(payer="MEDIGAP", sequence="S", n=2)}
    answers = {"r1": whole(claim), "r2": whole(both["s"], status="2", n=2, icn="BBBB1", payer="OTHER")}
    assert links(both, answers) == {"r1": "p", "r2": "s"}


def test_a_remittance_answers_what_was_known_by_its_day():
    first, second = a_claim(), a_claim(sent=LATER, n=2)
    assert links({"s1": first, "s2": second}, {"r": whole(first)}) == {"r": "s1"}


def test_a_submission_of_later_does_not_take_an_answer_however_well_it_fits():
    first, second = a_claim(a_line(charge="490.00")), a_claim(sent=LATER, n=2)
    assert links({"s1": first, "s2": second}, {"r": whole(second, known=ANSWERED)}) == {"r": "s1"}


def test_a_remittance_that_comes_before_any_submission_answers_the_earliest_after():
    first, second = a_claim(sent=LATER), a_claim(sent=LATER + timedelta(days=1), n=2)
    assert links({"s2": second, "s1": first}, {"r": whole(first, known=ANSWERED)}) == {"r": "s1"}


def test_a_replacement_is_never_answered_before_it_was_sent():
    claim = a_claim(sent=LATER, frequency="7")
    assert why(claim, whole(claim, known=ANSWERED)) == SENT_LATER


def test_answers_to_a_claim_sent_twice_go_to_the_one_that_waited_longest():
    first, second = a_claim(), a_claim(sent=SENT + timedelta(days=3), n=2)
    answers = {"r1": whole(first), "r2": whole(first, known=ANSWERED_LATER, icn="BBBB1")}
    assert links({"s1": first, "s2": second}, answers) == {"r1": "s1", "r2": "s2"}


def test_the_day_of_receipt_tells_which_of_two_was_answered():
    first, second = a_claim(), a_claim(sent=SENT + timedelta(days=3), n=2)
    answers = {"r1": whole(first, received_on=SENT), "r2": whole(first, n=2, icn="BBBB1")}
    assert links({"s1": first, "s2": second}, answers) == {"r1": "s1", "r2": "s2"}


def test_the_answer_to_a_replacement_goes_to_the_replacement():
    original = a_claim()
    replacement = a_claim(a_line(modifiers=["RT"]), sent=LATER, frequency="7", original_reference="24A0017", n=2)
    claims = {"s1": original, "s7": replacement}
    first = whole(original)
    for second in (
        whole(replacement, known=ANSWERED_LATER, icn="24B0001"),
        whole(replacement, known=ANSWERED_LATER, icn="24B0001", frequency="7"),
        whole(replacement, known=ANSWERED_LATER, icn="24B0001", original_reference="24A0017"),
        whole(replacement, known=ANSWERED_LATER),  # the payer keeps its number
    ):
        assert links(claims, {"r1": first, "r2": second}) == {"r1": "s1", "r2": "s7"}


def test_a_replacement_under_a_new_claim_number_is_found_by_the_payers_number():
    original = a_claim()
    replacement = a_claim(id="ACC-2", sent=LATER, frequency="7", original_reference="24A0017", n=2)
    claims = {"s1": original, "s7": replacement}
    answers = {
        "r1": whole(original),
        "r2": whole(replacement, known=ANSWERED_LATER, icn="24B0001", original_reference="24A0017", claim_id="ACC-1"),
    }
    assert links(claims, answers) == {"r1": "s1", "r2": "s7"}


def test_a_replacement_sent_the_day_the_denial_came_does_not_take_the_denial():
    original = a_claim()
    replacement = a_claim(sent=ANSWERED, frequency="7", original_reference="24A0017", n=2)
    assert links({"s1": original, "s7": replacement}, {"r1": whole(original)}) == {"r1": "s1"}


def test_a_reversal_and_its_correction_go_where_the_first_answer_went():
    first, second = a_claim(), a_claim(sent=SENT + timedelta(days=3), n=2)
    paid = whole(first)
    correction = whole(first, known=ANSWERED_LATER, n=10)
    answers = {"r1": paid, "r22": a_reversal(paid, known=ANSWERED_LATER), "r3": correction}
    assert links({"s1": first, "s2": second}, answers) == {"r1": "s1", "r22": "s1", "r3": "s1"}


def test_a_remittance_delivered_twice_answers_one_submission():
    original = a_claim()
    replacement = a_claim(sent=LATER, frequency="7", original_reference="24A0017", n=2)
    answer = whole(original)
    again = replace(answer, known_on=ANSWERED_LATER, origin=replace(answer.origin, interchange="000000777"))
    assert links({"s1": original, "s7": replacement}, {"r1": answer, "r1-again": again}) == {
        "r1": "s1",
        "r1-again": "s1",
    }


def test_an_ordinary_answer_does_not_go_to_a_void():
    void = a_claim(frequency="8", original_reference="99ZZ999")
    anew = a_claim(sent=SENT + timedelta(days=3), n=2)
    assert links({"s8": void, "s1": anew}, {"r1": whole(anew)}) == {"r1": "s1"}


def test_a_reversal_takes_back_what_it_names_though_another_submission_looks_more_like_it():
    original = a_claim()
    replacement = a_claim(a_line(modifiers=["RT"]), sent=LATER, frequency="7", n=2)
    paid = an_answer(original, a_service(original.lines[0], paid="500.00", modifiers=("RT",)))
    answers = {"r1": paid, "r22": a_reversal(paid, known=ANSWERED_LATER)}
    assert links({"s1": original, "s7": replacement}, answers) == {"r1": "s1", "r22": "s1"}


def test_of_two_visits_of_one_account_the_charges_and_services_tell():
    facet = a_claim(a_line(code="64493"), n=1)
    visit = a_claim(a_line(code="99213", charge="120.00"), n=2)
    claims = {"s1": facet, "s2": visit}
    assert links(claims, {"r1": whole(visit), "r2": whole(facet, n=2, icn="BBBB1")}) == {"r1": "s2", "r2": "s1"}


def test_links_do_not_depend_on_the_order_of_either_side():
    original = a_claim()
    duplicate = a_claim(sent=SENT + timedelta(days=2), n=2)
    replacement = a_claim(sent=LATER, frequency="7", original_reference="24A0017", n=3)
    paid = whole(original)
    claims = [sent(c, ref) for ref, c in (("s1", original), ("s2", duplicate), ("s7", replacement))]
    answers = [
        received(paid, "r1"),
        received(whole(original, n=2, icn="BBBB1", known=ANSWERED), "r2"),
        received(a_reversal(paid, known=ANSWERED_LATER), "r22"),
        received(whole(replacement, known=ANSWERED_LATER, n=10, icn="CCCC1"), "r3"),
    ]
    expected = link(claims, answers)
    assert [entry.submission for entry in expected] == ["s1", "s2", "s1", "s7"]
    for some_claims in permutations(claims):
        for some_answers in permutations(answers):
            assert link(some_claims, some_answers) == expected


def lines_of(claim, *services):
    return [service.line for service in match_services(claim, an_answer(claim, *services))]


def test_a_line_is_found_by_its_control_number_whatever_code_came_back():
    claim = a_claim(a_line(1, control="L1"), a_line(2, "64494", control="L2"))
    first, second = claim.lines
    assert lines_of(claim, a_service(second, code="99999"), a_service(first)) == [1, 0]
    assert lines_of(claim, a_service(second, control_number=" l2 ")) == [1]


def test_a_line_without_control_number_is_found_by_its_line_number():
    claim = a_claim(a_line(1), a_line(2))
    assert lines_of(claim, a_service(claim.lines[0], control_number="2"), a_service(claim.lines[0])) == [1, 0]


def test_a_number_the_payer_made_up_is_not_a_line_number():
    claim = a_claim(a_line(1, "64493"), a_line(2, "64494"))
    first, second = claim.lines
    assert lines_of(claim, a_service(second, control_number="1"), a_service(first, control_number="2")) == [1, 0]


def test_one_control_number_on_every_line_tells_nothing():
    claim = a_claim(a_line(1, "64493", control="ACC"), a_line(2, "64494", control="ACC"))
    first, second = claim.lines
    assert lines_of(claim, a_service(second), a_service(first)) == [1, 0]


def test_a_line_is_found_by_code_modifiers_day_and_charge():
    day = SERVICE + timedelta(days=1)
    claim = a_claim(
        a_line(1, modifiers=["RT"]), a_line(2, modifiers=["LT"]), a_line(3, charge="400.00"), a_line(4, day=day)
    )
    rt, lt, cheap, later = claim.lines
    assert lines_of(claim, a_service(later), a_service(cheap), a_service(lt), a_service(rt)) == [3, 2, 1, 0]
    assert lines_of(claim, a_service(rt, modifiers=()), a_service(lt)) == [0, 1], "a payer may drop modifiers"


def test_equal_lines_are_answered_in_order():
    claim = a_claim(a_line(1), a_line(2))
    assert lines_of(claim, a_service(claim.lines[0]), a_service(claim.lines[1])) == [0, 1]


def test_the_submitted_code_is_compared_where_the_payer_gives_it():
    claim = a_claim(a_line(1, "80305"), a_line(2, "80306"))
    first, second = claim.lines
    answers = (
        a_service(second, code="80307", submitted_code="80306"),
        a_service(first, code="80307", submitted_code="80305"),
    )
    assert lines_of(claim, *answers) == [1, 0]


def test_further_parts_of_a_split_line_join_it_up_to_its_charge():
    claim = a_claim(a_line(charge="300.00"))
    part = a_service(claim.lines[0], charge=money("100.00"))
    links_ = match_services(claim, an_answer(claim, part, part, part, part))
    assert [service.line for service in links_] == [0, 0, 0, None]
    assert links_[3].why == "the claim's lines with code 64493 are of another day or already answered by other services"


def test_a_service_without_a_line_says_why():
    claim = a_claim(a_line(1, control="L1"))
    answer = an_answer(
        claim, a_service(claim.lines[0]), a_service(a_line(9, "99213")), a_service(a_line(code="J1030", control="X"))
    )
    _, without, unknown = match_services(claim, answer)
    assert without.why == "no line of the claim has code 99213"
    assert unknown.why == (
        "no line of the claim has its line control number, and no line left has code J1030 on its day"
    )


def test_a_reversal_finds_its_lines_by_the_amounts_it_takes_back():
    claim = a_claim(a_line(1, charge="500.00"), a_line(2, charge="400.00"))
    first, second = claim.lines
    answer = a_reversal(an_answer(claim, a_service(second), a_service(first)), known=ANSWERED)
    assert [service.line for service in match_services(claim, answer)] == [1, 0]


def stand(claims, answers=()):
    told = [received(answer, f"r{i}") for i, answer in enumerate(answers)]
    out = [sent(c, ref) for ref, c in claims.items()]
    return {ref: place.number for ref, place in places(out, told, link(out, told)).items()}


def test_submissions_of_one_claim_are_counted_and_other_visits_are_not():
    claims = {
        "original": a_claim(),
        "resent": a_claim(sent=SENT + timedelta(days=3), n=2),
        "replacement": a_claim(sent=LATER, frequency="7", n=3),
        "another visit": a_claim(a_line(day=SERVICE + timedelta(days=9)), sent=LATER, n=4),
        "another number": a_claim(id="ACC-2", n=5),
    }
    assert stand(claims) == {
        "original": 1, "resent": 2, "replacement": 3, "another visit": 1, "another number": 1,
    }  # fmt: skip


def test_a_replacement_under_a_new_number_joins_the_claim_whose_payer_number_it_names():
    original = a_claim()
    replacement = a_claim(id="ACC-2", sent=LATER, frequency="7", original_reference="24A0017", n=2)
    assert stand({"s1": original, "s7": replacement}, [whole(original)]) == {"s1": 1, "s7": 2}
    assert stand({"s1": original, "s7": replacement}) == {"s1": 1, "s7": 1}


def test_a_claim_knows_from_when_it_is_replaced():
    original, replacement = a_claim(), a_claim(sent=LATER, frequency="7", n=2)
    secondary = a_claim(payer="MEDIGAP", sequence="S", n=3)
    out = [sent(original, "s1"), sent(replacement, "s7"), sent(secondary, "s2")]
    found = {ref: place.replaced_on for ref, place in places(out, [], []).items()}
    assert found == {"s1": LATER, "s7": None, "s2": None}


def test_a_claim_number_shared_by_thousands_is_still_linked():
    claims, answers = {}, {}
    for i in range(1500):
        claim = a_claim(a_line(day=SERVICE + timedelta(days=i), charge=Decimal(100 + i)), n=i)
        claims[f"s{i}"] = claim
        answers[f"r{i}"] = whole(claim, n=i, icn=f"ICN{i:05}", known=date(2027, 6, 1))
    assert links(claims, answers) == {f"r{i}": f"s{i}" for i in range(1500)}


def test_parts_of_a_line_under_several_payer_numbers_go_to_one_submission():
    first = a_claim(a_line(charge="300.00"))
    second = a_claim(a_line(charge="300.00"), sent=SENT + timedelta(days=3), n=2)
    (line,) = first.lines
    answers = {
        "r1": an_answer(first, a_service(line, charge=money(100), paid="100.00"), icn="AAAA1"),
        "r2": an_answer(first, a_service(line, charge=money(200), paid="200.00"), icn="BBBB2", ordinal=2),
    }
    assert links({"s1": first, "s2": second}, answers) == {"r1": "s1", "r2": "s1"}


@pytest.mark.parametrize(("number", "reversed_as"), [("24A0017", "24A0017"), ("", ""), ("24A0017", "24R0001")])
def test_a_reversal_takes_back_the_answer_equal_and_opposite_to_it(number, reversed_as):
    first = a_claim()
    second = a_claim(sent=SENT + timedelta(days=3), frequency="7", original_reference=number, n=2)
    one = an_answer(first, a_service(first.lines[0], "CO-45 100.00", paid="400.00"), icn=number, received_on=SENT)
    two = an_answer(second, a_service(second.lines[0], "CO-45 50.00", paid="450.00"), icn=number, n=2)
    for taken, goes in ((one, "s1"), (two, "s2")):
        back = a_reversal(replace(taken, received_on=None, payer_control_number=reversed_as), known=ANSWERED_LATER)
        assert links({"s1": first, "s2": second}, {"r1": one, "r2": two, "r22": back}) == {
            "r1": "s1", "r2": "s2", "r22": goes,
        }  # fmt: skip
