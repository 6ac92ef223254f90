"""Which CARC a denial would carry: the Reason first, then the codes this practice's payers used for that Reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import lightgbm
import numpy as np

from claims.reasons import Reason
from models.encoding import Matrix


class Cause(NamedTuple):
    """One code a denial of the line would likely carry; `probability` is given that the line is denied."""

    carc: str
    probability: float
    reason: Reason


@dataclass(frozen=True)
class CauseModel:
    """A multiclass booster over Reasons (None: `prior` for every line) and the share of each CARC within a Reason."""

    reasons: tuple[Reason, ...] = ()
    prior: tuple[float, ...] = ()
    carcs: Mapping[Reason, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    booster: lightgbm.Booster | None = None

    def reason_probabilities(self, matrix: Matrix) -> Matrix:
        """One line a row, one column a Reason, adding up to 1."""
        if self.booster is None:
            return np.tile(np.asarray(self.prior, dtype=np.float64), (len(matrix), 1))
        return np.asarray(self.booster.predict(matrix, num_threads=1), dtype=np.float64)

    def rank(self, matrix: Matrix, most: int = 5) -> tuple[tuple[Cause, ...], ...]:
        """The likeliest CARCs of each row, likeliest first; a code that two Reasons share adds up under the larger."""
        if not self.reasons:
            return tuple(() for _ in range(len(matrix)))
        return tuple(self._ranked(p, most) for p in self.reason_probabilities(matrix))

    def _ranked(self, reasons: Matrix, most: int) -> tuple[Cause, ...]:
        parts: dict[str, list[tuple[float, Reason]]] = defaultdict(list)
        for reason, p in zip(self.reasons, reasons, strict=True):
            for carc, share in self.carcs.get(reason, ()):
                parts[carc].append((float(p) * share, reason))
        causes = [Cause(carc, sum(p for p, _ in of_carc), max(of_carc)[1]) for carc, of_carc in parts.items()]
        return tuple(sorted(causes, key=lambda c: (-c.probability, c.carc))[:most])
