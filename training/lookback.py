"""Prove it on my data: what a practice's own past files would have taught, and what that would have caught later.

The files are read into a store that is thrown away, under a secret of its own that is thrown away with it. Nothing is
written to the practice's store, to its models or to its record of runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from past.label_settings import DEFAULTS, LabelSettings
from scrubber.tables import Tables
from store import IngestReport, Store
from training.errors import NotEnoughData
from training.grading import Evaluation
from training.progress import Progress
from training.rolled import Rolled
from training.rolling import roll
from training.run import fit_and_measure, read
from training.worth import Effort


@dataclass(frozen=True)
class LookedBack:
    """What was read, and what a model of its earlier part would have caught in the later part."""

    ingested: IngestReport
    evaluation: Evaluation
    rolled: Rolled | None = None


def look_back(
    paths: Sequence[Path],
    tables: Tables,
    *,
    settings: LabelSettings = DEFAULTS,
    rolling: int = 0,
    seed: int = 1,
    effort: Effort | None = None,
    truth: Path | None = None,
    progress: Progress | None = None,
) -> LookedBack:
    """Read the files, learn from the earlier part, and grade what was learned, and the rules, on the later part.

    With `rolling` that is done so many times, as time went on. `settings` say what the practice calls a denial. Raises
    NotEnoughData where the files hold too little.
    """
    with thrown_away(paths, tables, settings) as (store, ingested):
        if not ingested.claims or not ingested.remittances:
            raise NotEnoughData(
                "looking back",
                found=f"{ingested.claims} claims and {ingested.remittances} remittances in {ingested.files} files",
                needed="the 837 files that were sent and the 835 files that answered them",
                advice="Name both, or the folders that hold them; some months of each.",
            )
        if not rolling:
            done = fit_and_measure(
                store, tables, seed=seed, simulated=truth is not None, truth=truth, effort=effort, progress=progress
            )
            return LookedBack(ingested, done.evaluation)
        rolled = roll_store(store, tables, rolling, seed=seed, effort=effort, truth=truth, progress=progress)
        return LookedBack(ingested, rolled.pooled, rolled)


def roll_store(
    store: Store,
    tables: Tables,
    origins: int,
    *,
    seed: int = 1,
    effort: Effort | None = None,
    truth: Path | None = None,
    progress: Progress | None = None,
) -> Rolled:
    """Fit and test at each origin on all a store knows; simulated where any decision is of a test interchange."""
    dataset = read(store, tables, progress=progress)
    simulated = store.test_past().decisions(before=date.max).total > 0 or truth is not None
    return roll(dataset, origins=origins, seed=seed, simulated=simulated, effort=effort, truth=truth, progress=progress)


@contextmanager
def thrown_away(
    paths: Sequence[Path], tables: Tables, settings: LabelSettings = DEFAULTS
) -> Iterator[tuple[Store, IngestReport]]:
    """A store of these files alone, gone when the work is done, however it ends."""
    with (
        TemporaryDirectory(prefix="cleanclaim-lookback-") as folder,
        Store.open(Path(folder) / "store.db", family_of=tables.family, settings=settings) as store,
    ):
        yield store, store.ingest(paths)
