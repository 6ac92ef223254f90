"""The figures of a model on a window: how it ranks, how far it can be believed, what it catches, and against whom.

Every figure has an interval by patient, and every comparison an interval of the difference, from the same draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.calibration import probability
from models.denial import DenialModel
from training import metrics
from training.dataset import Dataset
from training.intervals import Draws, Figures, Measured, measured
from training.metrics import Ranking, Weights
from training.split import Positions

Vector = NDArray[np.float64]

NO_PROBABILITY = frozenset({"rules_alone"})  # a severity: it ranks, and says no chance
COMPARED = ("pr_auc", "roc_auc", "recall_at_precision_90", "dollars_in_top_10", "brier", "ece")


@dataclass(frozen=True)
class Scored:
    """The model's answers on a window, beside what happened; a value a line in each.

    `others` are the scores of the baselines, `hits` whether the true CARC or Reason was among the first (NaN where the
    line was not denied), `groups` the words by which lines are grouped for a table; `claims` and `patients` are
    numbers.
    """

    positions: Positions
    denied: Vector
    risk: Vector
    log_odds: Vector
    charge: Vector
    lost: Vector
    reduced: Vector
    worst_rule: Vector
    claims: NDArray[np.intp]
    patients: NDArray[np.intp]
    payers: NDArray[np.str_]
    claim_risk: Vector
    groups: Mapping[str, NDArray[np.str_]]
    hits: Mapping[str, Vector] = field(default_factory=dict)
    others: Mapping[str, Vector] = field(default_factory=dict)


def score(model: DenialModel, dataset: Dataset, positions: Positions) -> Scored:
    """Ask the model about every line at `positions`."""
    matrix = dataset.matrix(model.encoder, positions)
    log_odds = model.line_log_odds(matrix)
    claims = pd.factorize(dataset.column("claim", positions))[0]
    payers = dataset.column("payer", positions).astype(str)
    return Scored(
        positions=positions,
        denied=dataset.column("denied", positions).astype(np.float64),
        risk=probability(log_odds),
        log_odds=log_odds,
        charge=dataset.column("charge", positions),
        lost=dataset.column("lost", positions),
        reduced=dataset.column("reduced", positions).astype(np.float64),
        worst_rule=dataset.column("worst_rule", positions).astype(np.float64),
        claims=claims,
        patients=dataset.column("patient", positions).astype(np.intp),
        payers=payers,
        claim_risk=_claim_risk(model, log_odds, claims)[claims],
        groups={
            "payer": payers,
            "procedure family": _words(dataset.features, "code_family", positions),
            "payer type": _words(dataset.features, "payer_type", positions),
            "age band": _words(dataset.lines, "age_band", positions),
            "sex": _words(dataset.lines, "sex", positions),
        },
        hits=_hits(model, dataset, positions, matrix),
    )


def together(parts: Sequence[Scored]) -> Scored:
    """The answers of several windows as one; a claim is in one window only."""
    joined: dict[str, Any] = {}
    first, offset, claims = parts[0], 0, []
    for part in parts:
        claims.append(part.claims + offset)
        offset += int(part.claims.max()) + 1
    for f in fields(Scored):
        of = [getattr(part, f.name) for part in parts]
        if isinstance(of[0], Mapping):
            shared = [key for key in of[0] if all(key in one for one in of)]
            joined[f.name] = {key: np.concatenate([one[key] for one in of]) for key in shared}
        else:
            joined[f.name] = np.concatenate(of)
    return replace(first, **{**joined, "claims": np.concatenate(claims)})


def figures(s: Scored, seed: int) -> dict[str, float]:
    """All figures of a window, each with `_low` and `_high`; `over.X.` are the differences to the baseline X."""
    patients = pd.factorize(s.patients)[0]
    draws = Draws.of(patients, seed=seed)
    model = measured(draws, patients, _Scoring(s, s.risk).figures)
    out = {"lines": float(len(s.denied)), "patients": float(patients.max() + 1), "denied": float(s.denied.sum())}
    out |= model.flat() | {"base_rate": float(s.denied.mean()), "ece_by_chance": error_by_chance(s.risk, 10, seed)}
    out |= claim_figures(s, draws, patients) | _cause_figures(s, draws, patients)
    out |= payer_errors(s, draws, patients)
    for name, risk in s.others.items():
        other = measured(draws, patients, _Scoring(s, risk, name not in NO_PROBABILITY).figures)
        out |= other.flat(f"baseline.{name}.")
        difference = model.over(other)
        out |= Measured({n: difference.values[n] for n in COMPARED if n in difference.values}, difference.drawn).flat(
            f"over.{name}."
        )
    cut = np.maximum(s.denied, s.reduced)  # the second target of the contract: reported, not served
    out |= {"denied_or_reduced.base_rate": float(cut.mean()), "denied_or_reduced.pr_auc": metrics.pr_auc(cut, s.risk)}
    return finite(out)


class _Scoring:
    """One way of scoring the lines of a window, ordered once for all draws."""

    def __init__(self, s: Scored, risk: Vector, probabilities: bool = True) -> None:
        self.s, self.risk, self.probabilities = s, risk, probabilities
        self.by_risk, self.by_dollars = Ranking.of(risk), Ranking.of(risk * s.charge)

    def figures(self, weights: Weights) -> Figures:
        s = self.s
        ranked = self.by_risk.take(weights)
        wanted = {f"recall_at_precision_{p}": p / 100 for p in metrics.PRECISIONS}
        out = metrics.rank_figures(self.by_risk, ranked, s.denied, wanted)
        shares = [share / 100 for share in metrics.SHARES]
        dollars = metrics.shares_in_top(self.by_dollars, self.by_dollars.take(weights), s.lost, shares)
        out |= {f"dollars_in_top_{share}": dollars[:, i] for i, share in enumerate(metrics.SHARES)}
        if self.probabilities:
            out["brier"] = weights @ (s.denied - self.risk) ** 2 / weights.sum(axis=1)
            out["ece"] = metrics.calibration_errors(self.by_risk, ranked, s.denied, self.risk, bins=10)
        return out


def claim_figures(s: Scored, draws: Draws, patients: NDArray[np.intp]) -> dict[str, float]:
    """The figures on claims: denied when any of its labelled lines is."""
    first = first_lines(s.claims)
    denied, risk = claims_denied(s), s.claim_risk[first]
    ranking = Ranking.of(risk)

    def compute(weights: Weights) -> Figures:
        ranked = ranking.take(weights)
        areas = metrics.rank_figures(ranking, ranked, denied, {})
        return {
            **areas,
            "brier": weights @ (denied - risk) ** 2 / weights.sum(axis=1),
            "ece": metrics.calibration_errors(ranking, ranked, denied, risk, bins=10),
        }

    of = measured(draws, patients[first], compute).flat("claim.")
    return {"claim.count": float(len(denied)), "claim.base_rate": float(denied.mean())} | of


def _cause_figures(s: Scored, draws: Draws, patients: NDArray[np.intp]) -> dict[str, float]:
    """On denied lines: how often the true CARC and the true Reason are the first, or among the first three."""
    known = s.denied > 0
    if not s.hits or not known.any():
        return {}

    def compute(weights: Weights) -> Figures:
        with np.errstate(divide="ignore", invalid="ignore"):
            return {name: weights @ s.hits[name][known] / weights.sum(axis=1) for name in s.hits}

    return measured(draws, patients[known], compute).flat()


def payer_errors(s: Scored, draws: Draws, patients: NDArray[np.intp]) -> dict[str, float]:
    """The calibration error of each payer with enough lines to say, and the worst of them."""
    out: dict[str, float] = {}
    worst = math.nan
    for payer in np.unique(s.payers):
        of = np.flatnonzero(s.payers == payer)
        if len(of) < metrics.LEAST_LINES_OF_A_PAYER:
            continue
        found = measured(draws, patients[of], calibration_of(s.denied[of], s.risk[of], bins=5)).flat()
        out |= {name.replace("ece", f"ece_payer.{payer}", 1): value for name, value in found.items()}
        worst = float(np.nanmax([worst, found["ece"]]))
    return out | {"ece_payer_worst": worst}


def calibration_of(denied: Vector, risk: Vector, bins: int) -> Any:
    """The calibration error alone, to be measured."""
    ranking = Ranking.of(risk)
    return lambda weights: {"ece": metrics.calibration_errors(ranking, ranking.take(weights), denied, risk, bins=bins)}


def error_by_chance(risk: Vector, bins: int, seed: int, draws: int = 100) -> float:
    """The calibration error that risks would show on so many lines though every one of them were exact."""
    rng = np.random.default_rng(seed)
    ranking, ones = Ranking.of(risk), np.ones((1, len(risk)))
    errors = [
        metrics.calibration_errors(ranking, ones, (rng.random(len(risk)) < risk).astype(np.float64), risk, bins)[0]
        for _ in range(draws)
    ]
    return float(np.mean(errors))


def first_lines(claims: NDArray[np.intp]) -> NDArray[np.intp]:
    """The place of each claim's first line, in order of the claims' numbers."""
    return np.unique(claims, return_index=True)[1]


def claims_denied(s: Scored) -> Vector:
    """For each claim, in order of its number, 1 where any of its lines was denied."""
    return (np.bincount(s.claims, s.denied) > 0).astype(np.float64)


def finite(values: Mapping[str, float]) -> dict[str, float]:
    """Without the figures that have no meaning here (NaN): no such number is stored or shown."""
    return {name: float(value) for name, value in values.items() if math.isfinite(value)}


def _claim_risk(model: DenialModel, log_odds: Vector, claims: NDArray[np.intp]) -> Vector:
    parts = np.split(log_odds[np.argsort(claims, kind="stable")], np.cumsum(np.bincount(claims))[:-1])
    return probability(np.array([model.claim_map.log_odds(part) for part in parts]))


def _hits(model: DenialModel, dataset: Dataset, positions: Positions, matrix: NDArray[np.float64]) -> dict[str, Vector]:
    denied = dataset.column("denied", positions).astype(bool)
    if not model.causes.pairs or not denied.any():
        return {}
    carcs = [[cause.carc for cause in ranked] for ranked in model.causes.rank(matrix[denied])]
    reasons: list[list[str]] = [list(ranked) for ranked in model.causes.rank_reasons(matrix[denied])]
    true_carcs = [of[0] if of else "" for of in dataset.column("carcs", positions[denied])]
    true_reasons = dataset.column("reason", positions[denied]).tolist()
    out = {}
    for name, ranked, truth in (("carc", carcs, true_carcs), ("reason", reasons, true_reasons)):
        for k in (1, 3):
            out[f"{name}.top_{k}"] = np.full(len(denied), math.nan)
            out[f"{name}.top_{k}"][denied] = metrics.hits_of(ranked, truth, k)
    return out


def _words(frame: pd.DataFrame, column: str, positions: Positions) -> NDArray[np.str_]:
    words = frame[column].to_numpy()[positions].astype(str)
    return np.where(words == "", "unknown", words)
