"""How much of what can be achieved a model achieves: only on simulated claims, where the true chance is on file.

The simulator writes two chances for each line: `p_denied`, from all the payer will look at (the medical record, a
lapsed cover), and `p_shown`, from what can be known from the claim and the past before it is sent. No model can beat
the second by skill; the first is out of reach of any.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training import metrics

COLUMNS = ["claim_id", "submitted_on", "line", "p_denied", "p_shown"]
KEY = ["claim_id", "submitted", "line"]


def truth_metrics(lines: pd.DataFrame, risk: NDArray[np.float64], path: Path) -> dict[str, float]:
    """PR-AUC of the true chances, and the model's share of the way from the base rate to them.

    Lines are matched by claim, day and line number; those that match none or several are left out and counted.
    """
    true = pd.read_parquet(path, columns=COLUMNS).rename(columns={"submitted_on": "submitted"})
    true["submitted"] = pd.to_datetime(true["submitted"])
    true = true.drop_duplicates(KEY, keep=False)
    asked = lines[[*KEY, "denied"]].assign(risk=risk, submitted=pd.to_datetime(lines["submitted"]))
    found = asked.merge(true, on=KEY, how="inner")
    if found.empty:
        return {"truth.matched": 0.0}
    denied = found["denied"].to_numpy(dtype=np.float64)
    base, model = float(denied.mean()), metrics.pr_auc(denied, found["risk"].to_numpy())
    out = {"truth.matched": len(found) / len(lines), "truth.pr_auc_of_model": model}
    for name, column in (("shown", "p_shown"), ("full", "p_denied")):
        best = metrics.pr_auc(denied, found[column].to_numpy())
        out[f"truth.{name}.pr_auc"] = best
        out[f"truth.{name}.roc_auc"] = metrics.roc_auc(denied, found[column].to_numpy())
        out[f"truth.{name}.share_attained"] = (model - base) / (best - base)
    return out
