"""The loop that runs the rules: what one rule does never spoils what another says."""

import cProfile
import math
import pstats
import random
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from claims.claim import (
    Address,
    Authorization,
    Claim,
    ClaimKind,
    Diagnosis,
    Eligibility,
    Line,
    OtherPayer,
    Payer,
    PayerType,
    Person,
    PriorService,
    PriorServices,
    Provider,
    Subscriber,
)
from claims.reasons import Reason
from past.patient import PatientPast, services_of
from scrubber import RULES, Report, Severity, Unchecked, scrub
from scrubber.parameters import parameters
from scrubber.places import UNITS
from scrubber.registry import Change, Citation, Gap, Hit, RemedyKind, rule
from scrubber.tables import shipped_tables

DAY, AS_OF = date(2026, 3, 10), date(2026, 3, 20)
TABLES = shipped_tables()


def line(number: int, code: str, *modifiers: str, **fields: object) -> Line:
    plain = {"charge": Decimal("200.00"), "units": Decimal(1), "service_from": DAY, "diagnosis_pointers": (1,)}
    return Line(number, code, **{**plain, **fields}, modifiers=modifiers)


def claim(*lines: Line, **fields: object) -> Claim:
    plain = {
        "payer": Payer("ZZ01", "ZZTEST PLAN", "MB", PayerType.MEDICARE),
        "billing": Provider(
            "1234567893",
            tax_id="990000001",
            tax_id_kind="EI",
            address=Address("100 EXAMPLE PARKWAY", "", "TESTVILLE", "FL", "330990001"),
        ),
        "rendering": Provider("1987654328"),
        "diagnoses": (Diagnosis("M5416"),),
        "place_of_service": "11",
    }
    return Claim(
        id="ZZTEST-1",
        charge=sum((each.charge for each in lines), Decimal(0)),
        subscriber=Subscriber(Person("PATIENT-007", "ZZTEST"), "1EG4TE5MK73"),
        patient=Person("PATIENT-007", "ZZTEST", birth_date=date(1950, 1, 1), sex="F"),
        lines=lines,
        kind=ClaimKind.PROFESSIONAL,
        **{**plain, **fields},
    )


def past_of(*earlier: Claim, known_since: date = date(2024, 1, 1)) -> PatientPast:
    services = []
    for n, each in enumerate(earlier):
        known_on = each.first_service or DAY
        services += services_of(each, known_on=known_on, submission=f"s{n}", content=f"c{n}", batch="")
    return PatientPast(tuple(services), (), known_since)


SEEN = past_of(claim(line(1, "99213", service_from=date(2025, 1, 7))))


def made_up(rule_id: str, check, **fields: object):
    """A rule for one test, which does not stay in the catalogue."""
    plain = {
        "severity": Severity.DENY,
        "reason": Reason.OTHER,
        "carcs": ("96",),
        "citation": Citation("made up", "https://example.org"),
        "place": UNITS,
        "remedy": "Nothing.",
        "remedy_kind": RemedyKind.CORRECT,
    }
    rule(rule_id, **{**plain, **fields})(check)
    return RULES.pop(rule_id)


def fires(case, line):
    """A line is looked at."""
    yield Hit(f"{line.code} fires.")


def fires_on_the_first_line(case):
    """A claim is looked at."""
    yield Hit("The first line fires.", line=case.claim.lines[0])


def breaks(case, line):
    """A rule with a fault of its own."""
    if line.number == 1:
        raise ZeroDivisionError("PATIENT-007 divided by zero")
    yield Hit(f"{line.code} fires.")


def looks_nowhere(case, line):
    """A rule without its data."""
    yield Gap(("a table", "a history"), "there is none")


def run(one: Claim, *rules, past: PatientPast = SEEN, as_of: date = AS_OF) -> Report:
    return scrub(one, TABLES, past, as_of=as_of, rules=rules or None)


def said(report: Report) -> list[tuple[str, int | None, str]]:
    return [(f.rule_id, f.line, f.severity.word) for f in report.findings]


