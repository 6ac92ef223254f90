"""Mutate files and read them, for as many inputs or minutes as asked; what breaks a promise is made small and kept.

    python -m tests.fuzz.run --inputs 1000000 --seed 1 --minutes 60

Input n of a seed is always the same file, so a finding can be made again with `--from n --inputs 1`.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.bases import KINDS
from tests.fuzz.checking import Verdict, checked
from tests.fuzz.mutations import mutated
from tests.fuzz.shrinking import shrunk

CRASHERS = Path(__file__).parents[1] / "samples" / "x12" / "crashers"
EVERY = 10_000  # inputs between two lines of the log


def case(seed: int, n: int) -> tuple[bytes, str, int]:
    """Input n: the document, its kind, and how many bytes at a time it is given (0: at once)."""
    random = Random(f"{seed}:{n}")
    kind = KINDS[n % len(KINDS)]
    step = random.choice((7, 61, 180, 512)) if random.random() < 0.25 else 0
    document = mutated(kind, random)
    return document, kind, step if len(document) < 20_000 else step and 512


def save(document: bytes, kind: str, step: int, verdict: Verdict, folder: Path) -> Path:
    """The smallest such file, under a name that says what it broke."""
    small = shrunk(document, lambda fewer: checked(fewer, kind, step).broken == verdict.broken)
    digest = hashlib.sha256(small).hexdigest()[:8]
    path = folder / f"{kind.removesuffix('P')}_{verdict.broken.replace(' ', '_')}_{digest}.edi"
    path.write_bytes(small)
    return path


def main() -> None:
    """Run, and say what was found; the exit code is 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--keep", type=Path, default=CRASHERS, help="the folder for what breaks a promise")
    parser.add_argument("--stop-after", type=int, default=20, help="findings of one sort that are kept")
    args = parser.parse_args()
    started, tally, done = time.monotonic(), Counter[str](), 0
    for n in range(args.first, args.first + args.inputs):
        document, kind, step = case(args.seed, n)
        verdict = checked(document, kind, step)
        done += 1
        tally["records"] += verdict.records
        tally["refused"] += verdict.refused
        if verdict.broken:
            tally[verdict.broken] += 1
            if tally[verdict.broken] <= args.stop_after:
                path = save(document, kind, step, verdict, args.keep)
                _say(f"input {n}: {kind} {verdict.broken}: {verdict.detail}; kept as {path.name}")
        if done % EVERY == 0:
            _say(_summary(done, started, tally))
            if time.monotonic() - started > args.minutes * 60:
                break
    _say("end: " + _summary(done, started, tally))
    sys.exit(1 if set(tally) - {"records", "refused"} else 0)


def _summary(done: int, started: float, tally: Counter[str]) -> str:
    rate = done / (time.monotonic() - started)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = ", ".join(
        f"{name} {tally[name]:,}" for name in ("records", "refused", "exception", "silent loss", "invention", "hang")
    )
    return f"{done:,} inputs, {rate:,.0f}/s, {memory:.0f} MB; {counts}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
