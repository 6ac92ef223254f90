"""The reader of 837P beside a bare split of the same bytes, and the memory it takes."""

from __future__ import annotations

import io
import tracemalloc
from itertools import count, islice

from bench.clock import best_cpu
from bench.practice import pretend
from claims.claim import Claim
from claims.x12 import read_837

CLAIMS = 20_000


def run() -> None:
    """Print claims a CPU second, the ratio to a bare split, and peak memory at one and at ten times the size."""
    one = _wire(CLAIMS)
    split = best_cpu(lambda: _split(one))
    read = best_cpu(lambda: _read(one))
    print(f"reader: {CLAIMS:,} claims, {len(one) / 1e6:.1f} MB")
    print(f"  bare split into segments and elements  {split:6.2f} s  {CLAIMS / split:9,.0f} claims/s")
    print(f"  read to frozen claims                  {read:6.2f} s  {CLAIMS / read:9,.0f} claims/s")
    print(f"  ratio                                  {read / split:6.1f} x")
    small, large = _peak(one), _peak(_wire(CLAIMS * 4))
    print(f"  peak memory while reading              {small:6.1f} MB; at 4 times the size {large:.1f} MB")


def _wire(claims: int) -> bytes:
    """One interchange after the other until there are `claims` claims or more."""
    files = sorted((pretend() / "837").iterdir())
    contents = [f.read_bytes() for f in files]
    counts = [sum(1 for s in c.split(b"~") if s.strip().startswith(b"CLM*")) for c in contents]
    parts: list[bytes] = []
    have = 0
    for i in count():
        if have >= claims:
            return b"".join(parts)
        parts.append(contents[i % len(contents)])
        have += counts[i % len(contents)]
    raise AssertionError


def _split(wire: bytes) -> int:
    return sum(len(segment.split("*")) for segment in wire.decode().split("~"))


def _read(wire: bytes) -> int:
    return sum(1 for record in read_837(io.BytesIO(wire)) if isinstance(record, Claim))


def _peak(wire: bytes) -> float:
    tracemalloc.start()
    for _ in islice(read_837(io.BytesIO(wire)), None):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6
