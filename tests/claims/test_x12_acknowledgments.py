"""277CA and 999: what a front end said is read claim by claim and set by set, and nothing is lost silently."""

from datetime import date
from decimal import Decimal

import pytest

from claims.acknowledgment import ElementFault, SegmentFault
from claims.errors import UnreadableFile
from claims.reading import Refusal
from claims.x12 import read_835, sniff
from claims.x12.read_277ca import read_277ca
from claims.x12.read_999 import read_999
from tests.past.acknowledgments import a_999, a_patient, wire_277ca, wire_999


def read_all(read, document):
    said = list(read(document))
    return [r for r in said if not isinstance(r, Refusal)], [r for r in said if isinstance(r, Refusal)]


def test_a_277ca_says_what_became_of_each_claim():
    document = wire_277ca(
        [
            *a_patient("ACC-1", "A7:562:85", "U", "500", number="24A0017", day="20260105-20260106"),
            "SVC*HC:64493:RT*500*****1", "STC*A7:21*20260112*U*500", "REF*FJ*L1", "DTP*472*D8*20260105",
            *a_patient("ACC-2", "A2:20", "WQ", "300"),
        ]
    )  # fmt: skip
    assert sniff(document) == "277CA"
    (rejected, accepted), refusals = read_all(read_277ca, document)
    assert refusals == []
    assert (rejected.claim_id, rejected.rejects, rejected.codes) == ("ACC-1", True, ("A7:562:85", "A7:21"))
    assert rejected.why == "A front end rejected the claim (277CA A7:562:85 A7:21, information is not valid)"
    assert (rejected.payer_control_number, rejected.charge) == ("24A0017", Decimal(500))
    assert (rejected.service_from, rejected.service_to) == (date(2026, 1, 5), date(2026, 1, 6))
    assert (rejected.source_kind, rejected.source_id, rejected.provider_npi) == ("PR", "MEDI1", "1234567893")
    assert (rejected.batch_reference, rejected.received_on) == ("BATCH1", date(2026, 1, 10))
    assert (rejected.known_on, rejected.origin.ordinal) == (date(2026, 1, 12), 1)
    (line,) = rejected.lines
    assert (line.code, line.modifiers, line.control_number, line.charge) == ("64493", ("RT",), "L1", Decimal(500))
    assert line.statuses[0].rejects
    assert (accepted.claim_id, accepted.rejects, accepted.lines) == ("ACC-2", False, ())
    assert "ZZMEMBER" not in repr(accepted), "a member id is not shown"


@pytest.mark.parametrize(
    ("code", "action", "rejects"),
    [
        ("A2:20", "WQ", False), ("A7:562", "U", True), ("A1:19", "", False), ("A3:21", "", True), ("A6:21", "", True),
        ("A8:21", "", True), ("A7:21", "WQ", False),
    ],
)  # fmt: skip
def test_the_action_code_decides_and_without_one_the_category(code, action, rejects):
    ((ack,), _) = read_all(read_277ca, wire_277ca(a_patient("ACC-1", code, action, "500")))
    assert ack.rejects is rejects


def test_two_claims_of_one_patient_are_two_acknowledgments():
    patient = a_patient("ACC-1", "A2:20", "WQ", "500")
    document = wire_277ca([*patient, "TRN*2*ACC-2", "STC*A3:21*20260112*U*300"])
    acks, _ = read_all(read_277ca, document)
    assert [(a.claim_id, a.rejects, a.member_id) for a in acks] == [
        ("ACC-1", False, "ZZMEMBER"), ("ACC-2", True, "ZZMEMBER"),
    ]  # fmt: skip


def test_a_batch_or_provider_rejected_as_a_whole_is_said_once():
    (batch,), _ = read_all(read_277ca, wire_277ca([], batch="STC*A3:24:41*20260112*U*1000"))
    assert (batch.level, batch.claim_id, batch.batch_reference) == ("batch", "", "BATCH1")
    assert batch.why == "A front end rejected the whole batch (277CA A3:24:41, returned as unprocessable)"
    (provider,), _ = read_all(read_277ca, wire_277ca([], provider="STC*A7:562:85*20260112*U*1000"))
    assert (provider.level, provider.provider_npi) == ("provider", "1234567893")


