"""Every test, in as many processes as there are cores: `python -m tests [--processes N] [arguments of pytest]`.

A process takes a share of the tests at a time, the longest first, and the next when it is done: the shares are folders,
whose fixtures are then made once, and the long files of a folder one by one. `pytest` alone runs the same tests, one
after the other. `CLEANCLAIM_TESTS=full` makes the pretend practices of the slow ones larger (tests/sizes.py).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LONG = (
    "cli",
    "notebooks",
    "store",
    "training/test_small_stores.py",
    "scrubber",
    "simulator",
    "training/test_negative_controls.py",
    "training/test_leakage.py",
    "training/test_same_bytes.py",
    "training",
    "serving",
    "fuzz",
    "claims",
)  # the longest first, so that no long one is begun when the others are nearly done; what is not named comes after
COUNTED = {"failures": "failed", "errors": "errors", "skipped": "skipped"}
NOTHING_CHOSEN = 5  # pytest's exit code where `-k` or `-m` left nothing of a share


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a share."""

    share: tuple[str, ...]
    code: int
    counts: Counter[str]
    seconds: float
    said: str


def shares() -> list[tuple[str, ...]]:
    """Every test file in one share: those of LONG first, then each folder's remaining files."""
    left = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("test_*.py"))
    found = []
    for name in (*LONG, *dict.fromkeys(path.partition("/")[0] for path in left)):
        # a file named by itself is none of its folder's
        own = [p for p in left if p == name or (p.startswith(f"{name}/") and p not in LONG)]
        left = [p for p in left if p not in own]
        if own:
            found.append(tuple(f"tests/{path}" for path in own))
    return found


def run(share: tuple[str, ...], arguments: Sequence[str], report: Path, running: set[subprocess.Popen[str]]) -> Outcome:
    """One share in a process of its own, what it says kept until it is done."""
    begun = monotonic()
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *arguments, *share]
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # the other cores have shares of their own
    process = subprocess.Popen(
        command, cwd=ROOT, env={**one_thread, **os.environ}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    running.add(process)
    said, _ = process.communicate()
    running.discard(process)
    code = 0 if arguments and process.returncode == NOTHING_CHOSEN else process.returncode
    return Outcome(share, code, counted(report), monotonic() - begun, said)


def counted(report: Path) -> Counter[str]:
    """How many tests passed, failed, could not be set up or were skipped, by the report pytest leaves."""
    found: Counter[str] = Counter()
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            told = {word: int(suite.get(name, "0")) for name, word in COUNTED.items()}
            found.update(told)
            found["passed"] += int(suite.get("tests", "0")) - sum(told.values())
    return found


def outcomes(processes: int, arguments: Sequence[str]) -> Iterator[Outcome]:
    """Each share's outcome as soon as it is known."""
    running: set[subprocess.Popen[str]] = set()
    with TemporaryDirectory(prefix="tests-") as folder, ThreadPoolExecutor(processes) as pool:
        waiting = [
            pool.submit(run, share, arguments, Path(folder) / f"{number}.xml", running)
            for number, share in enumerate(shares())
        ]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:  # interrupted: begin nothing more, and leave nothing running behind
            pool.shutdown(wait=False, cancel_futures=True)
            for process in tuple(running):
                process.terminate()


def named(share: tuple[str, ...]) -> str:
    """The share's file, or its folder."""
    return share[0] if len(share) == 1 else str(Path(share[0]).parent)


def told(counts: Counter[str]) -> str:
    """The counts in words, without those that are none.

    >>> told(Counter(passed=1203, skipped=0, failed=2))
    '1,203 passed, 2 failed'
    """
    words = [f"{counts[word]:,} {word}" for word in ("passed", "failed", "errors", "skipped") if counts[word]]
    return ", ".join(words) or "no tests"


def main() -> int:
    """Run every share; what a share said is shown where something in it failed."""
    parser = argparse.ArgumentParser(prog="python -m tests", description=(__doc__ or "").partition("\n")[0])
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    parser.add_argument("--processes", type=int, default=cores, help=f"how many at once (default: the cores, {cores})")
    options, arguments = parser.parse_known_args()
    begun, total, failed = monotonic(), Counter[str](), False
    for outcome in outcomes(max(1, options.processes), arguments):
        total.update(outcome.counts)
        print(f"{outcome.seconds:6.1f} s  {named(outcome.share)}: {told(outcome.counts)}", flush=True)
        if outcome.code:
            failed = True
            print(outcome.said, flush=True)
        else:
            for line in outcome.said.splitlines():
                if line.startswith(("SKIPPED", "XFAIL", "XPASS")):
                    print(f"          {line}", flush=True)
    minutes, seconds = divmod(round(monotonic() - begun), 60)
    print(f"{told(total)} in {minutes} min {seconds:02} s, {options.processes} processes at once")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
