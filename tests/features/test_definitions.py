"""Features of the claim alone: what is billed, beside what, when, and for how much."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from claims.claim import ClaimKind, Diagnosis, Payer
from claims.reasons import Reason
from tests.features.builders import MONDAY, SERVICE, a_claim, a_decision, a_line, a_look, learned, value

VISIT, FACET, ADDON, GUIDANCE, DRUG = "99213", "64493", "64494", "77003", "J1030"


def of(name, *lines, **claim):
    """The feature of the first line."""
    return value(name, a_look(a_claim(*lines, **claim)))


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("procedure_code", a_line(FACET), FACET),
        ("code_family", a_line(FACET), "facet_injection"),
        ("code_family", a_line("99999"), ""),
        ("place_of_service", a_line(), "11"),
        ("place_of_service", a_line(place="24"), "24"),
        ("is_addon", a_line(FACET), 0),
        ("is_addon", a_line(ADDON), 1),
        ("is_addon", a_line("99999"), None),
        ("units", a_line(units=Decimal("2.5")), 2.5),
        ("line_charge", a_line(charge=Decimal(99)), 2),
        ("days_of_service", a_line(), 1),
        ("days_of_service", a_line(service_to=SERVICE + timedelta(2)), 3),
        ("days_of_service", a_line(day=None), None),
        ("is_drug_without_ndc", a_line(DRUG), 1),
        ("is_drug_without_ndc", a_line(DRUG, ndc="00009307301"), 0),
        ("is_drug_without_ndc", a_line(FACET), 0),
        ("is_drug_without_ndc", a_line("99999"), None),
        ("modifier_count", a_line(modifiers=("RT", "59")), 2),
        ("has_separate_visit_modifier", a_line(modifiers=("25",)), 1),
        ("has_distinct_service_modifier", a_line(modifiers=("XU",)), 1),
        ("has_distinct_service_modifier", a_line(modifiers=("25",)), 0),
        ("is_bilateral", a_line(modifiers=("50",)), 1),
        ("has_side", a_line(modifiers=("LT",)), 1),
        ("has_side", a_line(), 0),
        ("is_professional_part", a_line(modifiers=("26",)), 1),
        ("has_policy_met_modifier", a_line(modifiers=("KX",)), 1),
        ("is_expected_to_be_denied", a_line(modifiers=("GZ",)), 1),
        ("is_expected_to_be_denied", a_line(modifiers=("GA",)), 0),
        ("diagnosis_pointers", a_line(diagnosis_pointers=(1, 2)), 2),
        ("primary_diagnosis_category", a_line(), "M54"),
        ("primary_diagnosis_category", a_line(diagnosis_pointers=()), None),
        ("unspecified_diagnoses", a_line(diagnosis_pointers=(1, 2)), 0.5),
        ("unspecified_diagnoses", a_line(diagnosis_pointers=()), None),
        ("units_to_limit", a_line(units=Decimal(2)), 2),
        ("units_to_limit", a_line(DRUG), None),
        ("days_to_submission", a_line(), 7),
        ("days_to_submission", a_line(service_to=SERVICE + timedelta(2)), 5),
        ("filing_limit_used", a_line(), 7 / 90),
        ("has_authorization_number", a_line(authorization_number="A1"), 1),
        ("has_referral_number", a_line(referral_number="R1"), 1),
    ],
)
def test_what_the_line_says(name, line, expected) -> None:
    found = of(name, line)
    assert found == (expected if expected is None or isinstance(expected, str) else pytest.approx(expected))


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("claim_kind", {"kind": ClaimKind.ASC_FACILITY}, "asc_facility"),
        ("claim_charge", {"charge": Decimal(9)}, 1),
        ("claim_charge", {"charge": Decimal(-9)}, None),
        ("claim_diagnoses", {"diagnoses": (Diagnosis("M5416"),) * 3}, 3),
        ("unspecified_diagnoses", {"diagnoses": (Diagnosis("Z99"),)}, None),
        ("is_replacement", {"frequency": "7"}, 1),
        ("is_replacement", {"frequency": "1"}, 0),
        ("has_authorization_number", {"authorization_number": "A1"}, 1),
        ("has_referral_number", {"referral_number": "R1"}, 1),
        ("has_referral_number", {}, 0),
        ("payer_turn", {"payer": "ALPHA"}, 1),
        ("has_accident", {"accident_causes": ("AA",)}, 1),
        ("payer_id", {"payer": "ALPHA"}, "ALPHA"),
        ("payer_type", {"payer": "ALPHA"}, "commercial"),
    ],
)
def test_what_the_claim_says(name, changes, expected) -> None:
    assert of(name, a_line(), **changes) == expected


def test_the_payer_s_turn_is_unknown_for_another_letter() -> None:
    for letter, expected in (("P", 1), ("S", 2), ("T", 3), ("U", None)):
        claim = replace(a_claim(), payer=Payer("ALPHA", sequence=letter))
        assert value("payer_turn", a_look(claim)) == expected


@pytest.mark.parametrize(
    ("name", "codes", "expected"),
    [
        ("other_codes_that_day", [FACET, VISIT, VISIT, GUIDANCE], 2),
        ("other_codes_that_day", [FACET, FACET], 0),
        ("same_code_lines_that_day", [FACET, FACET, VISIT, FACET], 2),
        ("family_units_that_day", [FACET, ADDON, "64490", VISIT], 3),
        ("family_units_that_day", [DRUG, DRUG], None),
        ("family_units_that_day", ["99999"], None),
        ("is_visit_beside_procedure", [VISIT, FACET], 1),
        ("is_visit_beside_procedure", [VISIT, GUIDANCE], 0),
        ("is_visit_beside_procedure", [VISIT, "99999"], None),
        ("is_visit_beside_procedure", [FACET, VISIT], 0),
        ("is_procedure_beside_visit", [FACET, VISIT], 1),
        ("is_procedure_beside_visit", [VISIT, VISIT], 0),
        ("is_procedure_beside_visit", [FACET, GUIDANCE], 0),
        ("is_guidance_beside_procedure", [GUIDANCE, FACET], 1),
        ("is_guidance_beside_procedure", [GUIDANCE], 0),
        ("has_guidance_line", [FACET, GUIDANCE], 1),
        ("has_guidance_line", [GUIDANCE, FACET], 0),
        ("other_families_that_day", [FACET, ADDON, VISIT, DRUG, "62323", GUIDANCE], 2),
    ],
)
def test_what_stands_beside_the_line(name, codes, expected) -> None:
    assert of(name, *(a_line(code, n + 1) for n, code in enumerate(codes))) == expected


def test_lines_of_another_day_do_not_stand_beside() -> None:
    lines = a_line(VISIT), a_line(FACET, 2, SERVICE - timedelta(1)), a_line(FACET, 3, None)
    assert of("is_visit_beside_procedure", *lines) == 0
    assert of("other_codes_that_day", *lines) == 0


def test_equal_lines_of_one_number_are_still_two_lines() -> None:
    """A claim may bear the same line twice under one number, though it should not."""
    assert of("same_code_lines_that_day", a_line(FACET, 1), a_line(FACET, 1)) == 1


def test_the_charge_is_compared_with_what_was_charged_for_allowed_lines() -> None:
    allowed = [a_decision(MONDAY - timedelta(9), charge_cents=80000, units=2) for _ in range(3)]
    denied = [a_decision(MONDAY - timedelta(9), reason=Reason.CODING, charge_cents=1)]
    claim = a_claim(a_line(charge=Decimal(600), units=Decimal(1)))
    assert value("charge_to_usual", a_look(claim, payer=learned(*allowed, *denied))) == pytest.approx(1.5)
    assert value("charge_to_usual", a_look(claim)) is None
    late = [a_decision(MONDAY, charge_cents=80000, units=2)]
    assert value("charge_to_usual", a_look(claim, payer=learned(*late))) is None
    assert value("charge_to_usual", a_look(a_claim(a_line(units=Decimal(0))), payer=learned(*allowed))) is None


def test_the_count_of_decisions_is_a_logarithm() -> None:
    payer = learned(*(a_decision(MONDAY - timedelta(9), code) for code in (FACET, FACET, VISIT)))
    assert value("payer_code_decisions", a_look(payer=payer)) == pytest.approx(math.log(3))
