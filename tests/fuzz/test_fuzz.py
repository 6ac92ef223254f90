"""A little fuzzing on every run of the tests, and every file that ever broke a reader."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings

from claims.x12 import read_835, read_837
from tests.fuzz.bases import ALL_835, ALL_837, FILES
from tests.fuzz.checking import EXCEPTION, HANG, LOSS, check, checked
from tests.fuzz.counting import records_in
from tests.fuzz.mutations import MUTATIONS
from tests.fuzz.run import CRASHERS, case, save
from tests.fuzz.shrinking import shrunk
from tests.fuzz.strategies import STEPS, damaged

BOTH = pytest.mark.parametrize("kind", ["837P", "835"])


@BOTH
def test_the_files_that_are_mutated_are_read_without_a_word(kind):
    read = {"837P": read_837, "835": read_835}[kind]
    for document, records in zip(FILES[kind], (4, 1, 6), strict=True):
        said = list(read(document))
        assert len(said) == len(records_in(document, kind)) == records
        assert all(len(record.lines) == 2 or kind == "835" for record in said)


@settings(max_examples=400, deadline=None)
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


@BOTH
def test_every_place_in_a_file_may_be_the_end_of_a_block(kind):
    for document in FILES[kind]:
        for step in (1, 2, 3, 5, 105, 106, 107):
            assert checked(document, kind, step).records == len(records_in(document, kind))


@pytest.mark.parametrize("path", sorted(CRASHERS.glob("*.edi")), ids=lambda path: path.stem)
@pytest.mark.parametrize("step", [0, 61])
@BOTH
def test_what_once_broke_a_reader_does_not_break_it_again(path, step, kind):
    assert checked(path.read_bytes(), kind, step).broken == ""


# The judge itself


def test_an_input_can_be_made_again_from_its_seed_and_number():
    assert [case(7, n) for n in range(20)] == [case(7, n) for n in range(20)]
    assert case(7, 3) != case(8, 3)


def test_a_lost_record_is_seen(monkeypatch):
    monkeypatch.setitem(check.__globals__["READERS"], "837P", lambda document: list(read_837(document))[1:])
    assert checked(ALL_837, "837P").broken == LOSS


def test_a_lost_line_is_seen():
    records = records_in(ALL_835, "835")
    assert [record.lines for record in records.values()] == [2, 1, 1, 1]
    assert [record.id for record in records.values()] == ["F-1", "F-2", "F-3", "F-4"]


def test_an_exception_and_a_hang_are_seen_made_small_and_kept(monkeypatch, tmp_path):
    def fails(document):
        if b"LX*2" in document:
            raise ZeroDivisionError
        if b"HI*" in document:
            time.sleep(2)
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
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 2_000_000