def test_a_rule_that_fails_on_a_line_stops_neither_the_next_line_nor_the_next_rule() -> None:
    two = claim(line(1, "99213"), line(2, "J3301"))
    report = run(two, made_up("BAD-001", breaks), made_up("TST-001", fires))
    assert said(report) == [("TST-001", 1, "deny"), ("BAD-001", 2, "deny"), ("TST-001", 2, "deny")]
    (unchecked,) = report.unchecked
    assert unchecked == Unchecked(
        "BAD-001", Reason.OTHER, 1, ("a working rule",), "the rule failed (ZeroDivisionError)"
    )


def test_what_a_failing_rule_says_holds_no_patient() -> None:
    report = run(claim(line(1, "99213")), made_up("BAD-001", breaks))
    assert "PATIENT" not in repr(report)


def test_a_line_without_a_date_stops_no_other_line() -> None:
    two = claim(line(1, "99213", service_from=None), line(2, "64466", service_from=date(2024, 12, 31)))
    report = run(two, RULES["COD-001"])
    assert said(report) == [("COD-001", 2, "reject")]
    assert [(u.line, u.missing, u.why) for u in report.unchecked] == [
        (1, ("date of service",), "line 1 has no date of service")
    ]


def test_a_gap_is_unchecked_with_what_is_missing_and_why() -> None:
    report = run(claim(line(1, "99213")), made_up("TST-001", looks_nowhere))
    assert report == Report((), (Unchecked("TST-001", Reason.OTHER, 1, ("a table", "a history"), "there is none"),))


def test_a_missing_table_is_unchecked_and_says_what_to_import() -> None:
    old = claim(line(1, "64493", units=Decimal(9), service_from=date(2024, 6, 30)))
    (unchecked,) = run(old, RULES["NCC-008"]).unchecked
    assert unchecked.missing == ("mue table",)
    assert unchecked.why == (
        "no mue release covers 2024-06-30; the earliest we hold starts 2024-07-01. "
        "Run `cleanclaim tables import mue FILE`."
    )


@pytest.mark.parametrize(
    ("day", "fired"),
    [(date(2026, 1, 14), 0), (date(2026, 1, 15), 1), (date(2026, 3, 10), 1), (date(2026, 3, 11), 0)],
)
def test_a_rule_speaks_only_of_days_of_service_it_is_in_force(day: date, fired: int) -> None:
    dates = {"effective": "2026-01-15", "until": "2026-03-10"}
    for each in (made_up("TST-001", fires, **dates), made_up("TST-002", fires_on_the_first_line, **dates)):
        assert len(run(claim(line(1, "99213", service_from=day)), each).findings) == fired


def test_a_rule_about_the_claim_speaks_of_no_line_outside_its_dates() -> None:
    each = made_up("TST-001", fires_on_the_first_line, effective="2026-01-15")
    two = claim(line(1, "99213", service_from=date(2026, 1, 14)), line(2, "99213"))
    assert run(two, each).findings == ()


def test_a_rule_of_other_payers_is_silent() -> None:
    each = made_up("TST-001", fires, payer_types=frozenset({PayerType.MEDICAID}))
    assert run(claim(line(1, "99213")), each) == Report()


def test_a_rule_we_are_not_sure_of_at_most_warns() -> None:
    each = made_up("TST-001", fires, confidence="medium")
    assert each.severity is Severity.WARN
    assert said(run(claim(line(1, "99213")), each)) == [("TST-001", 1, "warn")]


@pytest.mark.parametrize(
    ("own", "asked", "got"),
    [(Severity.WARN, Severity.DENY, "warn"), (Severity.DENY, Severity.WARN, "warn"), (Severity.DENY, None, "deny")],
)
def test_a_hit_may_lower_its_rules_severity_but_not_raise_it(own: Severity, asked: Severity | None, got: str) -> None:
    def check(case, line):
        """A rule that asks for a severity."""
        yield Hit("It fires.", severity=asked)

    assert said(run(claim(line(1, "99213")), made_up("TST-001", check, severity=own))) == [("TST-001", 1, got)]


