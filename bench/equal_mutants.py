"""Mutants that are the rule itself: no claim could tell the two apart. Each with the reason a person gave."""

from __future__ import annotations

_RULE_STARTS_THEN = "the rule itself starts on the value's first day, so the day before is never asked about"
_SHORT_WAY = "a short way to the same answer: the long one, then taken, filters by day and kind of payer itself"
_KEPT = "what was worked out before is worked out again"
_NO_SUCH_CODE = "no code or heading of ICD-10-CM is so short, nor ends in its dot"
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
    ("coverage", "condition dropped", "line 39: first <= day <= last = False"): _SHORT_WAY,
    ("coverage", "comparison shifted", "line 39: first <= day <= last"): _SHORT_WAY,
    ("diagnoses", "condition dropped", "line 28: pointers not in found = True"): _KEPT,
    ("diagnoses", "condition dropped", "line 37: codes not in found = True"): _KEPT,
    ("diagnoses", "number by one", "line 75: line 76: 3 to 2"): _NO_SUCH_CODE,
    ("diagnoses", "number by one", "line 75: line 76: 1 to 2"): "the whole code twice: a pair is told once",
    ("diagnoses", "number by one", "line 80: line 81: 3 to 4"): _NO_SUCH_CODE,
    ("diagnoses", "number by one", "line 98: line 99: 2 to 1"): _NO_SUCH_CODE,
    ("levels", "number by one", "line 73: line 83: 2 to 3"): "the lines of a claim have numbers of their own",
    ("look_back", "number by one", "line 118: line 124: 28 to 27"): "the search for the day begins a little earlier",
    ("wanted_records", "condition dropped", "line 74: case.claim.evidence = True"): _SHORT_WAY,
    ("wanted_records", "condition dropped", "line 104: not first <= day <= last = True"): _SHORT_WAY,
    ("wanted_records", "comparison shifted", "line 104: first <= day <= last"): _SHORT_WAY,
    ("wanted_records", "number by one", "line 97: line 106: 0 to -1"): "the rows of a procedure are of one family",
}
