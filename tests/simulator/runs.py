"""Runs of the simulator, read back as far as a test asks."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

from claims.x12 import read_835, read_837
from simulator import simulate

SEED = 20241001


def rows_of(folder):
    return pq.read_table(folder / "truth.parquet").to_pylist()


def files_of(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@dataclass
class Run:
    """What the simulator said and where it wrote; each sort of file is read when it is first asked for."""

    folder: Path
    counts: dict

    @cached_property
    def rows(self):
        return rows_of(self.folder)

    @cached_property
    def claims(self):
        return [c for f in sorted((self.folder / "837").iterdir()) for c in read_837(f.read_bytes())]

    @cached_property
    def remittances(self):
        return [r for f in sorted((self.folder / "835").iterdir()) for r in read_835(f.read_bytes())]


def run(folder, **arguments):
    return Run(folder, simulate(out=folder, **{"months": 2, "claims_per_month": 60, "seed": SEED, **arguments}))