def test_the_more_specific_rule_speaks_and_names_the_other() -> None:
    general, specific = made_up("TST-001", fires), made_up("TST-002", fires, supersedes=("TST-001",))
    for rules in ((general, specific), (specific, general)):
        (finding,) = run(claim(line(1, "99213")), *rules).findings
        assert (finding.rule_id, finding.also) == ("TST-002", ("TST-001",))


def test_a_rule_silences_another_on_its_own_line_only() -> None:
    specific = made_up("TST-002", fires_on_the_first_line, supersedes=("TST-001",))
    report = run(claim(line(1, "99213"), line(2, "J3301")), made_up("TST-001", fires), specific)
    assert [(f.rule_id, f.line, f.also) for f in report.findings] == [("TST-002", 1, ("TST-001",)), ("TST-001", 2, ())]


def test_a_warning_does_not_silence_a_denial() -> None:
    specific = made_up("TST-002", fires, supersedes=("TST-001",), severity=Severity.WARN)
    report = run(claim(line(1, "99213")), made_up("TST-001", fires), specific)
    assert [(f.rule_id, f.also) for f in report.findings] == [("TST-001", ()), ("TST-002", ())]


def test_modifier_25_speaks_for_the_pair_it_would_lift() -> None:
    report = run(claim(line(1, "99213"), line(2, "62323")))
    (finding,) = (f for f in report.findings if f.line == 1 and f.reason in (Reason.MODIFIER, Reason.BUNDLING))
    assert (finding.rule_id, finding.also) == ("MOD-001", ("NCC-002",))


PROCEDURES_WITH_THEIR_GUIDANCE = [
    *((code, "77003") for code in ("62321", "62323", "64479", "64483", "64490", "64491", "64492", "64493", "64494")),
    *((code, "77003") for code in ("64480", "64484", "64495", "64633", "64635")),
    *((code, "77003") for code in ("64634", "64636", "64625", "64451", "27096", "62263", "62290", "63650", "22511")),
    *((code, "77002") for code in ("62323", "27096", "64493", "64633", "64454", "64624", "64680")),
    *((code, "76942") for code in ("62323", "64483", "64490", "20611", "64415", "64447", "64466", "64486", "64454")),
    *((code, "77012") for code in ("62323", "64483", "64493", "27096", "64633")),
]


@pytest.mark.parametrize(("procedure", "guidance"), PROCEDURES_WITH_THEIR_GUIDANCE)
def test_guidance_that_a_procedure_holds_is_not_billed_and_no_modifier_is_offered(
    procedure: str, guidance: str
) -> None:
    report = run(claim(line(1, procedure), line(2, guidance)))
    (finding,) = (f for f in report.findings if f.line == 2)
    assert (finding.rule_id, finding.remedy_kind) == ("NCC-004", RemedyKind.DO_NOT_BILL)
    assert finding.change == Change("drop_line", 2, "")
    assert set(finding.also) <= {"NCC-002", "NCC-009"}
    assert not {f.rule_id for f in report.findings} & {"NCC-002"}


@pytest.mark.parametrize(
    ("procedure", "guidance"),
    [("62273", "77003"), ("64520", "77003"), ("64450", "77002"), ("20553", "77002"), ("20610", "77002")],
)
def test_guidance_that_a_procedure_does_not_hold_is_left_alone(procedure: str, guidance: str) -> None:
    assert not {f.rule_id for f in run(claim(line(1, procedure), line(2, guidance))).findings if f.line == 2}


@pytest.mark.parametrize("codes", [("64624", "64454"), ("63685", "95972"), ("62323", "64483"), ("64493", "20553")])
def test_no_modifier_is_ever_proposed_to_part_a_pair(codes: tuple[str, str]) -> None:
    found = [f for f in run(claim(line(1, codes[0]), line(2, codes[1]))).findings if f.rule_id.startswith("NCC-")]
    assert [f.change for f in found] == [None]
    assert found[0].remedy_kind in (RemedyKind.ASK_CLINICIAN, RemedyKind.DO_NOT_BILL)


