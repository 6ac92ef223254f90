"""Which parameters a payer may have a value of its own for: those the rules ask for by payer."""

from __future__ import annotations

# Whole numbers all of them. A test holds the list against the places that read them.
OWN_VALUES = frozenset(
    {
        "acupuncture_visits",
        "acupuncture_visits_a_year",
        "acupuncture_visits_days",
        "acupuncture_year_months",
        "esi_interlaminar_levels",
        "esi_interval_days",
        "esi_look_back_months",
        "esi_repeat_relief_percent",
        "esi_repeat_relief_weeks",
        "esi_sessions_per_region",
        "esi_transforaminal_levels",
        "facet_diagnostic_sessions_per_region",
        "facet_levels",
        "facet_look_back_months",
        "facet_repeat_relief_percent",
        "facet_repeat_relief_weeks",
        "facet_therapeutic_sessions_per_region",
        "filing_margin_days",
        "rfa_repeat_relief_percent",
        "rfa_repeat_relief_weeks",
        "rfa_sessions_per_region",
        "scs_trial_relief_percent",
        "si_joint_diagnostic_relief_percent",
        "si_joint_diagnostic_sessions",
        "si_joint_look_back_months",
        "si_joint_repeat_relief_percent",
        "si_joint_repeat_relief_weeks",
        "si_joint_therapeutic_sessions",
        "trigger_point_look_back_months",
        "trigger_point_repeat_relief_percent",
        "trigger_point_repeat_relief_weeks",
        "trigger_point_sessions",
        "udt_high_risk_days",
        "udt_high_risk_tests",
        "udt_low_risk_days",
        "udt_low_risk_tests",
        "udt_moderate_risk_days",
        "udt_moderate_risk_tests",
    }
)
