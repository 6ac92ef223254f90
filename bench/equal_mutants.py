"""Mutants that are the rule itself: no claim could tell the two apart. Each with the reason a person gave.

A mutant is known by its rule or shared module, the operator, and where: the function and the text that changes. The run
says where this list is out of date: of a mutant there is not any more, and of one that a case tells from the rule.
"""

from __future__ import annotations

_GUARD = "the rule's guard and the check ask the same of a line: each alone keeps the others away"
_NONE_ENDED = "no value of this parameter has ended yet, so there always is one; the day one ends, this matters"
_NOTHING_FOLLOWS = "a short way out: what follows finds nothing, either"
_ANOTHER_FIRST = "the parameter that is read before it starts on the same day, and is the one that is told missing"
_SAME_NUMBER = "the records in hand are those of one number, so the first and the last tell the same"
_TYPES = "what it asks is so wherever the rest is: it is there for the reader and the type checker"

_HAS_A_LINE = "a claim that was read has a line, and one whose lines have no day was told before"
_ALL_Z = "a quick look: all codes are asked for, and each code the parameter names begins so"
_ONE_OWNER = "the facts of an item are all told of one and the same: the line, its family or the claim"
_SAME_LONG_WAY = "a short way to the same answer: the long one, then taken, asks the same of the same"
_SHORT_WAY = "a short way to the same answer: the long one, then taken, filters by day and kind of payer itself"
_KEPT = "what was worked out before is worked out again"

_NO_SUCH_CODE = "no code or heading of ICD-10-CM is so short, nor ends in its dot"
_NO_SEVENTH = "no heading of three characters is held that wants a seventh"

_WHERE = "condition dropped"
_NUMBER = "number by one"
_DATE = "date shifted"
_FLIPPED = "comparison flipped"
_SHIFTED = "comparison shifted"
_GUARDS = "guard removed"