def test_findings_come_worst_first_then_by_line_and_rule() -> None:
    lines = (line(1, "62323"), line(2, "J1030"), line(3, "64493", units=Decimal(2)), line(4, "64494"))
    report = run(claim(*lines))
    keys = [(-f.severity, f.line or 0, f.rule_id, f.message) for f in report.findings]
    assert keys == sorted(keys)
    assert len({f.severity for f in report.findings}) > 1


def test_neither_the_order_of_rules_nor_of_lines_changes_a_report() -> None:
    lines = [line(1, "62323"), line(2, "99213"), line(3, "64483"), line(4, "64493", "RT"), line(5, "64493", "LT")]
    whole = run(claim(*lines))
    shuffled = random.Random(7)
    for _ in range(10):
        shuffled.shuffle(lines)
        rules = list(RULES.values())
        shuffled.shuffle(rules)
        assert run(claim(*lines), *rules) == whole


def test_two_runs_say_the_same() -> None:
    one = claim(line(1, "62323"), line(2, "99213"), line(3, "80305"), line(4, "80307"))
    assert repr(run(one)) == repr(run(one))


def test_a_finding_points_to_its_segment_and_beside_it_to_a_place_to_look_where_there_is_none() -> None:
    on_wire = claim(line(1, "64493", units=Decimal(2), segments={"SV1": 31}), segments={"CLM": 22})
    units = next(f for f in run(on_wire).findings if f.rule_id == "NCC-008")
    assert (units.location.loop, units.location.element, units.location.segment_number) == ("2400", "SV104", 31)
    assert units.cms1500_box == "24G"
    plan = Payer("ZZ02", "ZZTEST ADVANTAGE", "16", PayerType.MEDICARE_ADVANTAGE)
    assert units.location.anchor_segment_number == 31
    for segments, anchor in (({"SV1": 31}, 31), ({}, 22)):
        absent = claim(line(1, "62323", segments=segments), payer=plan, segments={"CLM": 22})
        at = run(absent, RULES["AUT-001"]).findings[0].location
        assert (at.element, at.segment_number, at.anchor_segment_number) == ("REF02", None, anchor)
    nowhere = run(claim(line(1, "64493", units=Decimal(2)))).findings[0].location
    assert (nowhere.segment_number, nowhere.anchor_segment_number) == (None, None)


@pytest.mark.parametrize("code", ["99213", "62323", "64493"])
def test_many_lines_of_one_code_and_day_take_about_as_long_each_as_few(code: str) -> None:
    few, many = (claim(*(line(i, code) for i in range(1, n + 1))) for n in (40, 160))
    assert _calls(many) < 5 * _calls(few)  # calls, not seconds: the machine may be busy


def _calls(one: Claim) -> int:
    profile = cProfile.Profile()
    profile.runcall(run, one)
    return pstats.Stats(profile).total_calls


def test_a_report_tells_a_pass_from_what_was_not_checked() -> None:
    report = run(claim(line(1, "64493", units=Decimal(2)), line(2, "J1010", units=Decimal(40))))
    assert report.worst(1, Reason.FREQUENCY) == Severity.DENY
    assert math.isnan(report.worst(2, Reason.FREQUENCY))  # J1010 is newer than the MUE release
    assert report.worst(1, Reason.DUPLICATE) == 0


def test_a_claim_without_lines_breaks_nothing() -> None:
    assert [(f.rule_id, f.message) for f in run(claim()).findings] == [
        ("STR-001", "The claim does not give a service line.")
    ]


# --- the shipped tables, on invented claims of everyday work


def test_an_everyday_claim_is_clean() -> None:
    visit = line(1, "99214", "25", charge=Decimal("180.00"))
    injection = line(2, "62323", charge=Decimal("420.00"))
    steroid = line(3, "J3301", units=Decimal(4), charge=Decimal("24.00"))
    report = run(claim(visit, injection, steroid))
    assert report.findings == ()
    asked = {name for u in report.unchecked for name in u.missing}
    assert asked - {"eligibility answer", "enrolment record", "payers table"} == {n for n in asked if "evidence " in n}


