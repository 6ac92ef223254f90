"""Made-up feature rows."""

import math

import numpy as np

from features import FEATURES
from features.registry import Row

WORDS = ("red", "green", "blue", "amber")


def made_up_rows(count: int, seed: int) -> list[Row]:
    """Rows of every registered feature: words, whole and broken numbers, a tenth unknown."""
    rng = np.random.default_rng(seed)
    out: list[Row] = []
    for _ in range(count):
        row: Row = {}
        for name, f in FEATURES.items():
            known = rng.random() > 0.1
            if f.categorical:
                row[name] = str(rng.choice(WORDS)) if known else ""
            else:
                row[name] = float(np.round(rng.normal(2, 2), 1)) if known else math.nan
        out.append(row)
    return out
