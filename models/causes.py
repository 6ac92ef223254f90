"""Which CARC a denial would carry, and for which Reason: one booster over the pairs this practice's payers have used.

A CARC alone does not say the cause (16 stands for a dozen), and a Reason alone not the code a biller will see: the pair
says both, and adding up its probabilities gives either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import lightgbm
import numpy as np

from claims.reasons import Reason
from models.encoding import Matrix


class Cause(NamedTuple):
    """One code a denial of the line would likely carry; `probability` is given that the line is denied."""

    carc: str
    probability: float
    reason: Reason  # the likeliest one behind the code


class Pair(NamedTuple):
    """A CARC and the Reason it stood for."""

    carc: str
    reason: Reason


@dataclass(frozen=True)
class CauseModel:
    """A multiclass booster over CARC and Reason (None: `prior` for every line); empty where none was seen."""

    pairs: tuple[Pair, ...] = ()
    prior: tuple[float, ...] = ()
    booster: lightgbm.Booster | None = None

    def __post_init__(self) -> None:
        if len(self.pairs) != len(self.prior):
            raise ValueError(f"{len(self.pairs)} pairs with {len(self.prior)} prior shares")

    def probabilities(self, matrix: Matrix) -> Matrix:
        """One line a row, one column a pair, adding up to 1."""
        if self.booster is None:
            return np.tile(np.asarray(self.prior, dtype=np.float64), (len(matrix), 1))
        return np.asarray(self.booster.predict(matrix, num_threads=1), dtype=np.float64)

    def rank(self, matrix: Matrix, most: int = 5) -> tuple[tuple[Cause, ...], ...]:
        """The likeliest CARCs of each row, likeliest first."""
        if not self.pairs:
            return tuple(() for _ in range(len(matrix)))
        return tuple(self._ranked(row, most) for row in self.probabilities(matrix).tolist())

    def rank_reasons(self, matrix: Matrix) -> list[list[Reason]]:
        """The Reasons of each row, likeliest first."""
        out = []
        for row in self.probabilities(matrix).tolist():
            of = _sums((pair.reason, p) for pair, p in zip(self.pairs, row, strict=True))
            out.append([Reason(reason) for reason, _ in of])
        return out

    def _ranked(self, row: list[float], most: int) -> tuple[Cause, ...]:
        reasons: dict[str, list[tuple[float, Reason]]] = defaultdict(list)
        for pair, p in zip(self.pairs, row, strict=True):
            reasons[pair.carc].append((p, pair.reason))
        codes = _sums((pair.carc, p) for pair, p in zip(self.pairs, row, strict=True))[:most]
        return tuple(Cause(carc, p, max(reasons[carc])[1]) for carc, p in codes)


def _sums(parts: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    total: dict[str, float] = defaultdict(float)
    for name, p in parts:
        total[name] += p
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))
