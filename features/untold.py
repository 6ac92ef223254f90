"""Which features rest on a fact that a claim from an export may not tell: there they are unknown, not zero."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from claims import untold

RESTS_ON: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        untold.ACCIDENT: ("has_accident",),
        untold.AUTHORIZATION: ("has_authorization_number", "authorization_denial_rate_without_number"),
        untold.DIAGNOSES: (
            "primary_diagnosis_category", "diagnosis_pointers", "claim_diagnoses", "unspecified_diagnoses",
            "necessity_denial_rate_unspecified",
        ),
        untold.DRUG_CODE: ("is_drug_without_ndc",),
        untold.MODIFIERS: (
            "modifier_count", "has_separate_visit_modifier", "has_distinct_service_modifier", "is_bilateral",
            "has_side", "is_professional_part", "has_policy_met_modifier", "is_expected_to_be_denied",
            "visit_denial_rate_without_modifier", "bundling_denial_rate_unmarked",
            "modifier_denial_rate_without_side",
        ),
        untold.PATIENT: (
            "family_sessions_365d", "region_sessions_365d", "days_since_family", "days_since_code", "sent_before",
            "other_claims_that_day", "code_denials_of_patient", "payer_denials_of_patient_180d",
            "payer_has_accepted_patient", "days_known", "frequency_denial_rate_repeated",
        ),
        untold.PLACE: ("place_of_service",),
        untold.REFERRAL: ("has_referral_number",),
        untold.TURN: ("payer_turn",),
    }
)  # fmt: skip


def forget(row: dict[str, float | str], facts: Iterable[str]) -> None:
    """Make unknown what rests on these facts: NaN for a number, "" for a category."""
    for fact in facts:
        for name in RESTS_ON.get(fact, ()):
            row[name] = "" if isinstance(row[name], str) else math.nan
