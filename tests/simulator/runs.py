"""Runs of the simulator, read back."""

from types import SimpleNamespace

import pyarrow.parquet as pq

from claims.x12 import read_835, read_837
from simulator import simulate

SEED = 20241001


def rows_of(folder):
    return pq.read_table(folder / "truth.parquet").to_pylist()


def files_of(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def run(folder, **arguments):
    arguments = {"months": 2, "claims_per_month": 60, "seed": SEED, **arguments}
    counts = simulate(out=folder, **arguments)
    claims = [c for f in sorted((folder / "837").iterdir()) for c in read_837(f.read_bytes())]
    remittances = [r for f in sorted((folder / "835").iterdir()) for r in read_835(f.read_bytes())]
    return SimpleNamespace(folder=folder, counts=counts, rows=rows_of(folder), claims=claims, remittances=remittances)