def test_both_sides_of_a_facet_joint_on_one_line_are_clean() -> None:
    facet = (Diagnosis("M47.816"),)
    report = run(claim(line(1, "64493", "50", "KX"), line(2, "64494", "50", "KX"), diagnoses=facet))
    assert report.findings == ()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([line(1, "99213"), line(2, "62323")], ("MOD-001", 1, "deny")),
        ([line(1, "80307"), line(2, "80305")], ("UDT-001", 2, "deny")),
        ([line(1, "62323"), line(2, "64483")], ("NCC-005", 2, "deny")),
        ([line(1, "62323"), line(2, "77003")], ("NCC-004", 2, "deny")),
        ([line(1, "64493", units=Decimal(2))], ("NCC-008", 1, "deny")),
        ([line(1, "64494")], ("NCC-009", 1, "deny")),
        ([line(1, "64466", service_from=date(2024, 12, 31))], ("COD-013", 1, "reject")),
        ([line(1, "J1030")], ("COD-013", 1, "warn")),
        ([line(1, "62323", charge=Decimal(-1))], ("STR-004", 1, "reject")),
        ([line(1, "20610", "RT"), line(2, "20610", "RT")], ("DUP-001", 1, "deny")),
    ],
)
def test_a_known_fault_is_caught(lines: list[Line], expected: tuple[str, int, str]) -> None:
    assert expected in said(run(claim(*lines)))


def test_an_ended_diagnosis_is_caught_and_the_chart_decides_what_replaces_it() -> None:
    one = claim(line(1, "62323"), diagnoses=(Diagnosis("M545"),))
    (finding,) = (f for f in run(one).findings if f.rule_id == "COD-002")
    assert (finding.rule_id, finding.severity, finding.change) == ("COD-002", Severity.REJECT, None)
    assert finding.message == (
        "M54.5 ended on 2021-09-30; the date of service is 2026-03-10. "
        "The publisher names M54.50, M54.51, M54.59 in its place."
    )


def test_a_commercial_plan_that_may_want_an_authorization_warns() -> None:
    plan = Payer("ZZ02", "ZZTEST PLAN", "CI", PayerType.COMMERCIAL)
    bare = claim(line(1, "62323"), payer=plan)
    assert ("AUT-001", 1, "warn") in said(run(bare))
    assert run(replace(bare, authorization_number="A1"), RULES["AUT-001"]) == Report()


def test_common_practice_is_not_told_as_this_payers_demand_and_cites_no_medicare_page() -> None:
    plan = Payer("ZZ02", "ZZTEST PLAN", "CI", PayerType.COMMERCIAL)
    (finding,) = run(claim(line(1, "64493"), payer=plan), RULES["AUT-001"]).findings
    assert finding.message.startswith("Payers of this kind often ask for prior authorization of 64493: check whether")
    assert (finding.citation.url, "not a published list" in finding.citation.text) == ("", True)


@pytest.mark.parametrize("name", ["AARP MEDICARE SUPPLEMENT", "ZZTEST MEDIGAP", "AETNA MEDICARE SUPPLEMENT PLAN G"])
def test_a_medicare_supplement_is_asked_for_no_authorization(name: str) -> None:
    plan = Payer("ZZ03", name, "CI", PayerType.COMMERCIAL, sequence="S")
    assert run(claim(line(1, "64493"), payer=plan), RULES["AUT-001"]) == Report()


def test_an_approval_recorded_after_the_day_is_not_seen_yet() -> None:
    plan = Payer("ZZ02", "ZZTEST PLAN", "CI", PayerType.COMMERCIAL)
    held = Authorization("A7", status="approved", recorded_on=AS_OF)
    one = claim(line(1, "62323"), payer=plan, authorizations=(held,))
    assert "A7 is approved" in run(one, RULES["AUT-001"]).findings[0].message
    assert "A7" not in run(one, RULES["AUT-001"], as_of=date(2026, 3, 19)).findings[0].message


