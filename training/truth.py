"""How much of what can be achieved a model achieves: only on simulated claims, where the true chance is on file.

The simulator writes two chances for each line: `p_denied`, from all the payer will look at (the medical record, a
lapsed cover), and `p_shown`, from what can be known from the claim and the past before it is sent. No model can beat
the second by skill; the first is out of reach of any.

It also writes what really sank a line, and `root`: the Reasons a person would have to look at to foresee it. Fidelity
asks whether the explanation of a denied line, the very one that serving gives, names one of them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from models.denial import DenialModel
from training import metrics
from training.dataset import Dataset
from training.split import Positions

Vector = NDArray[np.float64]

CHANCES = ["p_denied", "p_shown"]
CAUSES = ["mechanism", "visible", "root"]
NAMED = {"submitted_on": "submitted"}
KEY = ["claim_id", "submitted", "line"]
RISKIEST = 0.1
QUIRK = "quirk"  # a habit of a payer: that it is one is all there is to find out
FIRST = (1, 3)


def truth_metrics(lines: pd.DataFrame, risk: Vector, path: Path, *, seed: int = 1) -> dict[str, float]:
    """PR-AUC of the true chances, and the model's share of the way from the base rate to them.

    Lines are matched by claim, day and line number; those that match none or several are left out and counted. The
    share of the shown chance has an interval by patient.
    """
    found = _beside(lines[[*KEY, "denied", "patient"]].assign(risk=risk), path, CHANCES)
    if found.empty:
        return {"truth.matched": 0.0}
    denied, modelled = found["denied"].to_numpy(dtype=np.float64), found["risk"].to_numpy(dtype=np.float64)
    out = {"truth.matched": len(found) / len(lines), "truth.pr_auc_of_model": metrics.pr_auc(denied, modelled)}
    for name, column in (("shown", "p_shown"), ("full", "p_denied")):
        true = found[column].to_numpy(dtype=np.float64)
        out[f"truth.{name}.pr_auc"] = metrics.pr_auc(denied, true)
        out[f"truth.{name}.roc_auc"] = metrics.roc_auc(denied, true)
        out[f"truth.{name}.share_attained"] = share_attained(denied, np.column_stack([modelled, true]))
    both = found[["risk", "p_shown"]].to_numpy(dtype=np.float64)
    low, high = metrics.interval(share_attained, denied, both, _numbered(found), seed=seed)
    return out | {"truth.shown.share_attained_low": low, "truth.shown.share_attained_high": high}


def share_attained(denied: Vector, modelled_and_true: Vector, weight: Vector | None = None) -> float:
    """How far a model (first column) gets from the base rate to a true chance (second column), in PR-AUC."""
    base = float(np.average(denied, weights=weight))
    model, best = (metrics.pr_auc(denied, modelled_and_true[:, column], weight) for column in (0, 1))
    return (model - base) / (best - base) if best > base else float("nan")


def fidelity_metrics(
    model: DenialModel, dataset: Dataset, positions: Positions, risk: Vector, path: Path, *, seed: int = 1
) -> dict[str, float]:
    """Of the denied lines in the riskiest tenth: how often the explanation's first Reasons name the planted cause.

    `truth.fidelity` is of causes that show in the claim or the past, `without_quirks` leaves out the payers' habits,
    `invisible` is of causes that do not show (no explanation can be blamed for those). Nothing for a truth file that
    does not name the causes.
    """
    if not set(CAUSES) <= set(pq.read_schema(path).names):
        return {}
    lines = dataset.lines.iloc[positions]
    riskiest = risk >= np.quantile(risk, 1 - RISKIEST)
    asked = lines[[*KEY, "patient"]].assign(position=positions)[riskiest & lines["denied"].to_numpy(dtype=bool)]
    found = _beside(asked, path, CAUSES)
    found = found[found["root"].fillna("") != ""]
    ranked = _ranked_reasons(model, dataset, found["position"].to_numpy(dtype=np.intp))
    roots = [set(root.split()) for root in found["root"]]
    for first in FIRST:
        named = [bool(root & set(reasons[:first])) for root, reasons in zip(roots, ranked, strict=True)]
        found[f"top_{first}"] = np.array(named, dtype=np.float64)
    visible = found["visible"].to_numpy(dtype=bool)
    return (
        _shares("truth.fidelity", found[visible], seed)
        | _shares("truth.fidelity.without_quirks", found[visible & (found["mechanism"] != QUIRK)], seed)
        | _shares("truth.fidelity.invisible", found[~visible], seed)
    )


def _beside(asked: pd.DataFrame, path: Path, columns: list[str]) -> pd.DataFrame:
    """The lines asked about with what the truth says of them, where it says it of one line alone."""
    true = pd.read_parquet(path, columns=["claim_id", "submitted_on", "line", *columns]).rename(columns=NAMED)
    true["submitted"] = pd.to_datetime(true["submitted"])
    true = true.drop_duplicates(KEY, keep=False)
    return asked.assign(submitted=pd.to_datetime(asked["submitted"])).merge(true, on=KEY, how="inner")


def _ranked_reasons(model: DenialModel, dataset: Dataset, positions: Positions) -> list[list[str]]:
    """The Reasons of each line as its explanation lists them, strongest first, without those that speak for it."""
    told = model.explain(list(dataset.rows(positions)))
    return [[share.reason.value for share in one.reasons if share.log_odds > 0] for one in told]


def _numbered(found: pd.DataFrame) -> NDArray[np.intp]:
    return np.asarray(pd.factorize(found["patient"])[0], dtype=np.intp)


def _shares(name: str, found: pd.DataFrame, seed: int) -> dict[str, float]:
    """Both shares with their intervals by patient, and of how many lines."""
    out = {f"{name}.lines": float(len(found))}
    if found.empty:
        return out
    for first in FIRST:
        named = found[f"top_{first}"].to_numpy(dtype=np.float64)
        low, high = metrics.interval(_share, named, named, _numbered(found), seed=seed)
        out |= {f"{name}.top_{first}": float(named.mean()), f"{name}.top_{first}_low": low}
        out[f"{name}.top_{first}_high"] = high
    return out


def _share(named: Vector, _: Vector, weight: Vector) -> float:
    return float(np.average(named, weights=weight))
