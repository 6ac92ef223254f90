"""Mutants that are the rule itself: no claim could tell the two apart. Each with the reason a person gave."""

from __future__ import annotations

_RULE_STARTS_THEN = "the rule itself starts on the value's first day, so the day before is never asked about"
_GUARD = "the rule is asked only about codes that the value names"

EQUAL: dict[tuple[str, str, str], str] = {
    ("DUP-001", "number by one", "line 69: line 70: 1 to 0"): "a short way out: one line of a code has no twin anyway",
    ("EM-002", "condition dropped", "line 45: line.code not in levels = False"): _GUARD,
    ("EM-002", "date shifted", "visit_levels from 2020-12-31"): _RULE_STARTS_THEN,
    ("EM-004", "date shifted", "complexity_beside_25_exceptions from 2023-12-31"): _RULE_STARTS_THEN,
    ("EM-006", "date shifted", "monthly_care_codes from 2022-12-31"): _RULE_STARTS_THEN,
    ("EM-007", "date shifted", "visit_top_levels from 2020-12-31"): _RULE_STARTS_THEN,
    ("EM-007", "date shifted", "visit_top_levels_cpt from 2020-12-31"): _RULE_STARTS_THEN,
    ("FRQ-001", "date shifted", "esi_look_back_months from 2021-11-30"): _RULE_STARTS_THEN,
    ("FRQ-001", "date shifted", "esi_sessions_per_region from 2021-11-30"): _RULE_STARTS_THEN,
}
