"""278: every decision of a prior authorization is read service by service, and nothing is lost silently."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claims.claim import Authorization, AuthorizedCode, Diagnosis, Person
from claims.errors import UnreadableFile
from claims.reading import Refusal
from claims.records import CANCELLED, AuthorizationRecord, Rejection, ServiceDecision, Trace
from claims.x12 import patient_levels as levels
from claims.x12 import read_271, read_278, sniff
from tests.fuzz.bases import HEAD_278, interchange

SAMPLE = Path(__file__).parents[1] / "samples" / "x12" / "278_decisions.edi"
PATIENT = "HL*3*2*22*1~NM1*IL*1*ZZTEST-007*PAT****MI*1ZZ9~"
EVENT = "HL*4*3*EV*1~UM*HS*I*2*24:B~"
SERVICE = "HL*5*4*SS*0~SV1*HC:64483**UN*1~"


def wire(body: str, head: str = HEAD_278, version: str = "005010X217") -> bytes:
    return interchange("HI", version, [head + body], number=7)


def read_all(document: bytes) -> tuple[list[AuthorizationRecord], list[Refusal]]:
    said = list(read_278(document))
    return [r for r in said if not isinstance(r, Refusal)], [r for r in said if isinstance(r, Refusal)]


def only(body: str) -> AuthorizationRecord:
    (record,), refusals = read_all(wire(body))
    assert refusals == []
    return record


def refused(body: str) -> Refusal:
    records, refusals = read_all(wire(body))
    assert records == []
    (refusal,) = [r for r in refusals if r.claims_lost]
    assert refusal.claims_lost == 1
    return refusal


# What is read


def test_each_service_of_a_request_approved_in_part_keeps_its_own_decision():
    records, refusals = read_all(SAMPLE.read_bytes())
    assert refusals == []
    first, second, third = records
    approved, denied, pending = first.authorizations
    assert approved == Authorization(
        number="AUTH7-1", payer_id="PLANTEST", status="approved", decided_on=date(2026, 2, 28),
        valid_from=date(2026, 3, 1), valid_to=date(2026, 5, 31), codes=(AuthorizedCode("64483", Decimal(2), "right"),),
        npi="1234567893", place="24",
    )  # fmt: skip
    assert (denied.number, denied.status, denied.codes) == (
        "AUTH7", "denied", (AuthorizedCode("64493", Decimal(1), "both"),),
    )  # fmt: skip
    assert (pending.status, pending.decided_on, pending.valid_to) == ("pending", None, date(2026, 6, 30))
    assert [code.code for code in pending.codes] == ["64490", "64491", "64492"], "the codes of a range"
    assert [code.units for code in pending.codes] == [None] * 3, "how many of each is not known"
    assert [(s.action, s.reasons, s.trace) for s in first.services] == [
        ("A1", (), "LINE1"), ("A3", ("0V",), "LINE2"), ("A4", (), "LINE3"),
    ]  # fmt: skip
    assert (second.action, second.authorizations[0].status) == ("CT", "pending")
    assert (third.authorizations, third.rejections) == ((), (Rejection("75", "C", "subscriber"),))


def test_the_whole_request_is_told_beside_its_services():
    record = read_all(SAMPLE.read_bytes())[0][0]
    assert (record.action, record.reasons, record.category, record.request_kind) == ("A2", (), "HS", "I")
    assert record.traces == (Trace("TRACE7", "9999999999", ours=True), Trace("THEIRS7", "9888888888", ours=False))
    assert (record.request_reference, record.previous_number, record.administrative_reference) == (
        "REQ-77", "OLD7", "ADM7",
    )  # fmt: skip
    assert record.diagnoses == (Diagnosis("M5416"), Diagnosis("M4726"))
    assert (record.event_from, record.event_to, record.known_on) == (date(2026, 3, 10), None, date(2026, 3, 1))
    assert (record.service_type, record.quantity, record.quantity_unit) == ("2", Decimal(2), "VS")
    assert (record.payer_name, record.requester_npi, record.place) == ("INVENTED PLAN", "1234567893", "segment 15")
    assert record.services[2] == ServiceDecision(
        code="64490", last_code="64492", units=Decimal(3), quantity=Decimal(3), quantity_unit="VS", npi="1234567893",
        place="24", status="pending", action="A4", number="AUTH7", valid_to=date(2026, 6, 30), trace="LINE3",
    )  # fmt: skip


def test_a_record_says_whose_it_is_and_never_shows_it():
    first, second, _ = read_all(SAMPLE.read_bytes())[0]
    whose = first.whose
    assert whose.person == whose.subscriber == Person("ZZTEST-007", "PAT", "Q", date(1960, 5, 17), "F")
    assert (whose.member_id, whose.group_number, whose.account_number) == ("1ZZ9ZZ9ZZ99", "GRP-7", "ACCT-7")
    assert (whose.record_number, whose.relationship) == ("", "18")
    assert (second.whose.person.last_name, second.whose.subscriber.last_name) == ("ZZTEST-009", "ZZTEST-008")
    assert (second.whose.member_id, second.whose.relationship, second.whose.group_number) == (
        "2ZZ9ZZ9ZZ99", "19", "GRP-8",
    )  # fmt: skip
    for shown in (repr(first), repr(whose), str(whose), repr(second)):
        for private in ("ZZTEST", "PAT'", "1ZZ9", "2ZZ9", "1960", "GRP", "ACCT", "M5416"):
            assert private not in shown
    assert repr(whose) == "Whose(person, member_id, group_number, account_number)"


@pytest.mark.parametrize(
    ("action", "status", "decided"),
    [
        ("A1", "approved", True), ("A2", "approved", True), ("A3", "denied", True), ("A4", "pending", False),
        ("A5", "denied", True), ("A6", "approved", True), ("C", "denied", True), ("CT", "pending", False),
        ("NA", "not_required", True), ("ZZ", "pending", False),
    ],
)  # fmt: skip
def test_an_action_leaves_a_request_in_one_status_and_an_unknown_one_grants_nothing(action, status, decided):
    record = only(f"{PATIENT}{EVENT}HCR*{action}*AUTH7~{SERVICE}")
    (held,) = record.authorizations
    assert (held.status, held.number, held.decided_on) == (status, "AUTH7", date(2026, 3, 1) if decided else None)
    assert record.action == action
    assert (action == CANCELLED) is (action == "C")


def test_a_request_without_services_is_decided_as_a_whole_and_leaves_the_codes_open():
    (held,) = only(f"{PATIENT}{EVENT}HCR*A1*AUTH7~DTP*007*D8*20260301~DTP*036*D8*20260531~").authorizations
    assert (held.number, held.codes, held.valid_from, held.valid_to, held.place) == (
        "AUTH7", (), date(2026, 3, 1), date(2026, 5, 31), "24",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("dates", "window"),
    [
        ("DTP*AAH*RD8*20260310-20260312~", (date(2026, 3, 10), date(2026, 3, 12))),
        ("DTP*AAH*D8*20260310~", (None, None)),
        ("DTP*007*RD8*20260301-20260531~DTP*AAH*RD8*20260310-20260312~", (date(2026, 3, 1), date(2026, 5, 31))),
        ("DTP*036*RD8*20260301-20260531~", (None, date(2026, 5, 31))),
        ("DTP*439*D8*20251224~", (None, None)),
    ],
)
def test_a_decision_holds_for_the_days_certified_else_for_a_range_of_the_event(dates, window):
    (held,) = only(f"{PATIENT}{EVENT}HCR*A1*AUTH7~{dates}{SERVICE}").authorizations
    assert (held.valid_from, held.valid_to) == window


def test_days_of_a_service_are_its_own():
    body = f"{PATIENT}{EVENT}HCR*A1*AUTH7~DTP*007*RD8*20260301-20260531~{SERVICE}DTP*472*RD8*20260401-20260402~"
    (held,) = only(body).authorizations
    assert (held.valid_from, held.valid_to) == (date(2026, 4, 1), date(2026, 4, 2))


@pytest.mark.parametrize(
    ("segment", "code", "units"),
    [
        ("SV1*HC:64483:LT*500*UN*2~", "64483", 2), ("SV1*HC:01992**MJ*45~", "01992", None),
        ("SV2*0636*HC:J3301*10*UN*4~", "J3301", 4), ("SV3*AD:D0120****3*2~", "D0120", 2),
        ("SV1*HC:64483~HSD*FL*3~", "64483", 3), ("SV1*HC:64483**UN*2~HSD*VS*3~", "64483", 2),
        ("SV2*0636**10*UN*4~", "", 4),
    ],
)  # fmt: skip
def test_units_are_those_of_the_code_and_never_minutes_or_visits(segment, code, units):
    (service,) = only(f"{PATIENT}{EVENT}HCR*A1*AUTH7~HL*5*4*SS*0~{segment}").services
    assert (service.code, service.units) == (code, units)


def test_a_service_that_says_nothing_beside_others_of_a_partial_approval_is_open():
    body = f"{PATIENT}{EVENT}HCR*A2*AUTH7~{SERVICE}HCR*A1~HL*6*4*SS*0~SV1*HC:64493~"
    assert [s.status for s in only(body).services] == ["approved", "pending"]
    assert [s.status for s in only(body.replace("HCR*A2", "HCR*A1")).services] == ["approved", "approved"]
    assert [s.status for s in only(body.replace("HCR*A2*AUTH7~", "")).services] == ["approved", "pending"]


def test_a_denial_without_codes_does_not_speak_for_the_codes_beside_it():
    kind = "HL*6*4*SS*0~UM*HS*I*PT~HCR*{}~"
    body = f"{PATIENT}{EVENT}{SERVICE}HCR*A1*AUTH7~{kind}"
    assert [a.status for a in only(body.format("A3")).authorizations] == ["approved"]
    assert [(a.number, a.codes) for a in only(body.format("A1*AUTH8")).authorizations][1] == ("AUTH8", ())
    assert [s.status for s in only(body.format("A3")).services] == ["approved", "denied"]


def test_who_is_to_do_it_is_named_only_where_one_is():
    two = "NM1*SJ*1*ZZTEST*ONE****XX*1234567893~NM1*72*1*ZZTEST*TWO****XX*1999999992~NM1*FA*2*PLACE*****XX*1888888883~"
    body = f"{PATIENT}{EVENT}HCR*A1*AUTH7~{two}{SERVICE}NM1*71*1*ZZTEST*THREE****XX*1777777774~HL*6*4*SS*0~SV1*HC:1~"
    assert [a.npi for a in only(body).authorizations] == ["1777777774", ""]


def test_a_service_that_was_rejected_is_in_no_authorization():
    body = f"{PATIENT}{EVENT}{SERVICE}HCR*A1*AUTH7~HL*6*4*SS*0~SV1*HC:64493~AAA*N**57*C~"
    record = only(body)
    assert [s.status for s in record.services] == ["approved", ""]
    assert record.services[1].rejections == (Rejection("57", "C", "service"),)
    assert len(record.authorizations) == 1


def test_a_request_rejected_above_any_patient_is_a_record_without_a_decision():
    (record,), _ = read_all(wire("", head="BHT*0007*11*R~HL*1**20*0~AAA*Y**42*R~NM1*X3*2*PLAN*****PI*P~AAA*Y**79*N~"))
    assert (record.authorizations, record.rejections, record.payer_name) == (
        (), (Rejection("42", "R", "payer"), Rejection("79", "N", "payer")), "PLAN",
    )  # fmt: skip
    assert repr(record.whose) == "Whose(nobody)"


# The wire


def test_both_kinds_are_recognised_whole_or_cut():
    document = SAMPLE.read_bytes()
    assert sniff(document) == sniff(document[:300]) == "278"
    assert sniff(document[: document.index(b"ST*")]) == "278", "by the group, where the head ends before the set"


def test_other_separators_and_several_interchanges_are_read():
    document = SAMPLE.read_bytes().replace(b"\n", b"")
    other = document.translate(bytes.maketrans(b"*:~^", b"|>!%")).replace(b"000000007", b"000000008")
    records, refusals = read_all(document + b"\r\n" + other)
    assert refusals == []
    assert [replace(r, place="") for r in records[:3]] == [replace(r, place="") for r in records[3:]]
    repeated = only(f"{PATIENT}{EVENT}HCR*A3**0V^01~{SERVICE}")
    assert repeated.reasons == ("0V", "01")


def test_test_interchanges_are_known_and_records_numbered():
    document = SAMPLE.read_bytes()
    assert [r.origin.test for r in read_all(document)[0]] == [True] * 3
    assert [r.origin.test for r in read_all(document.replace(b"*0*T*:~", b"*0*P*:~"))[0]] == [False] * 3
    assert [(r.origin.ordinal, r.origin.batch) for r in read_all(document)[0]] == [
        (1, "REQ-77"), (2, "REQ-77"), (3, "REQ-77"),
    ]  # fmt: skip


def test_an_erratum_is_read_and_said_and_another_guide_is_not_read():
    (record,), (refusal,) = read_all(wire(f"{PATIENT}{EVENT}HCR*A1*A~", version="005010X217E1"))
    assert (record.action, refusal.claims_lost, refusal.error.expected) == ("A1", 0, "005010X217")
    with pytest.raises(UnreadableFile, match="read it with read_278"):
        list(read_271(SAMPLE.read_bytes()))
    with pytest.raises(UnreadableFile, match="expected an authorization request or answer"):
        list(read_278(wire(PATIENT, version="004010X094A1")))


# What cannot be read


def test_a_request_is_no_answer_and_the_refusal_says_so():
    asked = HEAD_278.replace("BHT*0007*11*", "BHT*0007*13*")
    records, (refusal,) = read_all(wire(f"{PATIENT}{EVENT}{SERVICE}", head=asked))
    assert (records, refusal.claims_lost) == ([], 1)
    assert "found no decision, expected an HCR segment" in str(refusal.error)
    assert "This is what the practice asked (a request)" in str(refusal.error)


@pytest.mark.parametrize(
    ("body", "found", "expected"),
    [
        (f"{EVENT}HCR**A~{SERVICE}", "segment 17 (HCR01): found nothing", "A1, A2, A3"),
        (f"{EVENT}HCR*A1*A~DTP*007*D8*20260230~", "(DTP03): found '20260230'", "a date as CCYYMMDD"),
        (f"{EVENT}HCR*A1*A~HL*5*4*SS*0~SV1*HC:64483**UN*TWO~", "(SV104): found 'TWO'", "an amount"),
        (f"{EVENT}HCR*A1*A~HSD*VS*x~", "(HSD02): found 'x'", "an amount"),
        (f"{EVENT}HCR*A1*A~HCR*A3*B~", "HCR a second time", "one HCR in a level"),
        (f"{EVENT}HCR*A1*A~{SERVICE}SV1*HC:64493~", "SV a second time", "one SV in a level"),
        (f"{EVENT}HCR*A1*A~SV1*HC:64493~", "SV1 out of place", "an HL segment with HL03 SS"),
        (f"{EVENT}HCR*A1*A~HL*5*4*SX*0~SV1*HC:64493~", "(HL03): found 'SX'", "20, 21, 22, 23, EV, SS"),
        (f"{EVENT}HCR*A1*A~TRN*2~", "(TRN02): found nothing", "the number that was given"),
        (f"{EVENT}AAA*N~", "(AAA03): found nothing", "a reject reason code"),
        (f"{EVENT}HCR*A1*A~HI*ABK~", "found nothing", "a diagnosis code"),
        ("HL*4*77*EV*0~HCR*A1*A~", "(HL02): found '77'", "the number (HL01) of a level above it"),
        (f"{EVENT}HCR*A1*A~HL*5*77*SS*0~SV1*HC:1~", "(HL02): found '77'", "the number (HL01) of a level above it"),
        ("hl*4*3*EV*0~HCR*A1*A~", "(hl): found 'hl'", "segment ids are in capital letters"),
        (f"{EVENT}HCR*A1*A~hl*5*4*SS*0~", "(hl): found 'hl'", "segment ids are in capital letters"),
    ],
)
def test_what_cannot_be_read_costs_its_own_record_and_says_where(body, found, expected):
    refusal = refused(PATIENT + body)
    assert found in str(refusal.error)
    assert expected in refusal.error.expected
    next_one = "HL*90*2*22*1~NM1*IL*1*ZZTEST-2~HL*91*90*EV*0~HCR*A1*NEXT~"
    records, _ = read_all(wire(PATIENT + body + next_one))
    assert [r.authorizations[0].number for r in records] == ["NEXT"], "the neighbour is read"


def test_a_birth_date_that_cannot_be_read_is_not_shown():
    records, refusals = read_all(wire(f"{PATIENT}DMG*D8*19600230*F~{EVENT}HCR*A1*A~"))
    assert (len(records), records[0].whose.person.birth_date) == (1, None)
    (said,) = refusals
    assert (said.claims_lost, said.error.element) == (0, "DMG02")
    assert "19600230" not in str(said.error)


def test_a_subscriber_whose_level_is_missing_gets_no_other_patients_approval():
    second = "NM1*IL*1*ZZTEST-008*OTHER****MI*2ZZ9~HL*7*6*EV*0~HCR*A1*B~"
    body = f"{PATIENT}{EVENT}HCR*A1*A~{second}"
    records, refusals = read_all(wire(body))
    assert [(r.whose.member_id, r.authorizations[0].number) for r in records] == [("1ZZ9", "A"), ("2ZZ9", "B")]
    assert "NM1*IL out of place" in str(refusals[0].error)
    records, refusals = read_all(wire(body.replace("NM1*IL*1*ZZTEST-008*OTHER****MI*2ZZ9~", "")))
    assert [r.authorizations[0].number for r in records] == ["A"]
    assert [(r.claims_lost, r.error.element) for r in refusals] == [(1, "HL02")]


def test_what_stands_outside_any_event_is_said_once():
    records, refusals = read_all(wire(f"{PATIENT}UM*HS*I~HCR*A1*A~HSD*VS*1~HL*9*3*SS*0~SV1*HC:1~AAA*N**1*C~"))
    assert records == []
    assert [(r.claims_lost, r.error.segment, r.error.found) for r in refusals] == [
        (0, "UM", "UM out of place"), (0, "HL", "HL out of place"),
    ]  # fmt: skip


def test_a_set_that_was_cut_loses_the_open_record_and_says_so():
    document = wire(f"{PATIENT}{EVENT}HCR*A1*A~{PATIENT.replace('3*2', '6*2')}HL*7*6*EV*0~HCR*A1*B~")
    records, refusals = read_all(document[: document.rindex(b"SE*")])
    assert [r.authorizations[0].number for r in records] == ["A"]
    assert sum(r.claims_lost for r in refusals) == 1


def test_a_record_made_to_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(levels, "MOST", 50)
    many = "".join(f"HL*{n}*4*SS*0~SV1*HC:64483~" for n in range(5, 80))
    refusal = refused(f"{PATIENT}{EVENT}HCR*A1*A~{many}")
    assert refusal.error.found == "more than 50 parts in one record"


@pytest.mark.parametrize("size", [100, 70_000])
def test_a_level_of_which_nothing_can_be_read_is_said(size):
    body = f"{PATIENT}{EVENT}HCR*A1*A~HL*{'9' * size}*4*XX~HCR*A3*B~"
    records, refusals = read_all(wire(body))
    assert records == []
    assert sum(r.claims_lost for r in refusals) == 1
    assert any(r.error.found == "HCR out of place" for r in refusals)
