"""Whatever happens to a file: records in it = records read + records said to be lost, and only our own errors."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claims.errors import UnreadableFile
from claims.x12 import sniff
from tests.claims.wire import BASES, lost, read_all, records_in

CRASHERS = sorted((Path(__file__).parents[1] / "samples" / "x12" / "crashers").glob("*.edi"))
ISA = 106

KINDS = st.sampled_from(["837P", "835"])
PLACES = st.floats(0, 1, exclude_max=True)
BYTES = st.binary(min_size=0, max_size=6) | st.sampled_from(
    [b"~", b"*", b":", b"~~", b"~CLM*X*1~", b"~CLP*X*1*1*1~", b"~SE*1*1~", b"~ST*837*0003*005010X222A1~", b"~GE*1*1~",
     b"~HL*9*1*22*0~", b"~LX*1~", b"~GS*HC*A*B*20260101*1200*1*X*005010X222A1~", b"~IEA*1*1~", b"\n", b" ", b"~sv1*x~"]
)  # fmt: skip


def at_byte(document: bytes, place: float) -> int:
    """A position after the ISA: what that declares must stand for the plain split to be right."""
    return ISA + int(place * (len(document) - ISA))


@st.composite
def damaged(draw: st.DrawFn) -> tuple[bytes, str]:
    """A good file after one to four accidents."""
    kind = draw(KINDS)
    document = BASES[kind]
    for _ in range(draw(st.integers(1, 4))):
        accident = draw(st.sampled_from(["insert", "overwrite", "cut out", "drop", "repeat", "swap", "cut off"]))
        i = at_byte(document, draw(PLACES))
        segments = document.split(b"~")
        k = 1 + int(draw(PLACES) * (len(segments) - 2))
        n = 1 + int(draw(PLACES) * (len(segments) - 2))
        if accident == "insert":
            document = document[:i] + draw(BYTES) + document[i:]
        elif accident == "overwrite":
            new = draw(BYTES)
            document = document[:i] + new + document[i + len(new) :]
        elif accident == "cut out":
            document = document[:i] + document[i + draw(st.integers(1, 300)) :]
        elif accident == "cut off":
            document = document[:i]
        else:
            chosen = segments[k]
            if accident == "drop":
                segments[k : k + 1] = []
            elif accident == "repeat":
                segments[n:n] = [chosen]
            else:
                segments[k], segments[n] = segments[n], segments[k]
            document = b"~".join(segments)
        if len(document) <= ISA + 1:
            document += b"~GS*~"
    return document, kind


@settings(max_examples=400, deadline=None)
@given(damaged())
def test_no_record_is_lost_without_a_word(accident):
    document, kind = accident
    try:
        records, refusals = read_all(document, kind)
    except UnreadableFile:
        assert records_in(document, kind) == 0
    else:
        assert len(records) + lost(refusals) == records_in(document, kind)


@pytest.mark.parametrize("kind", ["837P", "835"])
def test_a_segment_may_end_after_any_element(kind):
    segments = BASES[kind].split(b"~")
    for i in range(1, len(segments) - 1):
        elements = segments[i].split(b"*")
        for end in range(1, len(elements)):
            document = b"~".join([*segments[:i], b"*".join(elements[:end]), *segments[i + 1 :]])
            try:
                records, refusals = read_all(document, kind)
            except UnreadableFile:
                assert records_in(document, kind) == 0
            else:
                assert len(records) + lost(refusals) == records_in(document, kind)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=3000), KINDS, st.booleans(), st.integers(0, ISA))
@example(b"", "835", False, 0)
def test_bytes_of_any_sort_end_in_our_own_errors_only(noise, kind, after_isa, spoil):
    document = BASES[kind][:ISA] + noise if after_isa else BASES[kind][:spoil] + noise + BASES[kind][spoil:]
    sniff(document)
    with suppress(UnreadableFile):
        records, refusals = read_all(document, kind)
        assert all(r.error.expected for r in refusals)
        assert all(r.lines for r in records if kind == "837P")


@pytest.mark.parametrize("path", CRASHERS, ids=lambda path: path.stem)
@pytest.mark.parametrize("kind", ["837P", "835"])
def test_files_that_break_readers_do_not_break_ours(path, kind):
    document = path.read_bytes()
    try:
        records, refusals = read_all(document, kind)
    except UnreadableFile:
        assert records_in(document, kind) == 0
    else:
        assert len(records) + lost(refusals) == records_in(document, kind)


def test_there_are_files_that_break_readers():
    assert len(CRASHERS) >= 12
