"""`python -m bench learning [CLAIMS ...]`: what it takes to learn from 15,000 claims and from 60,000, and how it grows.

Two years of a pretend practice of each size are read in, replayed, fitted, calibrated and graded, each command in a
process of its own, as on the command line. 240,000 claims are an hour of work: on request only.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench.one_stage import MONTHS, SEED, STAGES
from bench.practice import FOLDER

SIZES = (15_000, 60_000)
SENT_PER_CLAIM = 1.074  # what was sent again after a denial makes the claims of a month more than were asked for
MOST_MINUTES, MOST_MB, AT = 10.0, 2048.0, 60_000  # the bar, end to end without the simulation


@dataclass(frozen=True)
class Took:
    """What one part of one command took."""

    command: str
    part: str
    wall: float
    cpu: float
    peak: float


def run(words: Sequence[str]) -> int:
    """Measure each size; exit code 1 when the bar is missed."""
    if unknown := [word for word in words if not word.isdecimal() or int(word) < 1000]:
        sys.exit(f"not a number of claims of 1000 or more: {', '.join(unknown)}")
    sizes = [int(word) for word in words] or list(SIZES)
    measured: list[tuple[int, list[Took]]] = []
    for size in sizes:
        claims, took = _one_size(size)
        measured.append((claims, took))
        _show(claims, took)
    if len(measured) > 1:
        _show_growth(measured)
    return max(_judged(size, *of) for size, of in zip(sizes, measured, strict=True))


def _one_size(size: int) -> tuple[int, list[Took]]:
    """How many claims there were in the end, and what each part took."""
    pretend = FOLDER / f"learning-{size}-{SEED}"
    took: list[Took] = []
    with tempfile.TemporaryDirectory(dir=_made(FOLDER)) as home:
        for command in STAGES:
            if command == "simulate" and (pretend / "truth.parquet").exists():
                continue
            if command == "simulate":
                shutil.rmtree(pretend, ignore_errors=True)
            print(f"{size:,} claims: {command} ...", file=sys.stderr)
            took += _one_command(command, size, pretend, Path(home))
    return sum(path.read_bytes().count(b"~CLM*") for path in (pretend / "837").iterdir()), took


def _one_command(command: str, size: int, pretend: Path, home: Path) -> list[Took]:
    per_month = str(round(size / MONTHS / SENT_PER_CLAIM))
    words = [sys.executable, "-m", "bench.one_stage", command, per_month, str(pretend), str(home)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    parts = json.loads(done.stdout.splitlines()[-1])["parts"]
    return [Took(command, part["part"], part["wall"], part["cpu"], part["peak"]) for part in parts]


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder.resolve()


def _show(claims: int, took: Sequence[Took]) -> None:
    print(f"learning from {claims:,} simulated claims of {MONTHS} months")
    print(f"  {'command':10} {'part':10} {'wall s':>8} {'CPU s':>8} {'peak MB':>8}")
    for t in took:
        print(f"  {t.command:10} {t.part:10} {t.wall:8.1f} {t.cpu:8.1f} {t.peak:8.0f}")
    mine = [t for t in took if t.command != "simulate"]
    wall, cpu, peak = sum(t.wall for t in mine), sum(t.cpu for t in mine), max(t.peak for t in mine)
    print(f"  {'ingest to evaluate':21} {wall:8.1f} {cpu:8.1f} {peak:8.0f}")


def _show_growth(measured: Sequence[tuple[int, Sequence[Took]]]) -> None:
    """CPU seconds of each size beside the one before: as the claims grow, or with which power of them."""
    for (few, before), (many, after) in pairwise(measured):
        print(f"growth from {few:,} to {many:,} claims: {many / few:.2f} x (power 1 is linear)")
        spent = {(t.command, t.part): t for t in before}
        for t in after:
            was = spent.get((t.command, t.part))
            if was is None or was.cpu < 0.5:  # too short to compare
                continue
            power = math.log(t.cpu / was.cpu) / math.log(many / few)
            print(f"  {t.command:10} {t.part:10} CPU {t.cpu / was.cpu:5.2f} x, power {power:4.2f}", end="")
            print(f"; peak memory {t.peak / was.peak:4.2f} x")
        cpu = [sum(t.cpu for t in of if t.command != "simulate") for of in (before, after)]
        power = math.log(cpu[1] / cpu[0]) / math.log(many / few)
        print(f"  {'ingest to evaluate':21} CPU {cpu[1] / cpu[0]:5.2f} x, power {power:4.2f}")


def _judged(size: int, claims: int, took: Sequence[Took]) -> int:
    """1 when a practice of the size of the bar takes longer, or more memory, than the bar allows."""
    if size != AT:
        return 0
    mine = [t for t in took if t.command != "simulate"]
    minutes, peak = sum(t.wall for t in mine) / 60, max(t.peak for t in mine)
    kept = minutes <= MOST_MINUTES and peak <= MOST_MB
    said = "kept" if kept else "MISSED"
    spent = f"{minutes:.1f} of {MOST_MINUTES:.0f} minutes, {peak:.0f} of {MOST_MB:.0f} MB"
    print(f"bar for {claims:,} claims: {spent}: {said}")
    return 0 if kept else 1
