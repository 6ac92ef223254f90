"""What a payer can be expected to allow, and what that rests on."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from past.payer import Decision, PayerPast
from serving.allowed import expected_allowed
from serving.assessment import AllowedBasis
from tests.serving.samples import TODAY, claim_json, example_claim

CODE, PAYER = "64483", "ZZMEDICARE"


def decided(cents, *, payer=PAYER, code=CODE, known_on=date(2026, 1, 5), units=1.0, charge=60000, denied=False):
    return Decision(known_on, payer, code, "", denied, None, charge, None if denied else cents, units, 20)


def past(*decisions):
    known = PayerPast()
    for d in decisions:
        known.learn(d)
    return known


def allowed(tables, known, claim=None, line=1):
    claim = claim or example_claim()
    return expected_allowed(claim, claim.lines[line], known, tables, TODAY)


def test_nothing_known_takes_the_national_fee_of_the_place(tables):
    row = tables.codes.on(date(2026, 3, 2), TODAY).get(CODE)
    office, _ = allowed(tables, past())
    centre, basis = allowed(tables, past(), example_claim(place_of_service="24"))
    assert (office, centre, basis) == (row.allowed_nonfacility, row.allowed_facility, AllowedBasis.FEE_TABLE)
    assert office != centre


def test_an_unknown_code_takes_the_practices_ratio_of_allowed_to_charged(tables):
    known = past(decided(25000, charge=50000), decided(5000, code="99213", charge=10000))
    claim = example_claim(lines=[{**claim_json()["claim"]["lines"][0], "code": "ZZ999", "charge": "80.00"}])
    assert allowed(tables, known, claim, 0) == (Decimal("40.00"), AllowedBasis.CHARGE_RATIO)


def test_with_nothing_known_at_all_the_charge_itself_stands(tables):
    claim = example_claim(lines=[{**claim_json()["claim"]["lines"][0], "code": "ZZ999", "charge": "80.00"}])
    assert allowed(tables, past(), claim, 0) == (Decimal("80.00"), AllowedBasis.CHARGE)


def test_a_facilitys_own_claim_never_takes_the_physician_fee(tables):
    _, basis = allowed(tables, past(), example_claim(kind="asc_facility", place_of_service="24"))
    assert basis is AllowedBasis.CHARGE


def test_many_remittances_speak_for_themselves(tables):
    amount, basis = allowed(tables, past(*[decided(40000)] * 400))
    assert basis is AllowedBasis.REMITTANCES
    assert amount == pytest.approx(Decimal("400.00"), abs=Decimal(3))


def test_few_remittances_are_drawn_towards_the_fee(tables):
    fee = tables.codes.on(date(2026, 3, 2), TODAY).get(CODE).allowed_nonfacility
    amount, _ = allowed(tables, past(decided(40000)))
    assert amount == ((Decimal(400) + 5 * fee) / 6).quantize(Decimal("0.01"))


def test_few_remittances_are_drawn_towards_what_other_payers_allow(tables):
    known = past(decided(40000), *[decided(10000, payer="OTHER")] * 50)
    assert allowed(tables, known)[0] == Decimal("150.00")  # (1 x 400 + 5 x 100) / 6


def test_another_payers_remittances_alone_are_not_this_payers(tables):
    assert allowed(tables, past(decided(40000, payer="OTHER")))[1] is AllowedBasis.FEE_TABLE


def test_a_remittance_of_the_day_itself_is_not_known_yet(tables):
    assert allowed(tables, past(decided(40000, known_on=TODAY)))[1] is AllowedBasis.FEE_TABLE


def test_denied_lines_say_nothing_of_what_is_allowed(tables):
    assert allowed(tables, past(decided(0, denied=True)))[1] is AllowedBasis.FEE_TABLE


def test_more_than_was_charged_is_never_allowed(tables):
    lines = claim_json()["claim"]["lines"]
    claim = example_claim(lines=[{**lines[1], "charge": "10.00"}])
    assert allowed(tables, past(), claim, 0)[0] == Decimal("10.00")
    assert allowed(tables, past(*[decided(40000)] * 9), claim, 0)[0] == Decimal("10.00")


def test_units_multiply(tables):
    line = {**claim_json()["claim"]["lines"][1], "units": "2", "charge": "5000.00"}
    fee = tables.codes.on(date(2026, 3, 2), TODAY).get(CODE).allowed_nonfacility
    assert allowed(tables, past(), example_claim(lines=[line]), 0)[0] == 2 * fee


def both_sides(tables, known, code=CODE, charge="9000.00"):
    line = {**claim_json()["claim"]["lines"][1], "code": code, "charge": charge}
    claims = [example_claim(lines=[{**line, "modifiers": m}]) for m in (["RT"], ["50"])]
    return [allowed(tables, known, claim, 0)[0] for claim in claims]


def test_both_sides_of_a_code_with_sides_are_one_and_a_half_fees(tables):
    one, both = both_sides(tables, past())
    assert both == pytest.approx(one * Decimal("1.5"), abs=Decimal("0.005"))


def test_both_sides_of_a_code_without_sides_are_one_fee(tables):
    one, both = both_sides(tables, past(), code="62323")
    assert both == one


def test_both_sides_take_the_share_of_the_charge_that_the_payer_allows(tables):
    known = past(*[decided(20000, charge=50000)] * 400, *[decided(30000, charge=75000)] * 400)
    line = {**claim_json()["claim"]["lines"][1], "modifiers": ["50"], "charge": "750.00"}
    amount, basis = allowed(tables, known, example_claim(lines=[line]), 0)
    assert basis is AllowedBasis.REMITTANCES
    assert amount == pytest.approx(Decimal("300.00"), abs=Decimal(1))


@pytest.mark.parametrize("charge", ["0.00", "-50.00"])
@pytest.mark.parametrize("known", [[], [decided(40000)] * 9])
def test_a_line_that_charges_nothing_is_allowed_nothing(tables, charge, known):
    claim = example_claim()
    line = replace(claim.lines[1], charge=Decimal(charge))
    amount, _ = expected_allowed(replace(claim, lines=(line,)), line, past(*known), tables, TODAY)
    assert amount == 0
