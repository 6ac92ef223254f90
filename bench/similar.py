"""How long it takes to find the past lines most like a claim's, denied and not, among 200,000."""

from __future__ import annotations

import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np

from bench.clock import percentile
from models.past_lines import PastLines, write

LINES, TREES, LEAVES = 200_000, 300, 15  # as many trees and leaves as the largest model has
ASKED, MOST, WARM_UP = 200, 3, 10
TODAY = date(2026, 1, 1)
SEED = 7


def run() -> None:
    """Print p50, p95, p99 for claims of one and of three lines. What the leaves say does not change the time."""
    rng = np.random.default_rng(SEED)
    print(f"similar past lines: {LINES:,} generated lines, {TREES} trees of {LEAVES} leaves; milliseconds a claim")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _generate(folder, rng)
        start = time.perf_counter()
        past = PastLines(folder, "made up")
        past.require()
        print(f"  verified and mapped in {1e3 * (time.perf_counter() - start):.0f} ms, once a process")
        for lines in (1, 3):
            spent = []
            for i in range(WARM_UP + ASKED):
                asked = rng.integers(0, LEAVES, (lines, TREES)).astype(np.uint16)
                start = time.perf_counter()
                past.like(asked, before=TODAY, most=MOST, besides="0" * 16)
                if i >= WARM_UP:
                    spent.append(1e3 * (time.perf_counter() - start))
            p50, p95, p99 = (percentile(spent, share) for share in (0.5, 0.95, 0.99))
            bar = " (bar: under 10)" if lines == 1 else ""
            print(
                f"  a claim of {lines} line{'s' if lines > 1 else ''}: p50 {p50:.2f}  p95 {p95:.2f}  p99 {p99:.2f}{bar}"
            )


def _generate(folder: Path, rng: np.random.Generator) -> None:
    names = ("known_on", "sent_on", "line", "payer", "code", "outcome", "carcs")
    lines = np.zeros(LINES, dtype=[("ref", "S16"), *((name, np.int32) for name in names)])
    lines["ref"] = [f"{n:016x}".encode() for n in range(1, LINES + 1)]
    lines["known_on"] = np.sort(TODAY.toordinal() - rng.integers(1, 720, LINES))
    lines["sent_on"] = lines["known_on"] - 20
    lines["outcome"] = rng.random(LINES) < 0.12
    words = {"payer": ["P1"], "code": ["64493"], "outcome": ["paid", "denied"], "carcs": [["197"]]}
    write(folder, "made up", rng.integers(0, LEAVES, (TREES, LINES)).astype(np.uint8), lines, words)
