"""A little fuzzing on every run of the tests, and every file that ever broke a reader."""

from __future__ import annotations

import gc
import time
import tracemalloc
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings

from claims.reading import Refusal
from claims.x12 import read_837
from claims.x12.read_277ca import read_277ca
from claims.x12.read_999 import read_999
from tests.fuzz.bases import ALL_277CA, ALL_835, ALL_837, ALL_999, FILES, KINDS, interchange
from tests.fuzz.checking import EXCEPTION, HANG, INVENTION, LOSS, READERS, check, checked, entries_in
from tests.fuzz.counting import provider_adjustments_in, records_in
from tests.fuzz.counting_acknowledgments import acknowledgments_in
from tests.fuzz.mutations import MUTATIONS
from tests.fuzz.run import CRASHERS, case, save
from tests.fuzz.shrinking import shrunk
from tests.fuzz.strategies import STEPS, damaged

EVERY = pytest.mark.parametrize("kind", KINDS)
RECORDS = {
    "837P": (4, 1, 6),
    "835": (4, 1, 6),
    "277CA": (6, 1, 4),
    "999": (9, 1, 4),
    "271": (6, 1, 6),
    "278": (7, 1, 8),
}


@EVERY
def test_the_files_that_are_mutated_are_read_without_a_word(kind):
    for document, records in zip(FILES[kind], RECORDS[kind], strict=True):
        assert not any(isinstance(said, Refusal) for said in READERS[kind](document))
        verdict = checked(document, kind)
        assert (verdict.records, verdict.refused, verdict.broken) == (records, 0, "")


@settings(max_examples=600, deadline=None)
@given(damaged(), STEPS)
def test_no_accident_loses_a_record_without_a_word(accident, step):
    document, kind = accident
    assert checked(document, kind, step).broken == ""


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_no_accident_of_one_sort_loses_a_record_without_a_word(name):
    for n in range(40):
        for kind in FILES:
            document = MUTATIONS[name](FILES[kind][0], Random(n))
            verdict = checked(document, kind)
            assert verdict.broken == "", (n, kind, verdict.detail)


@EVERY
def test_every_place_in_a_file_may_be_the_end_of_a_block(kind):
    for document in FILES[kind]:
        for step in (1, 2, 3, 5, 105, 106, 107):
            assert checked(document, kind, step) == checked(document, kind)


@pytest.mark.parametrize("path", sorted(CRASHERS.glob("*.edi")), ids=lambda path: path.stem)
@pytest.mark.parametrize("step", [0, 61])
@EVERY
def test_what_once_broke_a_reader_does_not_break_it_again(path, step, kind):
    assert checked(path.read_bytes(), kind, step).broken == ""


# What was wrong with the readers of acknowledgments


def test_many_faults_of_one_segment_are_read_in_time():
    faults = "IK3*NM1*8~" + "IK4*2*782*6~" * 50_000
    document = interchange("FA", "005010X231A1", [f"AK1*HC*7~AK2*837*0001~{faults}IK5*R~" + "AK9*R*1*1*0~" * 1000])
    assert (checked(document, "999").records, checked(document, "999").broken) == (1, "")


@pytest.mark.parametrize("position", ["9" * 5000, "٣", "1:" + "9" * 5000, "²"])
def test_a_position_that_is_no_number_costs_its_set_alone(position):
    document = ALL_999.replace(b"IK4*1:2*", f"IK4*{position}*".encode())
    refusals = [said for said in read_999(document) if isinstance(said, Refusal)]
    assert [(r.claims_lost, r.error.element) for r in refusals] == [(1, "IK401"), (1, "IK401")]


def test_faults_of_no_set_are_said_to_be_out_of_place():
    document = ALL_999.replace(b"AK2*837*0002*005010X222A1~", b"")
    refusals = [said for said in read_999(document) if isinstance(said, Refusal)]
    assert [(r.claims_lost, r.error.found) for r in refusals if r.error.segment == "IK3"] == [
        (0, "IK3 out of place"), (0, "IK3 out of place"),
    ]  # fmt: skip


def test_a_group_accepted_in_part_without_its_sets_is_said():
    document = interchange("FA", "005010X231A1", ["AK1*HC*8~AK9*P*2*2*1~"])
    (refusal,) = read_999(document)
    assert "a group accepted in part, without its sets" in str(refusal.error)


def without(segment: str, document: bytes = FILES["277CA"][1]) -> bytes:
    assert document.count(segment.encode()) == 1
    return document.replace(segment.encode(), b"")


def test_a_claim_whose_level_is_missing_is_not_taken_for_its_provider():
    missing, ack, miscounted = read_277ca(without("HL*4*3*PT~"))
    assert "found NM1*QC out of place, expected an HL segment with HL03 PT before it" in str(missing.error)
    assert (ack.claim_id, ack.level, ack.member_id) == ("F-1", "claim", "1ZZ9ZZ9ZZ99")
    assert miscounted.error.element == "SE01"


def test_a_patient_without_a_level_does_not_give_the_one_before_a_member_id():
    acks = [said for said in read_277ca(without("HL*5*3*PT~", FILES["277CA"][2])) if not isinstance(said, Refusal)]
    assert [(ack.claim_id, ack.member_id) for ack in acks[1:]] == [
        ("F-1", "1ZZ9ZZ9ZZ99"), ("F-2", "1ZZ9ZZ9ZZ99"), ("F-3", "8ZZ"),
    ]  # fmt: skip


