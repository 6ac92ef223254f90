"""Which CARC a denial would carry, and for which Reason: one booster over the pairs this practice's payers have used.

A CARC alone does not say the cause (16 stands for a dozen), and a Reason alone not the code a biller will see: the pair
says both, and adding up its probabilities gives either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from claims.reasons import Reason
from models.calibration import Vector
from models.encoding import Matrix
from models.few_rows import Asked, FewRows


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
        if self._few_rows is None:
            return np.tile(np.asarray(self.prior, dtype=np.float64), (len(matrix), 1))
        return self._few_rows(Asked.PROBABILITY, matrix)

    def rank(self, matrix: Matrix, most: int = 5) -> tuple[tuple[Cause, ...], ...]:
        """The likeliest CARCs of each row, likeliest first."""
        if not self.pairs:
            return tuple(() for _ in range(len(matrix)))
        return tuple(self._ranked(row, most) for row in self.probabilities(matrix))

    def rank_reasons(self, matrix: Matrix) -> list[list[Reason]]:
        """The Reasons of each row, likeliest first."""
        out = []
        for row in self.probabilities(matrix).tolist():
            of = _sums((pair.reason, p) for pair, p in zip(self.pairs, row, strict=True))
            out.append([Reason(reason) for reason, _ in of])
        return out

    @cached_property
    def _few_rows(self) -> FewRows | None:
        return None if self.booster is None else FewRows(self.booster, Asked.PROBABILITY)

    @cached_property
    def _carcs(self) -> tuple[str, ...]:
        """The codes in order, so that of two as likely the first comes first."""
        return tuple(sorted({pair.carc for pair in self.pairs}))

    @cached_property
    def _places(self) -> NDArray[np.intp]:
        """For each pair the place of its code."""
        return np.array([self._carcs.index(pair.carc) for pair in self.pairs], dtype=np.intp)

    @cached_property
    def _pairs_of(self) -> dict[str, tuple[tuple[int, Reason], ...]]:
        """The columns and Reasons of each code."""
        return {
            carc: tuple((i, pair.reason) for i, pair in enumerate(self.pairs) if pair.carc == carc)
            for carc in self._carcs
        }

    def _ranked(self, row: Vector, most: int) -> tuple[Cause, ...]:
        sums = np.bincount(self._places, weights=row)
        likeliest = np.argsort(-sums, kind="stable")[:most]
        return tuple(Cause(self._carcs[i], float(sums[i]), self._reason(self._carcs[i], row)) for i in likeliest)

    def _reason(self, carc: str, row: Vector) -> Reason:
        return max((row[i], reason) for i, reason in self._pairs_of[carc])[1]


def _sums(parts: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    total: dict[str, float] = defaultdict(float)
    for name, p in parts:
        total[name] += p
    return sorted(total.items(), key=lambda item: (-item[1], item[0]))
