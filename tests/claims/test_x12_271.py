"""271: what an eligibility answer says of cover is read for the rules, and what it does not say stays unknown."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claims.claim import BenefitLimit, CareSpan, Eligibility, Person
from claims.errors import UnreadableFile
from claims.reading import Refusal
from claims.records import ApprovalDemand, EligibilityRecord, Rejection, Trace
from claims.x12 import patient_levels as levels
from claims.x12 import read_271, read_278, sniff
from tests.fuzz.bases import HEAD_271, interchange

SAMPLE = Path(__file__).parents[1] / "samples" / "x12" / "271_answers.edi"
PATIENT = "HL*3*2*22*0~NM1*IL*1*ZZTEST-007*PAT****MI*1ZZ9~"
ANSWERED = date(2026, 3, 1)


def wire(body: str, head: str = HEAD_271, version: str = "005010X279A1") -> bytes:
    return interchange("HB", version, [head + body], number=7)


def read_all(document: bytes) -> tuple[list[EligibilityRecord], list[Refusal]]:
    said = list(read_271(document))
    return [r for r in said if not isinstance(r, Refusal)], [r for r in said if isinstance(r, Refusal)]


def record(body: str) -> EligibilityRecord:
    (found,), refusals = read_all(wire(PATIENT + body))
    assert refusals == []
    return found


def answer(body: str) -> Eligibility:
    (found,) = record(body).answers
    return found


# What is read


def test_everything_the_rules_ask_of_a_medicare_answer_is_filled():
    records, refusals = read_all(SAMPLE.read_bytes())
    assert refusals == []
    assert records[0].answers == (
        Eligibility(
            checked_on=ANSWERED,
            payer_id="MEDTEST",
            active=True,
            valid_from=date(2025, 5, 1),
            plan_type="MB",
            other_payers=("AUTOTEST",),
            primary_payer="AUTOTEST",
            payer_type="medicare",
            spans=(
                CareSpan("medicare_advantage", date(2026, 2, 1), date(2026, 12, 31)),
                CareSpan("hospice", date(2026, 2, 8), date(2026, 4, 17)),
                CareSpan("home_health", date(2026, 1, 1), date(2026, 3, 1)),
            ),
            limits=(
                BenefitLimit(family="acupuncture", remaining=Decimal(0)),
                BenefitLimit(codes=("64483",), covered_from=date(2027, 1, 1)),
            ),
        ),
    )


def test_each_time_of_cover_is_an_answer_and_the_one_that_holds_comes_first():
    child = read_all(SAMPLE.read_bytes())[0][1]
    now, before = child.answers
    assert (now.active, now.valid_from, now.valid_to, now.plan_type) == (True, date(2026, 1, 1), None, "HM")
    assert (before.active, before.valid_from, before.valid_to) == (False, date(2025, 1, 1), date(2025, 12, 31))
    assert (now.limits, now.referral_required) == ((), None), "not covered out of the network says nothing of us"
    assert child.plan_name == "SILVER PLAN"
    assert child.approvals == (
        ApprovalDemand(True, service_types=("98",)), ApprovalDemand(False, service_types=("UC",)),
    )  # fmt: skip


def test_a_record_says_whose_it_is_and_never_shows_it():
    first, child, rejected = read_all(SAMPLE.read_bytes())[0]
    assert first.whose.person == Person("ZZTEST-007", "PAT", "Q", date(1960, 5, 17), "F")
    assert (first.whose.member_id, first.whose.group_number) == ("1ZZ9ZZ9ZZ99", "GRP-7")
    assert (first.whose.record_number, first.whose.account_number) == ("MRN-7", "ACCT-7")
    assert (child.whose.person.last_name, child.whose.subscriber.last_name) == ("ZZTEST-009", "ZZTEST-008")
    assert (child.whose.member_id, child.whose.group_number, child.whose.relationship) == ("2ZZ9ZZ9ZZ99", "GRP-8", "19")
    for private in ("ZZTEST", "PAT", "1ZZ9", "1960", "GRP", "ACCT", "MRN"):
        assert private not in repr(first) + repr(first.whose) + repr(child) + repr(rejected)


def test_what_stands_around_the_answer_is_read():
    first, _, rejected = read_all(SAMPLE.read_bytes())[0]
    assert first.traces == (Trace("TRACE7", "9999999999", ours=True),)
    assert (first.request_reference, first.payer_name, first.requester_npi) == (
        "ASK-9", "INVENTED MEDICARE", "1234567893",
    )  # fmt: skip
    assert (first.known_on, first.statements, first.place) == (ANSWERED, 9, "segment 10")
    assert (rejected.answers, rejected.rejections) == ((), (Rejection("75", "C", "subscriber"),))


@pytest.mark.parametrize(
    ("said", "active"),
    [("1", True), ("2", True), ("3", True), ("4", True), ("5", True), ("6", False), ("7", False), ("8", False)],
)
def test_the_first_element_says_whether_the_cover_holds(said, active):
    assert answer(f"EB*{said}**30~").active is active


@pytest.mark.parametrize("body", ["EB*B**98*****25~", "EB*6**35~", "EB*D~", "EB*C**30***23*500~"])
def test_what_does_not_speak_of_the_plan_leaves_the_cover_unknown(body):
    told = answer(body)
    assert (told.active, told.checked_on, told.payer_id) == (None, ANSWERED, "MEDTEST")


def test_cover_of_one_service_shows_that_there_is_cover():
    assert answer("EB*1**98~DTP*346*D8*20260101~").active is True
    assert answer("EB*6**35~EB*1**98~").active is True


@pytest.mark.parametrize(
    ("dates", "cover"),
    [
        ("EB*1**30~DTP*291*D8*20250501~", (date(2025, 5, 1), None)),
        ("EB*1**30~DTP*291*RD8*20250501-20260430~", (date(2025, 5, 1), date(2026, 4, 30))),
        ("EB*1**30~DTP*346*D8*20250501~DTP*347*D8*20260430~", (date(2025, 5, 1), date(2026, 4, 30))),
        ("EB*1**30~DTP*307*D8*20250501~", (date(2025, 5, 1), None)),
        ("EB*1**30~DTP*356*D8*20250501~DTP*357*D8*20260430~", (date(2025, 5, 1), date(2026, 4, 30))),
        ("DTP*291*RD8*20250501-20260430~EB*1**30~", (date(2025, 5, 1), date(2026, 4, 30))),
        ("DTP*291*D8*20240101~EB*1**30~DTP*291*D8*20250501~", (date(2025, 5, 1), None)),
        ("DTP*307*RD8*20260101-20260331~EB*1**30~", (None, None)),
        ("EB*1**30~DTP*193*D8*20260101~DTP*194*D8*20261231~", (None, None)),
        ("EB*1**30~DTP*472*D8*20260301~", (None, None)),
        ("EB*6**30~DTP*347*D8*20251231~", (None, date(2025, 12, 31))),
        ("EB*6**30~DTP*291*D8*20251231~", (None, None)),
    ],
)
def test_cover_has_the_days_of_the_plan_and_not_those_that_were_asked_about(dates, cover):
    told = answer(dates)
    assert (told.valid_from, told.valid_to) == cover


def test_part_a_of_medicare_says_nothing_of_a_professional_claim():
    told = answer("EB*1**30*MA~DTP*291*D8*20250501~")
    assert (told.active, told.valid_from, told.payer_type) == (None, None, "medicare")
    assert answer("EB*1**30*MA~EB*6**30*MB~").active is False


@pytest.mark.parametrize(
    ("insurance", "kind"),
    [
        ("MB", "medicare"), ("HN", "medicare_advantage"), ("MC", "medicaid"), ("WC", "workers_comp"), ("AP", "auto"),
        ("C1", "commercial"), ("HM", ""), ("PR", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_kind_of_payer_is_told_only_where_the_plan_says_it(insurance, kind):
    told = answer(f"EB*1**30*{insurance}*INVENTED PRIME~")
    assert (told.payer_type, told.plan_type) == (kind, insurance or "INVENTED PRIME")


# Other payers and spans

OTHER = "EB*1**30*{own}~EB*R**30*{kind}~{dates}LS*2120~NM1*{role}*2*INVENTED OTHER*****PI*{id}~LE*2120~"


def other(own: str = "C1", kind: str = "", role: str = "PR", dates: str = "", other_id: str = "OTHER") -> Eligibility:
    return answer(OTHER.format(own=own, kind=kind, role=role, dates=dates, id=other_id))


@pytest.mark.parametrize(
    ("said", "others", "first"),
    [
        ({"role": "PR"}, ("OTHER",), ""), ({"role": "PRP"}, ("OTHER",), "OTHER"),
        ({"role": "SEP"}, ("OTHER",), "MEDTEST"), ({"role": "TTP"}, ("OTHER",), "MEDTEST"),
        ({"other_id": ""}, ("INVENTED OTHER",), ""),
        ({"own": "MB", "kind": "12"}, ("OTHER",), "OTHER"), ({"own": "MB", "kind": "OT"}, ("OTHER",), ""),
        ({"own": "MB", "kind": "HN", "role": "PRP"}, (), ""), ({"own": "MC", "kind": "HM"}, ("OTHER",), ""),
        ({"dates": "DTP*290*RD8*20240101-20251231~"}, (), ""),
        ({"dates": "DTP*290*RD8*20240101-20261231~"}, ("OTHER",), ""),
    ],
)  # fmt: skip
def test_other_cover_is_named_and_who_comes_first_where_that_is_said(said, others, first):
    told = other(**said)
    assert (told.other_payers, told.primary_payer) == (others, first)


def test_a_payer_of_drugs_or_teeth_alone_is_no_other_cover_and_one_without_a_name_is():
    assert answer("EB*1**30~EB*R**88~EB*R**35^AL~").other_payers == ()
    assert answer("EB*1**30~EB*R**30~").other_payers == ("another payer",)
    assert answer("EB*1**30~EB*R**30**BLUE PLAN~").other_payers == ("BLUE PLAN",)


def test_a_persons_name_is_never_taken_for_a_payers():
    told = record("EB*1**30~EB*R**30~LS*2120~NM1*IL*1*ZZTEST*OTHER****MI*9~NM1*PR*1*ZZTEST*DOCTOR~LE*2120~")
    assert told.answers[0].other_payers == ("another payer",)
    assert told.whose.member_id == "1ZZ9"


@pytest.mark.parametrize(
    ("benefit", "kinds"),
    [
        ("EB*X**45*MA**26~", ["hospice"]), ("EB*1**45~", []), ("EB*X**42~", ["home_health"]), ("EB*1**42~", []),
        ("EB*R**30*HN~", ["medicare_advantage"]), ("EB*R**30*PR~", ["medicare_advantage"]), ("EB*R**30*14~", []),
    ],
)  # fmt: skip
def test_a_time_paid_in_another_way_is_one_that_medicare_states(benefit, kinds):
    assert [span.kind for span in answer(f"EB*1**30*MB~{benefit}DTP*292*D8*20260101~").spans] == kinds


def test_another_payers_ppo_is_not_a_medicare_advantage_plan():
    assert other(own="MC", kind="PR").spans == ()


# Limits and approvals


@pytest.mark.parametrize(
    ("benefit", "limits"),
    [
        ("EB*I**********Y*Y*HC:97810~", [BenefitLimit(("97810",), excluded=True)]),
        ("EB*E**64~", [BenefitLimit(family="acupuncture", excluded=True)]),
        ("EB*I**30~", [BenefitLimit(excluded=True)]),
        ("EB*I**30*********N~", []),
        ("EB*I**30*********N*HC:97810~", []),
        ("EB*I**33~", []),
        ("EB*I**64~III*ZZ*22~", []),
        ("EB*F**********Y*Y*HC:97810::::::97814~HSD*VS*4***29~", [
            BenefitLimit(("97810", "97811", "97812", "97813", "97814"), remaining=Decimal(4))]),
        ("EB*F**PT***29***VS*12~", [BenefitLimit(family="therapy", remaining=Decimal(12))]),
        ("EB*F**PT^AE***29***P6*0~", [BenefitLimit(family="therapy", remaining=Decimal(0))]),
        ("EB*F**PT***23***VS*12~", []),
        ("EB*F**PT***29***CA*12~", []),
        ("EB*F**PT***29*0~", [BenefitLimit(family="therapy", remaining=Decimal(0))]),
        ("EB*F**PT***29*1840~", []),
        ("EB*F**30***29*0~", []),
        ("EB*1**PT~DTP*348*D8*20270101~", [BenefitLimit(family="therapy", covered_from=date(2027, 1, 1))]),
        ("EB*A**PT~DTP*348*D8*20270101~", []),
        ("EB*1**********Y*Y*N4:00009007301~DTP*348*D8*20270101~", []),
    ],
)  # fmt: skip
def test_a_limit_is_one_that_holds_for_the_service_wherever_it_is_done(benefit, limits):
    assert list(answer(f"EB*1**30*C1~{benefit}").limits) == limits


@pytest.mark.parametrize(
    ("benefit", "approvals"),
    [
        ("EB*1**98********Y~", [ApprovalDemand(True, service_types=("98",))]),
        ("EB*1**30********N~", [ApprovalDemand(False)]), ("EB*1**98********U~", []), ("EB*1**98********Y*N~", []),
        ("EB*1**********Y*W*HC:64483~", [ApprovalDemand(True, codes=("64483",))]),
    ],
)  # fmt: skip
def test_whether_approval_is_wanted_is_told_and_is_no_referral(benefit, approvals):
    told = record(f"EB*1**30~{benefit}")
    assert list(told.approvals) == approvals
    assert {a.referral_required for a in told.answers} == {None}


# The wire


def test_a_271_is_recognised_whole_or_cut():
    document = SAMPLE.read_bytes()
    assert sniff(document) == sniff(document[: document.index(b"ST*")]) == "271"
    with pytest.raises(UnreadableFile, match="read it with read_271"):
        list(read_278(document))


def test_other_separators_and_several_interchanges_are_read():
    document = SAMPLE.read_bytes().replace(b"\n", b"")
    other_marks = document.translate(bytes.maketrans(b"*:~^", b"|>!%")).replace(b"000000007", b"000000008")
    records, refusals = read_all(document + b"\r\n" + other_marks)
    assert refusals == []
    assert [replace(r, place="") for r in records[:3]] == [replace(r, place="") for r in records[3:]]


def test_test_interchanges_are_known_and_records_numbered():
    records, _ = read_all(SAMPLE.read_bytes())
    assert [(r.origin.test, r.origin.ordinal) for r in records] == [(True, 1), (True, 2), (True, 3)]


def test_the_day_of_the_group_stands_in_where_the_answer_has_none():
    (found,), _ = read_all(wire(f"{PATIENT}EB*1**30~", head=HEAD_271.replace("*20260301*1530", "")))
    assert found.answers[0].checked_on == found.known_on == date(2026, 3, 2)


# What cannot be read


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("EB~", "(EB01): found nothing"), ("EB*1**30~DTP*291*D8*20260230~", "(DTP03): found '20260230'"),
        ("EB*F**PT***29***VS*x~", "(EB10): found 'x'"), ("EB*F**PT***29*x~", "(EB07): found 'x'"),
        ("AAA*N~", "(AAA03): found nothing"), ("", "(EB): found no answer"), ("DMG*D8*19600230*F~EB*1**30~", "(DMG02)"),
        ("TRN*2~EB*1**30~", "(TRN02): found nothing"), ("eb*1**30~", "(eb): found 'eb'"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_costs_its_own_record_and_says_where(body, found):
    records, refusals = read_all(wire(f"{PATIENT}{body}HL*9*2*22*0~NM1*IL*1*ZZTEST-2*****MI*2~EB*1**30~"))
    assert [r.whose.member_id for r in records] == ["2"], "the neighbour is read"
    (refusal,) = refusals
    assert refusal.claims_lost == 1
    assert found in str(refusal.error)
    assert "19600230" not in str(refusal.error)


def test_a_slip_in_what_nobody_asks_costs_nothing():
    assert answer("EB*1**30~EB*C**30***23*FREE~EB*B**98***27*x~DTP*636*D8*x~").active is True


def test_a_patient_whose_level_is_missing_gets_no_other_patients_answer():
    body = f"{PATIENT}EB*1**30~TRN*2*T~NM1*IL*1*ZZTEST-008*****MI*2ZZ9~EB*6**30~"
    records, refusals = read_all(wire(body))
    assert [(r.whose.member_id, r.answers[0].active) for r in records] == [("1ZZ9", True), ("2ZZ9", False)]
    assert [r.error.found for r in refusals] == ["TRN out of place"]
    records, refusals = read_all(wire(body.replace("TRN*2*T~", "")))
    assert [r.whose.member_id for r in records] == ["1ZZ9", "2ZZ9"]
    assert [r.error.found for r in refusals] == ["NM1*IL out of place"]
    records, refusals = read_all(wire(body.replace("NM1*IL*1*ZZTEST-008*****MI*2ZZ9~", "")))
    assert [r.whose.member_id for r in records] == ["1ZZ9"]
    assert [r.error.found for r in refusals] == ["TRN out of place", "EB out of place"]


def test_a_dependent_under_no_subscriber_is_refused():
    body = f"{PATIENT}EB*1**30~HL*5*4*23*0~NM1*03*1*ZZTEST-009*CHILD~EB*1**30~"
    records, refusals = read_all(wire(body))
    assert [r.whose.member_id for r in records] == ["1ZZ9"]
    assert [(r.claims_lost, r.error.element) for r in refusals] == [(1, "HL02")]


def test_a_trace_after_the_name_is_no_new_patient():
    assert record("TRN*2*T~EB*1**30~").traces == (Trace("T"),)


def test_a_set_that_was_cut_loses_the_open_record_and_says_so():
    document = wire(f"{PATIENT}EB*1**30~HL*9*2*22*0~NM1*IL*1*ZZTEST-2*****MI*2~EB*1**30~")
    records, refusals = read_all(document[: document.rindex(b"SE*")])
    assert [r.whose.member_id for r in records] == ["1ZZ9"]
    assert sum(r.claims_lost for r in refusals) == 1


def test_a_record_made_to_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(levels, "MOST", 50)
    records, (refusal,) = read_all(wire(PATIENT + "EB*1**30~" * 60))
    assert records == []
    assert refusal.error.found == "more than 50 parts in one record"
