"""A file is read as it comes: memory does not grow with it, and the first claim does not wait for the last."""

from __future__ import annotations

import io
import tracemalloc
from decimal import Decimal

import pytest

from claims.x12 import read_835, read_837
from tests.claims.wire import BASES

RECORDS = {"837P": rb"CLM*T-1*", "835": rb"CLP*T-1*"}


class Endless(io.RawIOBase):
    """A transaction set whose records are made while they are read."""

    def __init__(self, kind: str, records: int) -> None:
        base = BASES[kind]
        start, end = base.index(RECORDS[kind]), base.index(RECORDS[kind].replace(b"T-1", b"T-2"))
        self._head, self._record, self._left = base[:start], base[start:end], records
        self.given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._head:
            part, self._head = self._head, b""
        elif self._left:
            n = min(self._left, 1 + size // len(self._record))
            part, self._left = self._record * n, self._left - n
        else:
            part = b""
        self.given += len(part)
        return part


@pytest.mark.parametrize(("kind", "read"), [("837P", read_837), ("835", read_835)])
def test_memory_does_not_grow_with_the_file(kind, read):
    def peak(records: int) -> tuple[int, int]:
        source = Endless(kind, records)
        tracemalloc.start()
        count = sum(1 for _ in read(source))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count >= records - 1
        return most, source.given

    peak(500)  # the first run fills the caches
    few, _ = peak(2000)
    many, size = peak(10_000)
    assert size > 1_000_000
    assert many < few * 1.2


@pytest.mark.parametrize(("kind", "read"), [("837P", read_837), ("835", read_835)])
def test_the_first_record_does_not_wait_for_the_last(kind, read):
    source = Endless(kind, 1_000_000)
    assert next(read(source)).charge == Decimal(651)
    assert source.given < 200_000


@pytest.mark.parametrize(("kind", "read"), [("837P", read_837), ("835", read_835)])
def test_a_segment_without_an_end_is_not_kept(kind, read):
    base = BASES[kind]
    source = io.BytesIO(base[: len(base) // 2] + b"x" * 8_000_000 + base[len(base) // 2 :])
    list(read(base))  # what is parsed once is kept
    tracemalloc.start()
    records = list(read(source))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(records) >= 5
    assert most < 1_000_000
