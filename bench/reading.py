"""The readers of 837P and 835 beside a bare split of the same bytes and beside pyx12, and the memory they take."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.clock import best_cpu
from bench.one_read import layer
from bench.practice import pretend

CLAIMS, MANY, FEW = 20_000, 200_000, 1_000
RECORD = {"837P": b"CLM*", "835": b"CLP*"}
LAYERS = {
    "split": "bare split into segments and elements",
    "records": "record layer: numbered segments of elements",
    "frozen": "read to frozen records",
}


def run() -> None:
    """Print, for both: records a CPU second, ratios to a bare split, peak memory at two sizes, and pyx12 beside."""
    for kind in RECORD:
        _one_kind(kind)


def _one_kind(kind: str) -> None:
    wire, records = _wire(kind, CLAIMS)
    print(f"reading {kind}: {records:,} records, {len(wire) / 1e6:.1f} MB")
    seconds = {}
    for name, words in LAYERS.items():
        read = layer(name, kind)
        seconds[name] = best_cpu(lambda read=read: read(io.BytesIO(wire)))  # type: ignore[misc]
        ratio = seconds[name] / seconds["split"]
        print(f"  {words:44} {seconds[name]:6.2f} s  {records / seconds[name]:9,.0f} records/s  {ratio:5.1f} x")
    with tempfile.TemporaryDirectory() as folder:
        for size in (CLAIMS, MANY):
            path = Path(folder, f"{size}.x12")
            path.write_bytes(wire if size == CLAIMS else _wire(kind, size)[0])
            for name in ("records", "frozen"):
                once = _once(kind, name, path)
                took = f"{once['seconds']:6.2f} s, {once['seconds'] / size * 1e6:5.1f} us a record"
                print(
                    f"  {size:7,} records, {name:7} in a process of its own: {took}, peak memory {once['peak']:.0f} MB"
                )
    few, records = _wire(kind, FEW)
    validating = best_cpu(lambda: _pyx12(few), times=1)
    rate = records / validating
    print(f"  pyx12, which also validates: {records:,} records {validating:6.2f} s  {rate:9,.0f} records/s")


def _wire(kind: str, wanted: int) -> tuple[bytes, int]:
    """One interchange after the other until there are that many records or more, and how many there are."""
    contents = [f.read_bytes() for f in sorted((pretend() / kind[:3]).iterdir())]
    parts: list[bytes] = []
    have = 0
    while have < wanted:
        parts.append(contents[len(parts) % len(contents)])
        have += parts[-1].count(b"~" + RECORD[kind])
    return b"".join(parts), have


def _once(kind: str, name: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.one_read", kind, name, str(path)]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer


def _pyx12(wire: bytes) -> None:
    """Its own command, without any of what we put before it."""
    from pyx12.params import ParamsBase
    from pyx12.x12n_document import x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    x12n_document(ParamsBase(), io.StringIO(wire.decode()), io.StringIO(), None, None)
