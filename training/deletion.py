"""Does an explanation name what the model rests on? Take the Reason it names away, and see how the risk falls.

For each line its strongest Reason's features are set to what is typical, then, as yardsticks, those of the Reason named
next and those of another of its Reasons drawn by chance. A Reason that carries the risk takes more of it along than any
other. This tests the explanation, not the world: that a Reason carries the risk does not make it the cause of a denial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from claims.reasons import Reason
from features.registry import FEATURES, Row
from models.calibration import probability
from models.denial import DenialModel
from training.dataset import Dataset, row_dicts
from training.split import Positions
from training.track import typical_rows

SHARE = 0.1  # of the lines: those with the highest risk, which are the ones that get explained
MOST_LINES = 2000
OF = {reason: [name for name, f in FEATURES.items() if f.reason is reason] for reason in Reason}


def deletion_metrics(model: DenialModel, dataset: Dataset, positions: Positions, seed: int) -> dict[str, float]:
    """Over the riskiest tenth of the lines: the mean fall of the log-odds and of the risk, and how often it is larger.

    Nothing where no such line has two Reasons with a part in its risk.
    """
    riskiest = _riskiest(model, dataset, positions)
    rows = list(dataset.rows(riskiest))
    (typical,) = row_dicts(typical_rows(dataset.features.iloc[positions]))
    rng = np.random.default_rng(seed)
    tried: dict[str, list[Row]] = {"whole": [], "strongest": [], "next": [], "random": []}
    for row, explanation in zip(rows, model.explain(rows), strict=True):
        reasons = [share.reason for share in explanation.reasons]
        if len(reasons) < 2 or explanation.reasons[0].log_odds <= 0:
            continue
        drawn = reasons[int(rng.integers(1, len(reasons)))]
        tried["whole"].append(row)
        for which, reason in (("strongest", reasons[0]), ("next", reasons[1]), ("random", drawn)):
            tried[which].append(without(row, reason, typical))
    if not tried["whole"]:
        return {}
    log_odds = {which: _log_odds(model, of) for which, of in tried.items()}
    before = log_odds.pop("whole")
    figures = {"deletion.lines": float(len(before))}
    for which, after in log_odds.items():
        figures[f"deletion.{which}_log_odds"] = float(np.mean(before - after))
        figures[f"deletion.{which}_risk"] = float(np.mean(probability(before) - probability(after)))
    figures["deletion.strongest_wins"] = float(np.mean(log_odds["strongest"] < log_odds["random"]))
    return figures


def without(row: Row, reason: Reason, typical: Mapping[str, float | str]) -> Row:
    """The row with the features of a Reason as they typically are."""
    return {**row, **{name: typical[name] for name in OF[reason]}}


def _riskiest(model: DenialModel, dataset: Dataset, positions: Positions) -> Positions:
    risks = model.line_log_odds(dataset.matrix(model.encoder, positions))
    count = min(MOST_LINES, max(1, int(SHARE * len(positions))))
    return positions[np.argsort(-risks, kind="stable")[:count]]


def _log_odds(model: DenialModel, rows: Sequence[Row]) -> NDArray[np.float64]:
    return model.line_log_odds(model.encoder.matrix(rows)[0])
