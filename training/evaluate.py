"""The report on a model: how it ranks, how far it can be believed, what it is worth in dollars, and against whom."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.calibration import probability
from models.denial import DenialModel
from training import metrics
from training.baselines import baselines
from training.calibrate import claim_table
from training.dataset import Dataset
from training.split import Positions

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Scored:
    """The model's answers on a window, beside what happened."""

    denied: Vector
    risk: Vector
    log_odds: Vector
    charge: Vector
    lost: Vector
    reduced: Vector
    claims: NDArray[np.intp]
    patients: NDArray[np.intp]
    payers: NDArray[np.str_]


def score(model: DenialModel, dataset: Dataset, positions: Positions) -> Scored:
    """Ask the model about every line at `positions`."""
    log_odds = model.line_log_odds(dataset.matrix(model.encoder, positions))
    return Scored(
        denied=dataset.column("denied", positions).astype(np.float64),
        risk=probability(log_odds),
        log_odds=log_odds,
        charge=dataset.column("charge", positions),
        lost=dataset.column("lost", positions),
        reduced=dataset.column("reduced", positions).astype(np.float64),
        claims=pd.factorize(dataset.column("claim", positions))[0],
        patients=pd.factorize(dataset.column("patient", positions))[0],
        payers=dataset.column("payer", positions).astype(str),
    )


def line_metrics(s: Scored, seed: int) -> dict[str, float]:
    """The figures on lines, with intervals by patient for those that decide."""
    out = {
        "lines": float(len(s.denied)),
        "base_rate": float(s.denied.mean()),
        "pr_auc": metrics.pr_auc(s.denied, s.risk),
        "roc_auc": metrics.roc_auc(s.denied, s.risk),
        "brier": metrics.brier(s.denied, s.risk),
        "ece": metrics.expected_calibration_error(s.denied, s.risk),
    }
    measures = {
        "pr_auc": metrics.pr_auc,
        "roc_auc": metrics.roc_auc,
        "brier": metrics.brier,
        "ece": metrics.expected_calibration_error,
    }
    for name, measure in measures.items():
        low, high = metrics.interval(measure, s.denied, s.risk, s.patients, seed=seed)
        out |= {f"{name}_low": low, f"{name}_high": high}
    for precision in (80, 90, 95):
        out[f"recall_at_precision_{precision}"] = metrics.recall_at_precision(s.denied, s.risk, precision / 100)
    for share in (5, 10, 20):
        out[f"dollars_in_top_{share}"] = metrics.share_in_top(s.lost, s.risk * s.charge, share / 100)
    cut = np.maximum(s.denied, s.reduced)  # the second target of the contract: reported, not served
    out |= {"denied_or_reduced.base_rate": float(cut.mean()), "denied_or_reduced.pr_auc": metrics.pr_auc(cut, s.risk)}
    payers = metrics.by_payer(s.denied, s.risk, s.payers)
    out |= {f"ece_payer.{payer}": error for payer, error in payers.items()}
    out["ece_payer_worst"] = max(payers.values(), default=math.nan)
    return out


def claim_metrics(model: DenialModel, s: Scored) -> dict[str, float]:
    """The figures on claims: denied when any of its labelled lines is."""
    _, denied = claim_table(s.log_odds, s.denied, s.claims)
    parts = np.split(s.log_odds[np.argsort(s.claims, kind="stable")], np.cumsum(np.bincount(s.claims))[:-1])
    risk = probability(np.array([model.claim_map.log_odds(part) for part in parts]))
    return {
        "claim.count": float(len(denied)),
        "claim.base_rate": float(denied.mean()),
        "claim.pr_auc": metrics.pr_auc(denied, risk),
        "claim.brier": metrics.brier(denied, risk),
        "claim.ece": metrics.expected_calibration_error(denied, risk),
    }


def cause_metrics(model: DenialModel, dataset: Dataset, positions: Positions) -> dict[str, float]:
    """On denied lines: how often the true CARC and the true Reason are the first, or among the first three."""
    denied = positions[dataset.column("denied", positions).astype(bool)]
    if not model.causes.pairs or not len(denied):
        return {}
    matrix = dataset.matrix(model.encoder, denied)
    carcs = [[cause.carc for cause in ranked] for ranked in model.causes.rank(matrix)]
    reasons: list[list[str]] = [list(ranked) for ranked in model.causes.rank_reasons(matrix)]
    true_carcs = [of[0] if of else "" for of in dataset.column("carcs", denied)]
    true_reasons = dataset.column("reason", denied).tolist()
    return {
        "carc.top_1": metrics.top_k(carcs, true_carcs, 1),
        "carc.top_3": metrics.top_k(carcs, true_carcs, 3),
        "reason.top_1": metrics.top_k(reasons, true_reasons, 1),
        "reason.top_3": metrics.top_k(reasons, true_reasons, 3),
    }


def baseline_metrics(dataset: Dataset, train: Positions, test: Positions, s: Scored) -> dict[str, float]:
    """What simpler ways reach on the same test lines."""
    out = {}
    for name, risk in baselines(dataset, train, test).items():
        out[f"baseline.{name}.pr_auc"] = metrics.pr_auc(s.denied, risk)
        out[f"baseline.{name}.roc_auc"] = metrics.roc_auc(s.denied, risk)
        out[f"baseline.{name}.recall_at_precision_90"] = metrics.recall_at_precision(s.denied, risk, 0.9)
        if name != "rules_alone":
            out[f"baseline.{name}.brier"] = metrics.brier(s.denied, risk)
            out[f"baseline.{name}.ece"] = metrics.expected_calibration_error(s.denied, risk)
        by = risk * s.charge
        out[f"baseline.{name}.dollars_in_top_10"] = metrics.share_in_top(s.lost, by, 0.1)
    return out


def finite(values: Mapping[str, float]) -> dict[str, float]:
    """Without the figures that have no meaning here (NaN): no such number is stored or shown."""
    return {name: float(value) for name, value in values.items() if math.isfinite(value)}