EQUAL: dict[tuple[str, str, str], str] = {
    ("AUT-001", _WHERE, "_asked: case.claim.authorizations = True"): _NOTHING_FOLLOWS,
    ("AUT-001", _WHERE, "_nothing_to_show: recorded = True"): _NOTHING_FOLLOWS,
    ("AUT-002", _NUMBER, "_used_up: 0 to -1 in holding[0]"): _SAME_NUMBER,
    ("AUT-002", _NUMBER, "_not_granted: 0 to -1 in held[0]"): _SAME_NUMBER,
    ("AUT-006", _NUMBER, "later_stage_on_first_approval: 0 to -1 in held[0]"): _SAME_NUMBER,
    (
        "AUT-006",
        _WHERE,
        "_lasting: line.code in _LASTING",
    ): "the line is one of the claim's lines, all of which are asked",
    ("AUT-007", _WHERE, "authorization_record_incomplete: numbers or claim.authorizations = True"): _NOTHING_FOLLOWS,
    ("AUT-008", _WHERE, "request_without_its_reasons: not case.claim.authorizations = False"): _NOTHING_FOLLOWS,
    ("AUT-008", _WHERE, "request_without_its_reasons: value is None = False"): _NONE_ENDED,
    ("COB-002", _WHERE, "medicare_turn_unexplained: value = True"): _NONE_ENDED,
    ("COB-003", _WHERE, "injury_sent_to_health_plan: not claim.accident_causes"): _NOTHING_FOLLOWS,
    (
        "COD-002",
        _WHERE,
        "diagnosis_code_not_valid: row is not None and release.holds_on(day) and (not _fault(row, day)) = False",
    ): _NOTHING_FOLLOWS,
    ("COD-002", _WHERE, "_look: late or row is None = True"): "a code that holds on the day was passed over before",
    ("COD-003", _GUARDS, "modifier_not_valid: modifiers"): _GUARD,
    ("COD-003", _WHERE, "modifier_not_valid: not line.modifiers"): _GUARD,
    ("COD-004", _WHERE, "code_of_another_region: facts = True"): _NOTHING_FOLLOWS,
    ("COD-009", _WHERE, "new_patient_seen_before: value is None = False"): _NONE_ENDED,
    ("DOC-010", _WHERE, "note_repeats_another: most is not None"): _NONE_ENDED,
    ("DRG-004", _WHERE, "injectate_not_approved: words is not None = True"): _NONE_ENDED,
    ("DRG-004", _WHERE, "injectate_not_approved: words is not None"): _NONE_ENDED,
    (
        "DUP-001",
        _NUMBER,
        "_twin_line: 1 to 0 in len(lines_by_code(case, line)[line.code]) == 1",
    ): "a short way out: one line of a code has no twin anyway",
    (
        "DUP-001",
        _WHERE,
        "_twin_line: len(lines_by_code(case, line)[line.code]) == 1",
    ): "a short way out: one line of a code has no twin anyway",
    ("DRG-001", _WHERE, "drug_without_administration: case.claim.evidence = True"): _NOTHING_FOLLOWS,
    ("DUP-001", _WHERE, "service_billed_twice: line.code in case.once_of(codes_repeated) = True"): _NOTHING_FOLLOWS,
    ("DUP-001", _WHERE, "service_billed_twice: case.once_of(services_by_code) = True"): _NOTHING_FOLLOWS,
    ("DUP-001", _WHERE, "_earlier: not on_the_day = False"): _NOTHING_FOLLOWS,
    ("DUP-002", _WHERE, "resent_as_new: case.once_of(services_by_code) = True"): _NOTHING_FOLLOWS,
    ("DX-003", _WHERE, "diagnosis_of_the_other_side: not billed = False"): _GUARD,
    ("DX-003", _GUARDS, "diagnosis_of_the_other_side: modifiers"): _GUARD,
    ("DX-008", _WHERE, "drug_status_without_condition: status is not None"): _NONE_ENDED,
    ("DX-008", _WHERE, "drug_status_without_condition: not codes[0].startswith('Z')"): _ALL_Z,
    ("DX-008", _NUMBER, "drug_status_without_condition: 0 to -1 in codes[0]"): _ALL_Z,
    ("ELG-001", _WHERE, "cover_not_confirmed: answer.checked_on is None"): "an answer in hand has a day it came",
    ("ELG-001", _WHERE, "cover_not_confirmed: value is not None"): _NONE_ENDED,
    ("ELG-002", _WHERE, "service_outside_cover: x.service_from (2)"): _TYPES,
    ("ELG-003", _WHERE, "medicare_paid_another_way: not case.claim.eligibility = False"): _NOTHING_FOLLOWS,
    ("ELG-003", _WHERE, "medicare_paid_another_way: advantage = True"): _NOTHING_FOLLOWS,
    (
        "ELG-008",
        _WHERE,
        "notice_does_not_fit: not line.modifiers and (not case.claim.evidence) = False",
    ): _NOTHING_FOLLOWS,
    ("ELG-006", _WHERE, "_wants_by_kind: value is not None"): _NONE_ENDED,
    ("EM-002", _WHERE, "visit_level_not_borne_out: line.code not in levels = False"): _GUARD,
    ("ELG-008", _NUMBER, "_noticed: 0 to -1 in facts[0] (2)"): _ONE_OWNER,
    ("ELG-008", _NUMBER, "_noticed: 0 to -1 in facts[0] (3)"): _ONE_OWNER,
    ("FIN-001", _WHERE, "estimate_not_recorded: value is not None"): _NONE_ENDED,
    ("FIN-002", _WHERE, "charge_out_of_proportion: not _IN_PART.isdisjoint(line.modifiers)"): _GUARD,
    ("FIN-002", _WHERE, "charge_out_of_proportion: _IN_PART.isdisjoint(modifiers)"): _GUARD,
    ("FIN-002", _WHERE, "charge_out_of_proportion: day not in bounds = True"): "it works out again what it has",
    ("FIN-002", _WHERE, "charge_out_of_proportion: (id(row), in_facility) not in ranges = True"): _KEPT,
    ("FIN-002", _WHERE, "charge_out_of_proportion: times is not None"): _NONE_ENDED,
    ("FIN-002", _WHERE, "_range: share = True"): _NONE_ENDED,
    ("FIN-002", _WHERE, "_range: times = True"): _NONE_ENDED,
    ("FIN-002", _NUMBER, "_range: 0 to -1 in share.value if share else 0"): _NONE_ENDED,
    ("FIN-002", _NUMBER, "_range: 0 to 1 in share.value if share else 0"): _NONE_ENDED,
    ("FIN-002", _DATE, "fee_schedule_times from 2021-12-31"): _ANOTHER_FIRST,
    ("FIN-003", _WHERE, "done_but_not_billed: not case.claim.evidence = False"): _NOTHING_FOLLOWS,
    ("FIN-003", _WHERE, "done_but_not_billed: ''"): "no guidance is under no name of one, either",
    (
        "FRQ-012",
        _WHERE,
        "several_blocks_in_one_session: known.isdisjoint(_of_other_kinds(case, codes, row)) = False",
    ): _NOTHING_FOLLOWS,
    (
        "FRQ-012",
        _WHERE,
        "_of_other_kinds: _KINDS.get(o.family) not in (None, _KINDS.get(row.family))",
    ): "the line's own code is among all codes, so the short way out is never taken",
    (
        "FRQ-012",
        _FLIPPED,
        "_of_other_kinds: _KINDS.get(o.family) not in (None, _KINDS.get(row.family)), not in to in",
    ): "the line's own code is among those of its kind, so the short way out is never taken",
    (
        "FRQ-012",
        _SHIFTED,
        "several_blocks_in_one_session: other.number < line.number, < to <=",
    ): "the line's own code is of its own kind, which is not told",
    ("FRQ-012", _WHERE, "_another_kind: other is None"): _TYPES,
    ("FRQ-012", _WHERE, "_another_kind: not kind"): "an empty kind is what is told of none",
    ("FRQ-004", _WHERE, "facet_levels_over_limit: value is not None = True"): _NONE_ENDED,
    ("FRQ-013", _WHERE, "_within: interval is None = False"): _NONE_ENDED,
    ("FRQ-013", _WHERE, "joint_injected_too_soon: interval is None = False"): _NONE_ENDED,
    ("FRQ-013", _WHERE, "_earlier: not known = False"): _NOTHING_FOLLOWS,
    ("FRQ-013", _WHERE, "_earlier: not there"): _NOTHING_FOLLOWS,
    ("FRQ-013", _WHERE, "_new_course: of_one_course"): _NONE_ENDED,
    ("FRQ-013", _DATE, "hyaluronate_interval_months from 1999-12-31"): _ANOTHER_FIRST,
    ("FRQ-015", _WHERE, "payer_limit_passed: not own and (not reviewed) = False"): _NOTHING_FOLLOWS,
    ("FRQ-015", _WHERE, "_of_the_payer: by"): _TYPES,
    **{
        ("FRQ-015", _DATE, f"{name} from 2020-12-31"): "evicore_payers, read before it, starts on the same day"
        for name in (
            "evicore_esi_interval_days",
            "evicore_esi_months",
            "evicore_esi_sessions",
            "evicore_esi_sessions_a_year",
            "evicore_si_joint_interval_days",
            "evicore_si_joint_sessions_a_year",
            "evicore_year_months",
        )
    },
    ("MOD-001", _WHERE, "visit_without_modifier_25: not ncci.VISIT.isdisjoint(line.modifiers)"): _GUARD,
    ("MOD-001", _WHERE, "visit_without_modifier_25: ncci.VISIT.isdisjoint(modifiers)"): _GUARD,
    ("MOD-001", _WHERE, "visit_without_modifier_25: value is not None = True"): _NONE_ENDED,
    ("MOD-002", _WHERE, "modifier_25_not_borne_out: '25' not in line.modifiers = False"): _GUARD,
    ("MOD-002", _GUARDS, "modifier_25_not_borne_out: modifiers"): _GUARD,
    ("MOD-003", _WHERE, "modifier_on_wrong_kind_of_service: MARKS.isdisjoint(line.modifiers) = False"): _GUARD,
    ("MOD-003", _GUARDS, "modifier_on_wrong_kind_of_service: modifiers"): _GUARD,
    ("MOD-004", _WHERE, "modifier_59_separates_nothing: not marks = False"): _GUARD,
    ("MOD-004", _GUARDS, "modifier_59_separates_nothing: modifiers"): _GUARD,
    ("MOD-005", _WHERE, "modifier_50_not_for_this_code: sides.BILATERAL not in line.modifiers = False"): _GUARD,
    ("MOD-005", _GUARDS, "modifier_50_not_for_this_code: modifiers"): _GUARD,
    ("MOD-006", _WHERE, "both_sides_on_two_lines: not mine"): _GUARD,
    ("MOD-006", _WHERE, "both_sides_on_two_lines: not _OTHER.keys().isdisjoint(modifiers)"): _GUARD,
    ("MOD-007", _WHERE, "side_missing: sides.of_line(line) = False"): _GUARD,
    ("MOD-007", _WHERE, "side_missing: not sides.of_modifiers(modifiers)"): _GUARD,
    ("MOD-008", _WHERE, "side_modifier_does_not_fit: not named = False"): _GUARD,
    ("MOD-008", _GUARDS, "side_modifier_does_not_fit: modifiers"): _GUARD,
    ("MOD-009", _WHERE, "side_not_in_record: not billed = False"): _GUARD,
    ("MOD-009", _GUARDS, "side_not_in_record: modifiers"): _GUARD,
    ("MOD-010", _WHERE, "modifier_51_not_wanted: '51' not in line.modifiers = False"): _GUARD,
    ("MOD-010", _GUARDS, "modifier_51_not_wanted: modifiers"): _GUARD,
    ("MOD-011", _WHERE, "component_modifier_does_not_fit: value is not None"): _NONE_ENDED,
    ("MOD-014", _WHERE, "procedure_in_global_period: not _SAYS_WHY.isdisjoint(line.modifiers)"): _GUARD,
    ("MOD-014", _WHERE, "procedure_in_global_period: _SAYS_WHY.isdisjoint(modifiers)"): _GUARD,
    ("MOD-015", _GUARDS, "modifiers_out_of_order: modifiers"): _GUARD,
    ("NCC-008", _WHERE, "_elsewhere: not others = False"): _NOTHING_FOLLOWS,
    ("NCC-008", _WHERE, "_over: elsewhere"): "units alone past the limit were told before",
    ("NCC-008", _WHERE, "_over: by_line = False"): "a limit by the line is passed by its units alone, told before",
    (
        "NCC-008",
        _WHERE,
        "units_over_mue: units <= limit.units and (by_line or not other_claims(case, line)) = False",
    ): _NOTHING_FOLLOWS,
    ("NCC-008", _WHERE, "units_over_mue: by_line"): _NOTHING_FOLLOWS,
    ("NCC-008", _WHERE, "units_over_mue: not other_claims(case, line)"): _NOTHING_FOLLOWS,
    ("NCC-008", _SHIFTED, "units_over_mue: units <= limit.units, <= to <"): _NOTHING_FOLLOWS,
    ("POS-003", _WHERE, "facility_code_on_professional_claim: not likely"): _NOTHING_FOLLOWS,
    (
        "POS-003",
        _WHERE,
        "facility_code_on_professional_claim: line.code[:1] in ('C', 'G')",
    ): "a quick look: every code the parameter names begins so",
    ("POS-003", _WHERE, "facility_code_on_professional_claim: value is None"): _NONE_ENDED,
    ("PRV-002", _WHERE, "incident_to_without_its_conditions: value is not None"): _NONE_ENDED,
    ("PRV-004", _WHERE, "surgery_supervised_by_video: value is None"): _NONE_ENDED,
    ("PRV-005", _WHERE, "_is_usual: value is None"): _NONE_ENDED,
    (
        "PRV-005",
        _WHERE,
        "taxonomy_does_not_fit: not rows and provider.taxonomy and (not case.tables.taxonomies.releases) = False",
    ): _SAME_LONG_WAY,
    ("PRV-005", _NUMBER, "_looked: 0 to -1 in enrolled[0]"): "where it is asked there is one, the first and the last",
    ("NCC-013", _NUMBER, "drug_units_unlike_the_dose: 0 to -1 in facts[0] (2)"): _ONE_OWNER,
    ("NCC-013", _WHERE, "drug_units_unlike_the_dose: case.claim.evidence = True"): _NOTHING_FOLLOWS,
    ("NCC-001", _WHERE, "pair_never_paid_together: pairs or blind_spot = True"): _NOTHING_FOLLOWS,
    ("NCC-002", _WHERE, "pair_without_modifier: pairs or blind_spot = True"): _NOTHING_FOLLOWS,
    ("TFL-001", _WHERE, "sent_too_late: line.service_from != looked = True"): _KEPT,
    **{
        ("STR-002", _WHERE, f"npi_fails_check_digit: {what}"): _NOTHING_FOLLOWS
        for what in (
            "provider and provider.npi and _fault(prefix, provider.npi) = True",
            "provider and provider.npi and _fault(prefix, provider.npi) = True (2)",
            "provider.npi",
            "provider.npi (2)",
            "_fault(prefix, provider.npi)",
            "_fault(prefix, provider.npi) (2)",
        )
    },
    ("STR-003", _WHERE, "dates_make_no_sense: _in_order(case) = False"): _NOTHING_FOLLOWS,
    ("STR-003", _WHERE, "_in_order: first is None"): _HAS_A_LINE,
    ("STR-003", _FLIPPED, "_in_order: first is None, is to is not"): _HAS_A_LINE,
    ("STR-003", _WHERE, "_told: start is None"): "without a first day a line has no last one",
    ("STR-003", _WHERE, "_told: end is None"): "a line with a first day has a last one",
    ("STR-003", _WHERE, "_in_order: start is None"): "without a first day a line has no last one",
    ("STR-003", _WHERE, "_in_order: end is None"): "a line with a first day has a last one",
    **{
        ("STR-003", operator, f"_in_order: {what}"): _NOTHING_FOLLOWS
        for operator, what in (
            (_WHERE, "first is None or claim.accident_date or claim.onset_date = True"),
            (_WHERE, "start is None or end is None or (not start <= end <= last) = True"),
            (_WHERE, "claim.patient.birth_date <= first"),
            (_SHIFTED, "claim.patient.birth_date <= first, <= to <"),
            (_FLIPPED, "start is None, is to is not"),
            (_FLIPPED, "end is None, is to is not"),
            (_SHIFTED, "start <= end <= last, <= to <"),
            (_SHIFTED, "start <= end <= last, <= to < (2)"),
        )
    },
    **{
        ("STR-005", operator, f"diagnosis_pointer_wrong: {what}"): _NOTHING_FOLLOWS
        for operator, what in (
            (_WHERE, "listed <= MOST_DIAGNOSES = False"),
            (_SHIFTED, "listed <= MOST_DIAGNOSES, <= to <"),
            (
                _WHERE,
                "not pointers or len(pointers) > MOST_POINTERS or min(pointers) < 1 or (max(pointers) > listed) = True",
            ),
            (_SHIFTED, "len(pointers) > MOST_POINTERS, > to >="),
            (_SHIFTED, "min(pointers) < 1, < to <="),
            (_NUMBER, "1 to 2 in min(pointers) < 1"),
            (_SHIFTED, "max(pointers) > listed, > to >="),
        )
    },
    (
        "STR-009",
        _WHERE,
        "relationship_wrong: subscriber.person != patient",
    ): "a quick look: a person does not differ from themselves",
    (
        "STR-009",
        _WHERE,
        "relationship_wrong: subscriber.person is not patient",
    ): "a quick look: a person does not differ from themselves",
    ("STR-012", _WHERE, "address_not_valid: value = True"): _NONE_ENDED,
    ("STR-012", _WHERE, "address_not_valid: found"): _NOTHING_FOLLOWS,
    ("STR-012", _WHERE, "_faults: state_is_right and code_is_right"): _NOTHING_FOLLOWS,
    ("STR-012", _WHERE, "_faults: state in states"): "a quick look: what stands there in capitals is asked for next",
    ("STR-012", _WHERE, "address_not_valid: patients is not home"): "a quick look: what is the same one is equal",
    ("UDT-005", _DATE, "udt_high_risk_days from 2015-09-30"): _ANOTHER_FIRST,
    ("UDT-005", _DATE, "udt_low_risk_days from 2015-09-30"): _ANOTHER_FIRST,
    ("UDT-005", _DATE, "udt_moderate_risk_days from 2015-09-30"): _ANOTHER_FIRST,
    ("NCC-004", _GUARDS, "guidance_included: families"): _GUARD,
    ("NCC-004", _WHERE, "guidance_included: own.family != 'imaging_guidance'"): _GUARD,
    ("PRV-008", _WHERE, "supervising_clinician_missing: row"): "a payer that wants something has a row",
    ("PRV-008", _WHERE, "supervising_clinician_missing: lacking"): _NOTHING_FOLLOWS,
    ("PRV-008", _WHERE, "supervising_clinician_missing: row and lacking = True"): _NOTHING_FOLLOWS,
    ("PRV-005", _WHERE, "_off_the_list: not case.tables.taxonomies.releases = False"): _NOTHING_FOLLOWS,
    ("UDT-004", _GUARDS, "classes_do_not_fit_code: families"): "the parameter names codes of that family alone",
    ("STR-012", _WHERE, "address_not_valid: claim.facility.address"): "an address left out has no parts to be wrong",
    ("FRQ-009", _WHERE, "trigger_points_over_limit: limit = True"): _NONE_ENDED,
    ("FRQ-008", _WHERE, "si_joint_sessions_over_limit: trials and treatments = True"): _NONE_ENDED,
    ("FRQ-008", _WHERE, "si_joint_sessions_over_limit: trials"): _NONE_ENDED,
    ("FRQ-008", _WHERE, "si_joint_sessions_over_limit: treatments"): _NONE_ENDED,
    # shared modules
    (
        "adopted",
        _WHERE,
        "rules_of: isinstance(entry, Adoption) = True",
    ): "what is no limit of sessions is an adoption: a profile adds nothing else",
    ("coverage", _WHERE, "_in_force: first <= day <= last = False"): _SHORT_WAY,
    ("coverage", _SHIFTED, "_in_force: first <= day <= last, <= to <"): _SHORT_WAY,
    ("coverage", _SHIFTED, "_in_force: first <= day <= last, <= to < (2)"): _SHORT_WAY,
    ("diagnoses", _WHERE, "pointed: known is None = True"): _KEPT,
    ("diagnoses", _WHERE, "placed: known is None = True"): _KEPT,
    (
        "look_back",
        _NUMBER,
        "first_day_without: 28 to 27 in 28 * months",
    ): "the search for the day begins a little earlier",
    ("eligibility_answers", _WHERE, "known: not case.claim.eligibility = False"): _NOTHING_FOLLOWS,
    ("eligibility_answers", _WHERE, "answers: not case.claim.eligibility = False"): _NOTHING_FOLLOWS,
    ("enrolments", _WHERE, "of_payer: npi"): "the file has no row without an NPI",
    ("global_periods", _WHERE, "_periods: first is not None = True"): "who asks has looked at the day of a line first",
    (
        "global_periods",
        _WHERE,
        "_periods: s.service_date >= earliest",
    ): "a quick look: the longest period of what lies before has ended",
    ("incident_to", _WHERE, "billed: not claim.evidence and supervising is None = False"): _NOTHING_FOLLOWS,
    ("ncci", _WHERE, "looked: not of_lines = False"): _NOTHING_FOLLOWS,
    ("ncci", _WHERE, "_pair_up: beside or blind = True"): "what it keeps more is empty",
    ("ncci", _NUMBER, "_release: 0 to -1 in next(iter(by_code.values()))[0]"): "the lines are those of one day",
    ("pain_pairs", _NUMBER, "_objection: 0 to -1 in said[0]"): "what is told together has one indicator",
    ("pain_pairs", _NUMBER, "_objection: 0 to -1 in said[0] (2)"): "what is told together has one indicator",
    ("pain_pairs", _WHERE, "_answers: not ours = False"): _NOTHING_FOLLOWS,
    ("pain_pairs", _WHERE, "answers: pairs = True"): _NOTHING_FOLLOWS,
    ("pain_pairs", _WHERE, "_answers: p.indicator != '9'"): "of what is left, those of indicators 0 and 1 are named",
    ("same_day", _NUMBER, "units_of_day: 1 to 0 in len(lines) == 1"): "the sum of one line is its own units",
    ("same_day", _WHERE, "units_of_day: len(lines) == 1 = False"): "the sum of one line is its own units",
    ("same_day", _WHERE, "_other_claims: not services = False"): _NOTHING_FOLLOWS,
    ("same_day", _WHERE, "other_claims: found = True"): _NOTHING_FOLLOWS,
    ("same_day", _WHERE, "services_of_code: found = True"): _NOTHING_FOLLOWS,
    (
        "same_day",
        _WHERE,
        "_services: service.service_date in days",
    ): "a quick look: they are looked up by day afterwards",
    (
        "same_day",
        _WHERE,
        "_services: service.service_date in days (2)",
    ): "a quick look: they are looked up by day afterwards",
    ("session_limits", _WHERE, "limit: number is None or window is None = False"): _NONE_ENDED,
    ("session_limits", _WHERE, "too_soon: wanted is not None = True"): _NONE_ENDED,
    ("session_limits", _WHERE, "limit: said == _NUMBER = False"): "the number alone, put into itself, is the number",
    ("timely_filing", _WHERE, "_of_medicare: value is None = False"): _NONE_ENDED,
    ("approvals", _WHERE, "recorded: case.claim.authorizations = True"): _NOTHING_FOLLOWS,
    ("session_limits", _WHERE, "limit: number is None"): _NONE_ENDED,
    ("session_limits", _WHERE, "limit: window is None"): _NONE_ENDED,
    ("diagnoses", _NUMBER, "_notes: 3 to 2 in range(3, len(code) + 1)"): _NO_SUCH_CODE,
    ("diagnoses", _NUMBER, "_notes: 1 to 2 in len(code) + 1"): "the whole code twice: a pair is told once",
    ("diagnoses", _NUMBER, "_wants_seventh: 3 to 2 in range(len(code), 3, -1)"): _NO_SEVENTH,
    ("diagnoses", _NUMBER, "_wants_seventh: 3 to 4 in range(len(code), 3, -1)"): _NO_SUCH_CODE,
    ("diagnoses", _NUMBER, "_regions: 2 to 1 in range(len(code), 2, -1)"): _NO_SUCH_CODE,
    ("levels", _NUMBER, "_in_order: 2 to 3 in each[:2]"): "the lines of a claim have numbers of their own",
    ("wanted_records", _WHERE, "check: case.claim.evidence = True"): _SHORT_WAY,
    ("wanted_records", _WHERE, "_nothing_told: not first <= day <= last = True"): _SHORT_WAY,
    ("wanted_records", _SHIFTED, "_nothing_told: first <= day <= last, <= to <"): _SHORT_WAY,
    ("wanted_records", _SHIFTED, "_nothing_told: first <= day <= last, <= to < (2)"): _SHORT_WAY,
    ("wanted_records", _NUMBER, "_untold: 0 to -1 in held[0]"): "the rows of a procedure are of one family",
}