def test_a_damaged_acknowledgment_costs_no_other_and_says_where():
    document = wire_277ca(
        [*a_patient("ACC-1", "A2:20", "WQ", "FIVE"), *a_patient("ACC-2", "A2:20", "WQ", "300"), "TRN*2*ACC-3"]
    )
    acks, refusals = read_all(read_277ca, document)
    assert [a.claim_id for a in acks] == ["ACC-2"]
    assert [(r.claim_id, r.claims_lost, r.error.element) for r in refusals] == [
        ("ACC-1", 1, "STC04"), ("ACC-3", 1, "STC"),
    ]  # fmt: skip
    assert "ZZTEST" not in str(refusals)


def test_a_277ca_cut_short_loses_only_the_open_claim():
    document = wire_277ca([*a_patient("ACC-1", "A2:20", "WQ", "500"), *a_patient("ACC-2", "A7:21", "U", "300")])
    acks, refusals = read_all(read_277ca, document[: document.index(b"STC*A7")])
    assert [a.claim_id for a in acks] == ["ACC-1"]
    assert sum(r.claims_lost for r in refusals) == 1


def test_a_999_says_which_sets_were_rejected_and_where():
    document = wire_999(
        [
            *a_999("0001", "A"),
            "AK2*837*0002*005010X222A1", "IK3*CLM*22*2300*8", "CTX*CLM01:ACC-1", "IK4*5:3*1331*7*ZZBAD", "IK4*2*782*6",
            "IK3*NM1*25**3", "IK5*R*5*I5",
        ],
        verdict="P",
    )  # fmt: skip
    assert sniff(document) == "999"
    (accepted, rejected), refusals = read_all(read_999, document)
    assert refusals == []
    assert (accepted.group, accepted.transaction, accepted.rejects) == ("7", "0001", False)
    assert rejected.faults == (
        SegmentFault("CLM", 22, "2300", "8", (ElementFault(5, "7", 3, "1331"), ElementFault(2, "6", 0, "782"))),
        SegmentFault("NM1", 25, "", "3"),
    )
    assert rejected.why == (
        "The receiver rejected transaction set 0002 of group 7 with every claim in it (999 R 5 I5; "
        "CLM (segment 22 of loop 2300): CLM05-3 code 7, CLM02 code 6; NM1 (segment 25): code 3)"
    )
    assert "ZZBAD" not in repr(rejected), "a bad value may be a patient's"


@pytest.mark.parametrize(
    ("code", "rejects"), [("A", False), ("E", False), ("R", True), ("M", True), ("W", True), ("X", True)]
)
def test_accepted_with_errors_is_accepted(code, rejects):
    ((ack,), _) = read_all(read_999, wire_999(a_999("0001", code), verdict="A"))
    assert ack.rejects is rejects


def test_a_rejected_group_rejects_the_sets_in_it_named_or_not():
    ((named,), _) = read_all(read_999, wire_999(a_999("0001", "A"), verdict="R"))
    assert named.rejects
    ((whole,), _) = read_all(read_999, wire_999([], verdict="R"))
    assert (whole.group, whole.transaction, whole.rejects) == ("7", "", True)
    assert whole.why == "The receiver rejected group 7 with every claim in it (999 R)"


def test_a_set_without_verdict_is_refused_and_its_neighbours_come():
    acks, refusals = read_all(read_999, wire_999(["AK2*837*0001", *a_999("0002", "R")], verdict="P"))
    assert [a.transaction for a in acks] == ["0002"]
    assert [(r.claims_lost, r.error.element) for r in refusals] == [(1, "IK5")]


def test_each_reader_names_the_one_that_reads_the_file():
    with pytest.raises(UnreadableFile, match="read it with read_277ca"):
        list(read_835(wire_277ca([])))
    with pytest.raises(UnreadableFile, match="read it with read_999"):
        list(read_277ca(wire_999([], verdict="A")))