def test_a_level_that_cannot_be_read_is_told_by_its_name_and_else_refused_with_its_claim():
    damaged_level = FILES["277CA"][1].replace(b"HL*4*3*PT~", b"HL*4*3*P~")
    said = list(read_277ca(damaged_level))
    assert [s.error.element for s in said if isinstance(s, Refusal)] == ["HL03"]
    assert [s.claim_id for s in said if not isinstance(s, Refusal)] == ["F-1"]
    nameless = damaged_level.replace(b"NM1*QC*1*ZZTEST-007*PAT****MI*1ZZ9ZZ9ZZ99~", b"")
    assert [(s.claims_lost, s.claim_id) for s in read_277ca(nameless)] == [(0, ""), (1, "F-1"), (0, "")]


# The judge itself


def test_an_input_can_be_made_again_from_its_seed_and_number():
    assert [case(7, n) for n in range(20)] == [case(7, n) for n in range(20)]
    assert case(7, 3) != case(8, 3)


def test_a_lost_record_is_seen(monkeypatch):
    monkeypatch.setitem(check.__globals__["READERS"], "837P", lambda document: list(read_837(document))[1:])
    assert checked(ALL_837, "837P").broken == LOSS


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_record_of_any_kind_is_seen(kind, monkeypatch):
    read = READERS[kind]
    monkeypatch.setitem(check.__globals__["READERS"], kind, lambda document: list(read(document))[1:])
    assert checked(FILES[kind][0], kind).broken == LOSS


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("277CA", b"SVC*HC:64483:RT:59", b"ZZZ*HC"), ("277CA", b"STC*A3:21*20260112*U*650", b"ZZZ"),
        ("277CA", b"TRN*2*F-2", b"TRN*2*F-9"), ("999", b"IK4*2*782*6", b"ZZZ"), ("999", b"IK3*NM1*25**3", b"ZZZ"),
        ("999", b"AK2*837*0003", b"AK2*837*0009"), ("835", b"CAS*CO*45*50", b"ZZZ"),
    ],
)  # fmt: skip
def test_an_entry_that_is_read_otherwise_than_it_stands_is_seen(kind, before, after, monkeypatch):
    """The reader is given another file than the judge, which must see the difference."""
    document, read = FILES[kind][0], READERS[kind]
    assert before in document
    monkeypatch.setitem(check.__globals__["READERS"], kind, lambda given: list(read(given.replace(before, after, 1))))
    assert checked(document, kind).broken in (LOSS, INVENTION)


def test_a_lost_amount_of_a_provider_is_seen(monkeypatch):
    assert list(provider_adjustments_in(ALL_835).values()) == [2]
    monkeypatch.setitem(check.__globals__, "read_provider_adjustments", lambda document: [])
    assert checked(ALL_835, "835").detail.startswith("2 amounts in the PLB")


def test_what_stands_in_no_entry_is_counted_by_runs():
    document = ALL_277CA.replace(b"TRN*2*F-1~", b"")
    said = acknowledgments_in(document, "277CA")
    assert [len(run) for run in said.strays] == [7]
    assert entries_in(document, "277CA") == entries_in(ALL_277CA, "277CA") - 1
    nameless = acknowledgments_in(ALL_999.replace(b"AK2*837*0002*005010X222A1~", b""), "999")
    assert [len(run) for run in nameless.strays] == [5, 5]


def test_a_lost_line_is_seen():
    records = records_in(ALL_835, "835")
    assert [record.lines for record in records.values()] == [2, 1, 1, 1]
    assert [record.id for record in records.values()] == ["F-1", "F-2", "F-3", "F-4"]


def test_an_exception_and_a_hang_are_seen_made_small_and_kept(monkeypatch, tmp_path):
    def fails(document):
        if b"LX*2" in document:
            raise ZeroDivisionError
        if b"HI*" in document:
            started = time.process_time()
            while time.process_time() < started + 2:
                pass
        return read_837(document)

    monkeypatch.setitem(check.__globals__["READERS"], "837P", fails)
    verdict = checked(ALL_837, "837P")
    assert (verdict.broken, verdict.detail) == (EXCEPTION, "ZeroDivisionError: ")
    path = save(ALL_837, "837P", 0, verdict, tmp_path)
    assert path.read_bytes() == b"LX*2"
    assert path.name.startswith("837_exception_")
    assert checked(b"HI*", "837P", seconds=0.05).broken == HANG


def test_what_is_made_small_is_as_small_as_can_be():
    assert shrunk(b"one~two~three~four", lambda kept: b"h" in kept and b"ou" in kept, seconds=30) in (b"hou", b"h~ou")


def test_records_are_counted_whatever_the_separators():
    for marks in (b"|>'", b"!+\n", b"\x1d\x1f\x1c", b":*\r"):
        document = ALL_837.translate(bytes.maketrans(b"*:~", marks))
        assert [record.id for record in records_in(document, "837P").values()] == ["F-1", "F-2", "F-3", "F-4"]
    assert len(records_in(ALL_837[:-20] + ALL_835, "835")) == 4
    assert len(records_in(b"\xef\xbb\xbf\r\n" + ALL_837.replace(b"~", b"~\r\n"), "837P")) == 4
    assert records_in(b"", "837P") == records_in(b"CLM*1~", "837P") == {}


def test_crashers_lie_where_they_are_replayed():
    assert Path(CRASHERS).is_dir()


def test_noise_is_not_kept_in_memory():
    noise = [b"SV1*HC:99213*" + b"9" * 50_000 + b"%d*UN*1~" % n for n in range(200)]
    noise += [b"DTP*472*D8*" + b"2" * 50_000 + b"%d~" % n for n in range(200)]
    noise += [b"SV1*HC:" + b"X" * 50_000 + b"%d*1*UN*1~" % n for n in range(200)]
    at = ALL_837.index(b"LX*1~") + 5
    list(read_837(ALL_837))
    tracemalloc.start()
    for segment in noise:
        list(read_837(ALL_837[:at] + segment + ALL_837[at:]))
    gc.collect()  # what waits to be collected is not kept
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 100_000
