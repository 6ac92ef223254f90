"""What the plots of an evaluation show: numbers only, no line of a claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import precision_recall_curve

from training.evaluate import Scored, claims_denied, first_lines
from training.metrics import LEAST_LINES_OF_A_PAYER, Ranking, Vector, bin_starts

POINTS = 200  # of a curve of precision and recall
CLAIM_BINS, LINE_BINS, PAYER_BINS = 10, 10, 5


@dataclass(frozen=True)
class Reliability:
    """Groups of about equally many lines (or claims) by risk: what was said, and what came."""

    said: Vector
    came: Vector
    count: Vector

    @classmethod
    def of(cls, denied: Vector, risk: Vector, bins: int) -> Reliability:
        """Group by risk, lowest first."""
        ranking = Ranking.of(risk)
        starts = bin_starts(ranking, bins)
        count = np.diff(np.append(starts, len(risk))).astype(np.float64)
        said, came = (np.add.reduceat(values[ranking.order], starts) / count for values in (risk, denied))
        return cls(said[::-1], came[::-1], count[::-1])


@dataclass(frozen=True)
class Curves:
    """Precision over recall of each way of scoring, and calibration overall, of claims and by payer."""

    recall: Mapping[str, Vector]
    precision: Mapping[str, Vector]
    lines: Reliability
    claims: Reliability
    payers: Mapping[str, Reliability]


def curves(s: Scored) -> Curves:
    """The curves of a window."""
    recall, precision = {}, {}
    for name, risk in {"model": s.risk, **s.others}.items():
        recall[name], precision[name] = _precision_over_recall(s.denied, risk)
    payers = {
        str(payer): Reliability.of(s.denied[of], s.risk[of], PAYER_BINS)
        for payer in np.unique(s.payers)
        if (of := s.payers == payer).sum() >= LEAST_LINES_OF_A_PAYER
    }
    of_claims = Reliability.of(claims_denied(s), s.claim_risk[first_lines(s.claims)], CLAIM_BINS)
    return Curves(recall, precision, Reliability.of(s.denied, s.risk, LINE_BINS), of_claims, payers)


def _precision_over_recall(denied: Vector, risk: Vector) -> tuple[Vector, Vector]:
    """The curve at evenly spread recalls: at each the precision of the first threshold that reaches it."""
    if not denied.any():
        return np.empty(0), np.empty(0)
    precision, recall, _ = precision_recall_curve(denied, risk)
    rising = recall[::-1]
    wanted = np.linspace(0, 1, POINTS + 1)[1:]
    return wanted, precision[::-1][np.minimum(np.searchsorted(rising, wanted), len(rising) - 1)]
