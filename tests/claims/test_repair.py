"""Repairs of form: what is written differently, what never is."""

import io
from dataclasses import replace

import pytest

from claims.claim import Address, Diagnosis
from claims.errors import UnreadableFile
from claims.x12 import read_837, write_837
from claims.x12.repair import repaired, repairs
from tests.claims.builders import ENVELOPE, claim, line
from tests.claims.wire import BASE_835, BASE_837

RANKS = {"50": 1, "26": 1, "59": 2, "KX": 3, "RT": 3, "LT": 3}


def wire(*swaps: tuple[bytes, bytes], **changes: object) -> bytes:
    document = write_837([claim(**changes)], ENVELOPE)
    for was, now in swaps:
        assert document.count(was) == 1
        document = document.replace(was, now)
    return document


def said(document: bytes) -> list[tuple[str, str, str]]:
    return [(r.element, r.was, r.now) for r in repairs(document, RANKS)]


def written(document: bytes) -> bytes:
    return b"".join(repaired(document, RANKS))


CODED = {"diagnoses": (Diagnosis("M5416"), Diagnosis("M47816")), "lines": (line(code="64483", modifiers=("LT",)),)}


def test_a_dot_and_lower_case_in_a_diagnosis_are_repaired():
    document = wire((b"ABK:M5416", b"ABK:m54.16"), **CODED)
    assert said(document) == [("HI01-2", "m54.16", "M5416")]
    assert written(document) == wire(**CODED)


def test_lower_case_in_a_code_and_a_modifier_is_repaired():
    document = wire((b"HC:64483:LT", b"HC:j3301:lt"), **CODED)
    assert said(document) == [("SV101-2", "j3301", "J3301"), ("SV101-3", "lt", "LT")]


def test_modifiers_are_put_in_order_and_none_is_added_or_lost():
    document = wire((b"HC:64483:LT", b"HC:64483:LT:59:50"), **CODED)
    assert [(r.was, r.now) for r in repairs(document, RANKS)] == [("LT", "50"), ("50", "LT")]
    assert b"HC:64483:50:59:LT" in written(document)


def test_modifiers_of_one_rank_keep_the_order_they_were_sent_in():
    assert said(wire((b"HC:64483:LT", b"HC:64483:LT:RT:KX"), **CODED)) == []


def test_a_line_with_a_modifier_nobody_ranked_keeps_its_order():
    assert said(wire((b"HC:64483:LT", b"HC:64483:LT:ZZ:50"), **CODED)) == []


def test_blanks_around_a_value_go_and_a_note_keeps_its_own():
    blanks = (b"HC:64483:LT", b" HC:64483:LT "), (b"*see the record~", b"*  see the record ~")
    document = wire(*blanks, note="see the record", **CODED)
    assert [(r.element, r.why) for r in repairs(document, RANKS)] == [("SV101", "no blanks around a value")]
    assert b"NTE*ADD*  see the record ~" in written(document)


@pytest.mark.parametrize(
    ("zip_code", "now"), [("85001-1234", "850011234"), ("85001-", "85001"), ("85001 1234", "850011234")]
)
def test_a_zip_code_is_written_as_digits_and_never_shown(zip_code, now):
    person = replace(claim().patient, address=Address("1 TEST ST", city="TESTVILLE", state="az", postal_code=zip_code))
    document = wire(patient=person, subscriber=replace(claim().subscriber, person=person))
    assert [(r.element, r.was, r.now) for r in repairs(document, RANKS)] == [("N402", "az", "AZ"), ("N403", "", "")]
    assert f"*AZ*{now}~".encode() in written(document)


@pytest.mark.parametrize("zip_code", ["85001", "850011234", "8500-1234", "K1A 0B1", "85001-12345"])
def test_another_postal_code_is_left_alone(zip_code):
    person = replace(claim().patient, address=Address("1 TEST ST", city="TESTVILLE", state="AZ", postal_code=zip_code))
    assert said(wire(patient=person, subscriber=replace(claim().subscriber, person=person))) == []


def test_an_npi_with_hyphens_is_written_as_ten_digits():
    npi = claim().billing.npi.encode()
    document = write_837([claim()], ENVELOPE).replace(b"XX*" + npi, b"XX*" + npi[:4] + b"-" + npi[4:], 1)
    assert ("NM109", (npi[:4] + b"-" + npi[4:]).decode(), npi.decode()) in said(document)


def test_what_is_no_code_is_not_touched():
    for diagnosis in (b"M54.16.2", b"5416", b"M541611111"):
        assert said(wire((b"ABK:M5416", b"ABK:" + diagnosis), **CODED)) == []


def test_a_clean_file_stays_byte_for_byte():
    assert list(repairs(BASE_837, RANKS)) == []
    assert written(BASE_837) == BASE_837


def test_a_repaired_file_has_nothing_left_to_repair_and_the_same_number_of_claims():
    document = wire((b"ABK:M5416", b"ABK:m54.16"), (b"HC:64483:LT", b" hc:64483:LT:50 "), **CODED)
    assert list(repairs(written(document), RANKS)) == []
    assert len(list(read_837(written(document)))) == 1


def test_other_segments_of_a_long_file_stay_byte_for_byte(tmp_path):
    document = BASE_837.replace(b"~", b"~\r\n").replace(b"ABK:", b"ABK: ", 1)
    path = tmp_path / "batch.837"
    path.write_bytes(document)
    with path.open("rb") as stream:
        out = b"".join(repaired(stream, RANKS))
    assert out == BASE_837.replace(b"~", b"~\r\n")


def test_remittances_are_left_alone():
    document = BASE_835.replace(b"*CHK*", b"* CHK *")
    assert list(repairs(document, RANKS)) == []
    assert written(document) == document


def test_what_is_no_x12_is_refused():
    with pytest.raises(UnreadableFile):
        list(repairs(io.BytesIO(b"{}"), RANKS))