def test_a_fifth_epidural_is_caught_across_the_store_and_the_practices_own_list() -> None:
    days = (date(2025, 6, 10), date(2025, 9, 10))
    elsewhere = PriorServices(None, (PriorService("64483", date(2025, 11, 4)), PriorService("62323", date(2026, 1, 6))))
    earlier = past_of(*(claim(line(1, "62323", service_from=day)) for day in days))
    report = run(claim(line(1, "62323"), prior_services=elsewhere), past=earlier)
    assert ("FRQ-001", 1, "deny") in said(report)


def test_a_limit_we_have_not_verified_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    frequency = sys.modules[RULES["FRQ-001"].check.__module__]
    unsure = {p.name: replace(p, values=tuple(map(_unverified, p.values))) for p in parameters()}
    monkeypatch.setattr(frequency, "parameter", unsure.__getitem__)
    days = (date(2025, 6, 10), date(2025, 9, 10), date(2025, 12, 10), date(2026, 1, 6))
    earlier = past_of(*(claim(line(1, "62323", service_from=day)) for day in days))
    assert said(run(claim(line(1, "62323")), RULES["FRQ-001"], past=earlier)) == [("FRQ-001", 1, "warn")]


def _unverified(dated):
    return replace(dated, value=dated.value and replace(dated.value, verified=False))


def test_the_same_claim_sent_again_is_caught_and_a_replacement_is_not() -> None:
    one = claim(line(1, "62323"))
    assert ("DUP-001", 1, "deny") in said(run(one, past=past_of(one)))
    assert "DUP-001" not in {f.rule_id for f in run(replace(one, frequency="7"), past=past_of(one)).findings}


def test_two_claims_of_one_file_are_one_duplicate_each_and_no_excess_of_units() -> None:
    one = claim(line(1, "62323"))
    other = services_of(replace(one, id="ZZTEST-2"), known_on=AS_OF, submission="s9", content="c9", batch="b")
    found = run(one, past=replace(SEEN, same_batch=other)).findings
    (finding,) = (f for f in found if f.reason in (Reason.DUPLICATE, Reason.FREQUENCY))
    assert finding.rule_id == "DUP-001"
    assert finding.message == "62323 of 2026-03-10 stands on another claim of this file as well."


def test_a_secondary_claim_is_not_measured_against_the_primarys_lines() -> None:
    primary = claim(line(1, "62323"), line(2, "99213", "25"))
    second = Payer("ZZ09", "ZZTEST PLAN", "CI", PayerType.COMMERCIAL, sequence="S")
    earlier = services_of(primary, known_on=DAY, submission="s9", content="c9", batch="")
    past = PatientPast((*SEEN.services, *earlier), (), date(2024, 1, 1))
    paid = OtherPayer("P", "ZZ01", paid=primary.charge, adjudicated_on=DAY)
    report = run(replace(primary, id="ZZTEST-2", payer=second, other_payers=(paid,)), past=past)
    assert {f.rule_id for f in report.findings} <= {"AUT-001", "FIN-002"}


def test_without_a_store_a_claim_is_told_so_once() -> None:
    report = run(claim(*(line(n, code) for n, code in enumerate(("62323", "J3301", "64493"), 1))), past=PatientPast())
    assert [(u.line, u.missing) for u in report.unchecked if u.rule_id == "DUP-001"] == [(None, ("earlier claims",))]
    assert math.isnan(report.worst(2, Reason.DUPLICATE))


def test_an_npi_with_a_slip_is_caught() -> None:
    assert ("STR-002", None, "reject") in said(run(claim(line(1, "62323"), rendering=Provider("1987654329"))))


def test_rules_see_what_the_practice_recorded_beside_what_the_claim_brings() -> None:
    def records_seen(case):
        """A rule that counts the records."""
        yield Hit(f"{len(case.claim.authorizations)} approvals, {len(case.claim.eligibility)} answers")

    seen = made_up("ZZ-901", records_seen)
    both, of_store = Authorization("A-1", recorded_on=DAY), Authorization("A-2", recorded_on=DAY)
    past = replace(SEEN, authorizations=(both, of_store), eligibility=(Eligibility(DAY),))
    report = run(claim(line(1, "62323"), authorizations=(both,)), seen, past=past)
    assert [f.message for f in report.findings] == ["2 approvals, 1 answers"]
