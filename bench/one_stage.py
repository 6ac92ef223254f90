"""`python -m bench.one_stage STAGE CLAIMS_PER_MONTH PRETEND HOME`: one stage of learning in a process of its own.

Prints, as JSON, what each part of the stage took: wall and CPU seconds, and the most memory held meanwhile, in MB.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from bench.one_read import peak
from store import Store

MONTHS, SEED, FROM = 24, 61, date(2024, 1, 1)  # a practice that nothing was chosen on
SINCE_NOW = "5"  # what makes Linux count the peak of memory anew


class Parts:
    """What each part took; a part ends where the next begins."""

    def __init__(self) -> None:
        self.found: list[dict[str, object]] = []
        self._name = ""

    def begin(self, name: str) -> None:
        """End the part before, begin this one."""
        self.end()
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text(SINCE_NOW)
        self._name, self._wall, self._cpu = name, time.perf_counter(), time.process_time()

    def end(self) -> None:
        """End the part that goes on."""
        if self._name:
            wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
            self.found.append({"part": self._name, "wall": wall, "cpu": cpu, "peak": peak()})
        self._name = ""

    def heard(self, said: str) -> None:
        """What training says of itself: a word of another stage begins its part."""
        stage = getattr(said, "stage", "")
        if stage and stage != self._name:
            self.begin(stage)


def _simulate(parts: Parts, claims_per_month: int, pretend: Path, _: Path) -> None:
    from simulator import simulate

    parts.begin("simulate")
    simulate(MONTHS, claims_per_month, SEED, pretend, start=FROM)


def _ingest(parts: Parts, _: int, pretend: Path, home: Path) -> None:
    with _opened(home) as store:
        parts.begin("ingest")
        store.ingest([pretend / "837", pretend / "835"])


def _train(parts: Parts, _: int, pretend: Path, home: Path) -> None:
    from scrubber.tables import shipped_tables
    from training.run import train

    parts.begin("start")
    with _opened(home) as store:
        truth = pretend / "truth.parquet"
        train(store, shipped_tables(), home=home, simulated=True, truth=truth, progress=parts.heard)


def _evaluate(parts: Parts, _: int, pretend: Path, home: Path) -> None:
    from models.denial import DenialModel
    from scrubber.tables import shipped_tables
    from training.run import evaluate
    from training.track import bundle_of

    parts.begin("start")
    model = DenialModel.load(bundle_of("challenger", home))
    with _opened(home) as store:
        truth = pretend / "truth.parquet"
        evaluate(store, shipped_tables(), model=model, truth=truth, progress=parts.heard)


@contextmanager
def _opened(home: Path) -> Iterator[Store]:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with Store.open(home / "store.db") as store:
        yield store


STAGES: dict[str, Callable[[Parts, int, Path, Path], None]] = {
    "simulate": _simulate,
    "ingest": _ingest,
    "train": _train,
    "evaluate": _evaluate,
}


def main() -> None:
    """Run the stage and report."""
    stage, claims_per_month, pretend, home = sys.argv[1:]
    parts = Parts()
    STAGES[stage](parts, int(claims_per_month), Path(pretend), Path(home))
    parts.end()
    print(json.dumps({"parts": parts.found}))


if __name__ == "__main__":
    main()
