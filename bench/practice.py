"""The pretend practice the benchmarks run on; made once, kept in `.bench/`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from store import Store

FOLDER = Path(".bench")
MONTHS, CLAIMS_PER_MONTH, SEED = 12, 420, 99  # about 5,000 claims: another practice than the one the model is from


def pretend() -> Path:
    """Its 837 and 835 files."""
    from simulator import simulate

    folder = FOLDER / f"practice-{MONTHS}-{CLAIMS_PER_MONTH}-{SEED}"
    if not (folder / "truth.parquet").exists():
        print("simulating a practice ...", file=sys.stderr)
        simulate(MONTHS, CLAIMS_PER_MONTH, SEED, folder, start=date(2025, 1, 1))
    return folder


def home() -> Path:
    """The home folder its store lies in."""
    return (FOLDER / f"home-{MONTHS}-{CLAIMS_PER_MONTH}-{SEED}").resolve()


def store() -> Store:
    """Its store, with all of its files ingested."""
    return opened(pretend(), home())


def opened(files: Path, folder: Path) -> Store:
    """The store in a folder, with the 837 and 835 files of a practice ingested when it is made."""
    path = folder.resolve() / "store.db"
    fresh = not path.exists()
    path.parent.mkdir(exist_ok=True)
    found = Store.open(path)
    if fresh:
        print("ingesting its files ...", file=sys.stderr)
        found.ingest([files / "837", files / "835"])
    return found
