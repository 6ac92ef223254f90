"""Some claims of a file, in a file of their own."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from claims.claim import Claim, Person
from claims.x12 import Delimiters, read_837, release, write_837
from tests.claims.builders import ENVELOPE, STREET, claim
from tests.claims.test_x12_round_trip import verdict
from tests.claims.wire import BASE_835, BASE_837, CLAIMS

SAMPLES = Path(__file__).parents[1] / "samples" / "x12"
OTHER = replace(claim().billing, npi="1982675425", name="ANOTHER INVENTED GROUP")
CHILD = claim(
    id="T-3",
    subscriber=replace(claim().subscriber, relationship="19"),
    patient=Person("ZZTEST-008", "KID", "", None, "M", STREET),
)
FAMILY = [claim(id="T-1"), claim(id="T-2"), CHILD, claim(id="T-4", billing=OTHER)]


def released(source: bytes | io.BytesIO, *ids: str) -> bytes:
    return b"".join(release(source, lambda c: c.id in ids))


def test_all_of_a_file_is_the_file():
    for delimiters in (Delimiters(), Delimiters("|", ">", "!", "\n")):
        document = b"\xef\xbb\xbf\r\n" + write_837(FAMILY, replace(ENVELOPE, delimiters=delimiters))
        assert released(document, "T-1", "T-2", "T-3", "T-4") == document
    assert released(BASE_837, *(c.id for c in CLAIMS)) == BASE_837
    broken = BASE_837.replace(b"~", b"~\r\n")
    assert released(broken, *(c.id for c in CLAIMS)) == broken


@pytest.mark.parametrize(
    "ids", [("T-1",), ("T-2",), ("T-3",), ("T-4",), ("T-1", "T-4"), ("T-2", "T-3"), ("T-1", "T-2", "T-3")]
)
def test_what_is_kept_is_read_equal_and_a_strict_validator_accepts_it(ids):
    part = released(write_837(FAMILY, ENVELOPE), *ids)
    assert list(read_837(part)) == [c for c in FAMILY if c.id in ids]  # no refusal: every count is right
    assert verdict(part.replace(b"DMG***M~", b"DMG*D8*20150101*M~")) == []


def test_levels_without_a_kept_claim_are_gone_and_the_others_are_numbered_anew():
    part = released(write_837(FAMILY, ENVELOPE), "T-4")
    assert [s for s in part.split(b"~") if s.startswith(b"HL*")] == [b"HL*1**20*1", b"HL*2*1*22*0"]
    assert b"ANOTHER INVENTED GROUP" in part
    assert b"*INVENTED PAIN GROUP" not in part


def test_a_subscriber_whose_patient_is_left_out_has_no_level_below():
    document = write_837(FAMILY, ENVELOPE)
    start, end = document.index(b"HL*3*1*22*1"), document.index(b"HL*4*3*23")
    own = document[document.index(b"CLM*T-2") : start]
    both = document[:end] + own.replace(b"T-2", b"T-9") + document[end:]
    part = released(both, "T-9")
    assert [s for s in part.split(b"~") if s.startswith(b"HL*")] == [b"HL*1**20*1", b"HL*2*1*22*0"]


def test_every_segment_that_stays_is_one_of_the_file_but_for_counts():
    document = write_837(FAMILY, ENVELOPE)
    counts = (b"HL*", b"SE*", b"GE*", b"IEA*")
    before = document.split(b"~")
    assert all(s in before for s in released(document, "T-2", "T-4").split(b"~") if not s.startswith(counts))


def test_sets_without_a_kept_claim_are_gone():
    part = released(BASE_837, CLAIMS[0].id)
    assert part.count(b"~ST*") == 1
    assert b"~GE*1*7~" in part
    assert list(read_837(part)) == [CLAIMS[0]]


def test_nothing_kept_is_nothing():
    assert released(BASE_837, "NONE") == b""


def test_an_unreadable_claim_is_left_out():
    document = BASE_837.replace(b"CLM*T-2*", b"CLM*T-2*X", 1)
    every = b"".join(release(document, lambda c: True))
    assert [c.id for c in read_837(every) if isinstance(c, Claim)] == ["T-1", "T-3", "T-4", "T-5", "T-6"]
    assert b"CLM*T-2*" not in every


def test_what_holds_no_claims_is_gone():
    answers = BASE_835[BASE_835.index(b"GS*") : BASE_835.index(b"IEA*")]
    both = BASE_837.replace(b"IEA*1*", answers + b"IEA*2*")
    assert released(both, *(c.id for c in CLAIMS)) == BASE_837


def test_a_file_may_be_given_as_a_stream():
    assert released(io.BytesIO(BASE_837), "T-1") == released(BASE_837, "T-1")
