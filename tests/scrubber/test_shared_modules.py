"""What rules share, asked directly where no rule's case reaches: each module's corners."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from claims.reasons import Reason
from scrubber import (
    approvals,
    coverage,
    diagnoses,
    enrolments,
    global_periods,
    levels,
    look_back,
    ncci,
    pain_pairs,
    same_day,
    session_limits,
    sides,
)
from scrubber.cases import read_case
from scrubber.ncci import Pair
from scrubber.pain_pairs import Words
from scrubber.parameters import Value, parameter
from scrubber.registry import Case, Citation, NotSaid, Severity
from scrubber.tables import TableGap
from scrubber.tables.profiles import Profile, Profiles

DAY = date(2026, 3, 10)
CODES = {
    "2025-01-01": {
        "62323": {"family": "esi_interlaminar", "global_days": "000"},
        "20553": {"family": "trigger_point", "global_days": "000"},
        "64483": {"family": "esi_transforaminal", "global_days": "000"},
        "64635": {"family": "facet_rfa", "global_days": "010"},
    }
}
PAIRS = {"2026-01-01": {"62323 > 20553": {"indicator": "1"}, "64483 > 20553": {"indicator": "1"}}}
LIFTING = {"2025-01-01": {"59": {"lifts_ptp": True}, "RT": {"lifts_ptp": True}, "LT": {"lifts_ptp": True}}}
WORDS = Words("it is part of the other", "Ask.", "both were done")


def case(*lines, tables=None, **more) -> Case:
    """The case of a claim of these lines, under the tables given."""
    told = read_case({"name": "x", "lines": list(lines), "passes": True, **more}, tables or {}, "x")
    return Case(told.claim, told.as_of, told.tables, told.past, told.claim.payer.type)


def answers(of: Case, words: Words = WORDS, own=lambda mine, other: other.family.startswith("esi")):
    return list(pain_pairs.answers(of, of.claim.lines[-1], own, words))


def test_a_policy_that_supports_a_diagnosis_excludes_none():
    rows = {"62323": [{"diagnoses": ["M54.16"], "role": role} for role in ("supports", "excludes")]}
    (supports, excludes) = (
        case({"code": "62323"}, tables={"coverage": {"2025-01-01": rows}}).tables.coverage.on(DAY, DAY).rows["62323"]
    )
    assert coverage.excluding([supports], "M54.16") is None
    assert coverage.excluding([supports, excludes], "M54.16") is excludes
    assert coverage.excluding([replace(excludes, verified=False)], "M54.16") is None


def test_a_pointer_of_nought_or_past_the_list_points_to_nothing():
    of = case({"code": "62323", "pointers": [0, 1, 2, 3]}, diagnoses=["M5416", "M5417"])
    assert diagnoses.pointed(of, of.claim.lines[0]) == ("M54.16", "M54.17")


def test_a_provider_without_an_npi_is_named_so():
    assert "a provider without an NPI" in enrolments.left_out("").why
    assert "NPI 1234567893" in enrolments.left_out("1234567893").why


def test_an_undated_procedure_or_an_unknown_code_opens_no_global_period():
    past = [{"code": "99999", "date": date(2026, 3, 5)}, {"code": "64635", "date": date(2026, 3, 1)}]
    of = case({"code": "64635"}, {"code": "64635", "date": ""}, tables={"codes": CODES}, past=past)
    line = of.claim.lines[0]
    running = global_periods.running(of, of.tables.codes.on(DAY, DAY), line)
    assert [period.done_on for period in running] == [date(2026, 3, 1)]


def test_nothing_lifts_a_pair_of_indicator_nought():
    of = case({"code": "62323"}, {"code": "20553", "modifiers": ["59"]}, tables={"codes": CODES, "modifiers": LIFTING})
    first, second = of.claim.lines
    assert ncci.lifted(of, Pair(first, second, "1")) is True
    assert ncci.lifted(of, Pair(first, second, "0")) is False


def test_a_line_without_modifiers_needs_no_table_of_them():
    of = case({"code": "62323"}, {"code": "20553"}, tables={"codes": CODES})
    assert ncci.lifted(of, Pair(*of.claim.lines, "1")) is False


def test_a_blind_spot_is_told_without_a_table_of_codes():
    of = case({"code": "62323"}, {"code": "20553"}, tables={"ptp": {"2026-01-01": {"1 > 2": {"indicator": "0"}}}})
    _, gap = ncci.looked(of, of.claim.lines[1])
    assert "20553 is not among the codes" in gap.why
    assert gap.line is of.claim.lines[1]


def test_a_code_the_table_does_not_know_is_part_of_nothing_by_its_kind():
    known = {"2025-01-01": {code: row for code, row in CODES["2025-01-01"].items() if code != "20553"}}
    of = case({"code": "62323"}, {"code": "20553"}, tables={"codes": known, "ptp": PAIRS, "modifiers": LIFTING})
    assert answers(of, own=lambda mine, _: mine.family == "trigger_point") == []


def test_sides_are_compared_only_by_rules_whose_services_have_them():
    lines = {"code": "62323", "modifiers": ["RT"]}, {"code": "20553", "modifiers": ["RT"]}
    of = case(*lines, tables={"codes": CODES, "ptp": PAIRS, "modifiers": LIFTING})
    assert answers(of) == []
    (hit,) = answers(of, replace(WORDS, by_side=True))
    assert "only the side lifts the NCCI edit" in hit.message


def test_what_a_modifier_has_lifted_is_not_named_beside_what_is_bare():
    tables = {"codes": CODES, "ptp": PAIRS, "modifiers": LIFTING}
    lines = {"code": "62323"}, {"code": "64483", "modifiers": ["59"]}, {"code": "20553"}
    (hit,) = answers(case(*lines, tables=tables), own=lambda _, other: other.family == "esi_interlaminar")
    assert "also part of" not in hit.message
    lines = {"code": "62323"}, {"code": "64483"}, {"code": "20553"}
    (hit,) = answers(case(*lines, tables=tables), own=lambda _, other: other.family == "esi_interlaminar")
    assert "It is also part of 64483 (line 2)." in hit.message


def test_the_first_of_each_code_is_never_the_line_itself():
    of = case({"code": "62323"}, {"code": "20553"}, {"code": "20553"})
    first, second, third = of.claim.lines
    assert same_day.first_of_each(of, second) == [first, third]
    assert same_day.first_of_each(of, first) == [second]


def test_a_service_of_another_day_is_not_the_same_one():
    of = case({"code": "62323"}, past=[{"code": "62323"}, {"code": "62323", "date": date(2026, 3, 9)}])
    line = of.claim.lines[0]
    assert [same_day.same_service(of, line, s) for s in of.past.services] == [True, False]


def test_only_what_was_denied_came_back_unprocessable():
    of = case({"code": "62323"}, past=[{"code": "62323", "denied": True, "reason": Reason.SUBMISSION_ERROR.value}])
    (sent_back,) = of.past.services
    assert same_day.unprocessable(of, sent_back)
    assert not same_day.unprocessable(of, replace(sent_back, denied=False))
    assert not same_day.unprocessable(of, replace(sent_back, reason=Reason.MODIFIER))


def test_of_two_sessions_too_near_the_later_is_told():
    of = case({"code": "62323"})
    days = [date(2026, 3, 1), date(2026, 3, 5)]
    apart = Value(Decimal(14), Citation("a policy", "https://payer.example"), verified=True)
    (hit,) = session_limits.nearer_than(of, of.claim.lines[0], days, apart, "a session")
    assert "5 days after the one of 2026-03-05" in hit.message


def test_sides_have_words_and_so_has_none():
    assert [sides.words(of) for of in (sides.BOTH, sides.LEFT, sides.NEITHER)] == [
        "both sides",
        "the left side",
        "no side",
    ]


def test_an_approval_is_relied_on_by_its_number_and_of_its_payer():
    numberless = {"number": "", "codes": ["62323"]}
    of = case({"code": "62323"}, authorizations=[numberless])
    assert approvals.relied_on(of, of.claim.lines[0]) == ()
    assert approvals.recorded(of, of.claim.lines[0], DAY) == {}
    ours, theirs = {"number": "A-1", "payer_id": "P1"}, {"number": "A-2", "payer_id": "P2"}
    of = case({"code": "62323"}, authorizations=[ours, theirs])
    assert [held.number for held in approvals.records(of)] == ["A-1"]


def test_the_service_was_where_the_facility_is_or_else_the_biller():
    of = case({"code": "62323"}, state="FL", facility="1333333338")
    assert approvals.state(of.claim) == "FL"
    assert approvals.state(replace(of.claim, facility=replace(of.claim.facility, address=None))) == "FL"
    assert (
        approvals.state(case({"code": "62323"}, state="FL", facility="1333333338", facility_state="GA").claim) == "GA"
    )


def test_the_place_is_asked_for_only_where_a_demand_depends_on_it():
    anywhere = {"2025-01-01": {"62323": [{"payer_type": "medicare"}, {"payer_type": "medicare", "places": ["22"]}]}}
    of = case({"code": "62323"}, place="", tables={"authorizations": anywhere})
    rows = of.tables.authorizations.on(DAY, DAY).rows["62323"]
    assert [approvals.missing(row, of.claim, of.claim.lines[0]) for row in rows] == ["", "place of service"]


def test_what_one_payer_demands_by_name_is_not_kept_for_another_of_its_kind():
    payers = {"2025-01-01": {"acme": {"ids": ["ACME"]}, "other": {"ids": ["OTHER"]}}}
    demands = {"2025-01-01": {"62323": [{"payer_type": "acme"}]}}
    first = case(
        {"code": "62323"}, payer="ACME", payer_type="commercial", tables={"payers": payers, "authorizations": demands}
    )
    claim = replace(first.claim, payer=replace(first.claim.payer, id="OTHER"))
    second = Case(claim, first.as_of, first.tables, first.past, first.payer_type)
    assert len(list(approvals.demands(first, first.claim.lines[0], DAY))) == 1
    assert list(approvals.demands(second, claim.lines[0], DAY)) == []


def test_a_profile_without_demands_tells_none():
    of = case({"code": "62323"}, payer="ZZ901", payer_type="commercial", tables={"authorizations": {"2025-01-01": {}}})
    plain = Profile("zztest", "ZZTEST Plan", "commercial", ("ZZ901",), (), (), "ZZTEST", DAY, "zztest.toml", "0")
    of = replace(of, tables=replace(of.tables, profiles=Profiles((plain,))))
    assert approvals.told_by_payer(of, of.claim.lines[0], DAY) is False


def test_without_a_limit_no_session_is_one_too_many():
    of = case({"code": "62323"})
    assert list(session_limits.over(of, of.claim.lines[0], [DAY], None, "session {n}")) == []
    assert session_limits.passed(of, of.claim.lines[0], [DAY], None) is None


def test_a_column_1_code_the_table_does_not_know_is_not_the_rules_own():
    known = {"2025-01-01": {code: row for code, row in CODES["2025-01-01"].items() if code != "62323"}}
    of = case({"code": "62323"}, {"code": "20553"}, tables={"codes": known, "ptp": PAIRS, "modifiers": LIFTING})
    assert answers(of) == []


def test_a_claim_of_the_same_number_from_another_practice_is_another_claim():
    past = [{"code": "62323", "claim": "TEST-1"}, {"code": "62323", "claim": "TEST-1", "billing": "1333333338"}]
    of = case({"code": "62323"}, past=past)
    assert [s.billing_npi for s in same_day.other_claims(of, of.claim.lines[0])] == ["1333333338"]


def test_lines_that_name_their_clinician_and_lines_that_leave_it_to_the_claim_are_in_one_company():
    of = case({"code": "62323"}, {"code": "20553", "rendering": "1987654328"})
    first, second = of.claim.lines
    assert same_day.first_of_each(of, first) == [second]
    alone = Case(replace(of.claim, rendering=None), of.as_of, of.tables, of.past, of.payer_type)
    assert same_day.first_of_each(alone, first) == []
    biller = replace(second, rendering=alone.claim.billing)
    billed = Case(replace(alone.claim, lines=(first, biller)), of.as_of, of.tables, of.past, of.payer_type)
    assert same_day.first_of_each(billed, first) == [biller]


def test_the_codes_of_a_day_are_those_of_all_its_clinicians():
    of = case({"code": "62323"}, {"code": "20553", "rendering": "1333333338"})
    assert set(same_day.codes_of_day(of, DAY)) == {"62323", "20553"}


def test_a_line_without_company_needs_no_table_of_pairs():
    of = case({"code": "62323"})
    assert ncci.looked(of, of.claim.lines[0]) == ((), None)
    twice = case({"code": "62323"}, {"code": "62323"})
    with pytest.raises(TableGap):
        ncci.looked(twice, twice.claim.lines[0])


def test_lines_without_a_day_are_in_company_nobody_can_tell():
    of = case({"code": "62323", "date": ""}, {"code": "20553", "date": ""}, tables={"ptp": PAIRS})
    with pytest.raises(NotSaid):
        ncci.looked(of, of.claim.lines[1])


def test_pairs_come_in_the_order_of_the_lines_of_column_1():
    codes = "62323", "64483", "62323", "20553"
    of = case(*({"code": code} for code in codes), tables={"ptp": PAIRS})
    assert [pair.column1.number for pair in ncci.pairs(of, of.claim.lines[3])] == [1, 2, 3]


def test_a_visit_in_column_1_lifts_a_pair_only_by_a_modifier_of_visits():
    tables = {"codes": {"2025-01-01": {"99213": {"family": "em"}, "20553": {}}}}
    for modifier, lifts in (("25", True), ("KX", False)):
        of = case({"code": "99213", "modifiers": [modifier]}, {"code": "20553"}, tables=tables)
        assert ncci.lifted(of, Pair(*of.claim.lines, "1")) is lifts


def test_what_lifts_on_either_line_is_known_from_the_day_it_was_published():
    day = date(2019, 7, 1)
    for as_of, lifts in ((date(2019, 2, 14), False), (date(2019, 2, 15), True)):
        of = case({"code": "62323", "modifiers": ["59"], "date": day}, {"code": "20553", "date": day}, as_of=as_of)
        assert ncci.lifted(of, Pair(*of.claim.lines, "1")) is lifts


FACETS = {
    "2025-01-01": {
        code: {"family": "facet_injection", "region": "lumbar_sacral", "is_addon": code != "64493"}
        for code in ("64493", "64494", "64495")
    }
}


def test_two_units_with_modifier_50_are_one_level_on_each_side():
    both = {"code": "64493", "modifiers": ["50"], "units": 2}
    of = case(both, {"code": "64494", "modifiers": ["RT"]}, tables={"codes": FACETS})
    codes = of.tables.codes.on(DAY, DAY)
    assert levels.beyond(of, of.claim.lines[1], codes, "facet_injection", "lumbar_sacral", 1) == 2


def test_a_level_another_limit_speaks_of_is_not_counted():
    of = case(*({"code": code} for code in ("64495", "64493", "64494")), tables={"codes": FACETS})
    codes, line = of.tables.codes.on(DAY, DAY), of.claim.lines[2]
    assert levels.beyond(of, line, codes, "facet_injection", "lumbar_sacral", 1) == 3
    assert levels.beyond(of, line, codes, "facet_injection", "lumbar_sacral", 1, but=("64495",)) == 2


def test_a_limit_of_levels_nobody_verified_warns():
    of = case(*({"code": code, "modifiers": ["RT"]} for code in FACETS["2025-01-01"]), tables={"codes": FACETS})
    codes, line = of.tables.codes.on(DAY, DAY), of.claim.lines[2]
    limit = parameter("facet_levels")
    unsure = tuple(replace(each, value=each.value and replace(each.value, verified=False)) for each in limit.values)
    row = codes.rows[line.code]
    (sure,) = levels.over(of, line, codes, row, limit, "facet")
    (warned,) = levels.over(of, line, codes, row, replace(limit, values=unsure), "facet")
    assert (sure.severity, warned.severity) == (Severity.DENY, Severity.WARN)


def test_a_modifier_nobody_knows_may_be_what_lifts_a_pair():
    lines = {"code": "62323", "modifiers": ["RT"]}, {"code": "20553", "modifiers": ["RT", "ZZ"]}
    of = case(*lines, tables={"codes": CODES, "ptp": PAIRS, "modifiers": LIFTING})
    assert answers(of, replace(WORDS, by_side=True)) == []


def test_what_is_demanded_of_other_kinds_of_payers_does_not_bind_one_with_a_profile():
    rows = {"62323": [{"payer_type": kind, "need": "required"} for kind in ("medicaid", "commercial")]}
    tables = {"authorizations": {"2025-01-01": rows}}
    of = case({"code": "62323"}, payer="ZZ901", payer_type="commercial", tables=tables)
    plain = Profile("zztest", "ZZTEST Plan", "commercial", ("ZZ901",), (), (), "ZZTEST", DAY, "zztest.toml", "0")
    of = replace(of, tables=replace(of.tables, profiles=Profiles((plain,))))
    assert [row.payer_type for row in approvals.demands(of, of.claim.lines[0], DAY)] == ["commercial"]


def test_what_a_practice_tells_of_earlier_services_counts_on_its_day_and_for_its_code():
    earlier = date(2026, 3, 1)
    items = [{"code": "64483", "date": DAY}, {"code": "64635", "date": earlier}]
    of = case({"code": "62323"}, {"code": "20553", "date": ""}, prior_services={"items": items})
    assert look_back.codes_on(of, DAY) == {"62323", "64483"}
    assert look_back.codes_on(of, earlier) == {"64635"}
    assert look_back.days_of(of, ("64635",)) == [earlier]
    assert look_back.days_of(of, ("20553", "62323")) == [DAY]
    assert [known.code for known in look_back.known_services(of)] == ["64635", "62323", "64483"]
    assert look_back.covered(of, earlier) is False  # items alone do not say that they are all
    assert [known.code for known in look_back.known_services(case({"code": "62323"}))] == ["62323"]
    assert look_back.codes_on(case({"code": "62323"}), DAY) == {"62323"}


def test_a_window_of_february_ends_after_28_days():
    assert look_back.first_day_without(date(2025, 2, 1), 1) == date(2025, 3, 1)
