"""What a ranking is worth to the person who works it: what is caught at a capacity, and net dollars by share worked.

The unit worked is the claim. None of the values of `Effort` is a fact about a practice: they are our own assumptions,
said as such wherever a figure rests on them, and each has an option on the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scrubber.registry import Severity
from training.evaluate import Scored, claims_denied, finite, first_lines
from training.intervals import Draws, Figures, measured
from training.metrics import SHARES, Vector, Weights

MODEL, RULES, CHARGE, NO_ORDER = "model", "rules alone", "largest charge first", "no order"
POINTS = 101  # of the cost curve


@dataclass(frozen=True)
class Effort:
    """What working a claim costs and what a prevented denial saves: assumptions of ours, to be replaced by one's own.

    A denial that is prevented saves its rework, and the part of the denied charge that would have been lost for good:
    payers allow less than is charged, and most denied claims are paid after rework, so that part is small.
    """

    minutes_per_claim: float = 6.0  # to look at a flagged claim and mend it before it goes out
    hourly_cost: float = 30.0  # of the person who does, in dollars, with what comes on top of wages
    rework_cost: float = 25.0  # of one denied claim, in dollars: finding out why, correcting, sending, appealing
    lost_share: float = 0.20  # of a denied dollar charged, what is never paid in the end
    fixable: float = 0.50  # of the denials foreseen, those that can be prevented before the claim goes out

    @property
    def cost(self) -> float:
        """Dollars to work one claim."""
        return self.minutes_per_claim / 60 * self.hourly_cost


@dataclass(frozen=True)
class Caught:
    """What working some claims first would have caught; `figures` have intervals."""

    way: str  # MODEL, RULES or CHARGE
    capacity: str  # in words
    claims: int
    lines: int
    figures: Mapping[str, float]  # precision, denials (share), dollars (share), dollars_caught, net

    def json(self) -> dict[str, object]:
        """The row as plain JSON values."""
        about = {"way": self.way, "capacity": self.capacity, "claims": self.claims, "lines": self.lines}
        return {**about, "figures": dict(self.figures)}


@dataclass(frozen=True)
class Worth:
    """The claims of a window as work: the table of what is caught, and the curve of net dollars by share worked."""

    effort: Effort
    claims: int
    denied_claims: int
    denied_lines: int
    denied_dollars: float
    caught: tuple[Caught, ...]
    shares: Vector
    curves: Mapping[str, Vector]
    best_share: float  # of the model's curve, in hindsight
    best_net: float

    def json(self) -> dict[str, object]:
        """The worth as plain JSON values."""
        return {
            "assumptions": {name: getattr(self.effort, name) for name in Effort.__dataclass_fields__},
            "claims": self.claims, "denied_claims": self.denied_claims, "denied_lines": self.denied_lines,
            "denied_dollars": round(self.denied_dollars, 2), "caught": [row.json() for row in self.caught],
            "best_share": self.best_share, "best_net": round(self.best_net, 2),
        }  # fmt: skip


@dataclass(frozen=True)
class Claims:
    """The claims of a window, a value each."""

    denied: Vector
    risk: Vector
    expected: Vector  # risk x charge, over its lines
    charge: Vector
    lost: Vector
    lines: Vector
    denied_lines: Vector
    worst: Vector
    patients: NDArray[np.intp]

    @classmethod
    def of(cls, s: Scored) -> Claims:
        """Add up the lines."""
        first = first_lines(s.claims)
        worst = np.zeros(len(first))
        np.maximum.at(worst, s.claims, s.worst_rule)
        return cls(
            denied=claims_denied(s),
            risk=s.claim_risk[first],
            expected=_summed(s, s.risk * s.charge),
            charge=_summed(s, s.charge),
            lost=_summed(s, s.lost),
            lines=np.bincount(s.claims).astype(np.float64),
            denied_lines=_summed(s, s.denied),
            worst=worst,
            patients=pd.factorize(s.patients[first])[0],
        )


def _summed(s: Scored, values: Vector) -> Vector:
    return np.asarray(np.bincount(s.claims, values), dtype=np.float64)


def worth(s: Scored, effort: Effort, seed: int) -> Worth:
    """What the model and the rules alone would have caught, and what that is worth under the assumptions."""
    claims = Claims.of(s)
    gain = expected_gain(claims, effort)
    orders = {
        MODEL: np.argsort(-gain, kind="stable"),
        RULES: np.lexsort((-claims.charge, -claims.worst)),
        CHARGE: np.argsort(-claims.charge, kind="stable"),  # what a person does who has neither
    }
    net = net_dollars(claims, effort)
    draws = Draws.of(claims.patients, seed=seed)
    rows = []
    for way, order in orders.items():
        for share in SHARES:
            top = order[: max(round(share / 100 * len(order)), 1)]
            rows.append(_caught(claims, net, draws, way, f"the first {share} % of claims", top))
    rows.append(_caught(claims, net, draws, MODEL, "expected gain above its cost", np.flatnonzero(gain > effort.cost)))
    flagged = np.flatnonzero(claims.worst >= Severity.DENY)
    rows.append(_caught(claims, net, draws, RULES, "a finding that says deny or reject", flagged))
    rows.sort(key=lambda row: list(orders).index(row.way))
    shares = np.linspace(0, 1, POINTS)
    curves = {way: _curve(net[order], shares) for way, order in orders.items()}
    curves[NO_ORDER] = shares * net.sum()
    best = int(np.argmax(curves[MODEL]))
    return Worth(
        effort, len(net), int(claims.denied.sum()), int(claims.denied_lines.sum()), float(claims.lost.sum()),
        tuple(rows), shares, curves, float(shares[best]), float(curves[MODEL][best]),
    )  # fmt: skip


def expected_gain(claims: Claims, effort: Effort) -> Vector:
    """What working each claim is expected to save: known before it is sent, and what the list is sorted by.

    Where risks are calibrated, working a claim pays when this exceeds its cost; no threshold needs to be fitted.
    """
    return effort.fixable * (claims.risk * effort.rework_cost + effort.lost_share * claims.expected)


def net_dollars(claims: Claims, effort: Effort) -> Vector:
    """What working each claim would have saved, knowing how it ended, less its cost."""
    return effort.fixable * (claims.denied * effort.rework_cost + effort.lost_share * claims.lost) - effort.cost


def _caught(claims: Claims, net: Vector, draws: Draws, way: str, capacity: str, worked: NDArray[np.intp]) -> Caught:
    chosen = np.zeros(len(net))
    chosen[worked] = 1.0

    def compute(weights: Weights) -> Figures:
        at = weights * chosen
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                "precision": at @ claims.denied / at.sum(axis=1),
                "denials": at @ claims.denied_lines / (weights @ claims.denied_lines),
                "dollars": at @ claims.lost / (weights @ claims.lost),
                "lines_caught": at @ claims.denied_lines,
                "dollars_caught": at @ claims.lost,
                "net": at @ net,
            }

    found = finite(measured(draws, claims.patients, compute).flat())
    return Caught(way, capacity, len(worked), int(claims.lines[worked].sum()), found)


def _curve(net: Vector, shares: Vector) -> Vector:
    """The sum of the first `shares` of the values."""
    so_far = np.concatenate([[0.0], np.cumsum(net)])
    return np.asarray(so_far[np.round(shares * len(net)).astype(int)])
