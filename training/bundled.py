"""Build the model that ships with the product, from a simulated practice; it says of itself that it is simulated.

    cleanclaim simulate --months 24 --claims-per-month 850 --seed 21 --out pretend
    python -m training.bundled pretend

That is about 20,000 claims. The same files and the same code give the same bytes. Training does not know the simulator
(it must not learn how the pretend payers think): the files are all that passes between them.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from models.denial import DenialModel
from models.folders import bundled_model_folder
from scrubber.tables import shipped_tables
from store import Store
from training.run import fit_and_measure

NAME, VERSION = "denial-bundled", "1"
SEED = 1


def build(pretend: Path, folder: Path, progress: Callable[[str], None] | None = None) -> DenialModel:
    """Train on a simulated practice's 837 and 835 files, and write the bundle into `folder` in place of the old."""
    with tempfile.TemporaryDirectory() as scratch, Store.open(Path(scratch) / "store.db") as store:
        store.ingest([pretend / "837", pretend / "835"])
        trained = fit_and_measure(
            store,
            shipped_tables(),
            seed=SEED,
            simulated=True,
            truth=pretend / "truth.parquet",
            progress=progress,
        )
    model = replace(trained.model, card=replace(trained.model.card, name=NAME, version=VERSION))
    shutil.rmtree(folder, ignore_errors=True)
    model.save(folder)
    return model


def main() -> None:
    """Build into `models/bundled`, or into the folder given."""
    parser = argparse.ArgumentParser(prog="python -m training.bundled", description=main.__doc__)
    parser.add_argument("pretend", type=Path, help="what `cleanclaim simulate` wrote")
    parser.add_argument("--out", type=Path, default=bundled_model_folder())
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    say = logging.getLogger(__name__).info
    model = build(options.pretend, options.out, say)
    for name, value in sorted(model.card.metrics.items()):
        say("%s %.4f", name, value)


if __name__ == "__main__":
    main()
