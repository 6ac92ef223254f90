"""The denial model: what it predicts of a claim's lines, and why, adding up to the prediction."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from claims.reasons import Reason
from features.registry import FEATURES, Row
from models.abstaining import OwnDecisions, abstentions
from models.band import Band, Pair
from models.calibration import Calibration, ClaimMap, Vector, probability
from models.card import ModelCard
from models.causes import Cause, CauseModel
from models.encoding import Encoder, Matrix
from models.few_rows import Asked, FewRows
from models.past_lines import NOT_SET_UP, Leaves, PastLines, Similar
from past.payer import PayerPast

_new = tuple.__new__


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer for one claim; `risks`, `log_odds` and `causes` have one entry a row, in the rows' order.

    `risks` are calibrated probabilities. `claim_risk` is the chance that any line is denied, None for a claim without
    lines. `abstained` says in words why the numbers must not be relied on yet; empty when they may. `unseen` counts the
    rows whose payer, code ... training never met, by column. `bands` say how sure the calibration window lets us be of
    each risk (`models.band`), and hold it; empty where the model came without.
    """

    risks: tuple[float, ...]
    log_odds: tuple[float, ...]
    claim_risk: float | None
    claim_log_odds: float | None
    causes: tuple[tuple[Cause, ...], ...]
    abstained: tuple[str, ...] = ()
    unseen: Mapping[str, int] = field(default_factory=dict)
    bands: tuple[Pair, ...] = ()


class FeatureShare(NamedTuple):  # a claim has hundreds; a dataclass takes four times as long to make
    """What one feature's value (None: unknown) adds to the log-odds of denial."""

    name: str
    value: float | str | None
    log_odds: float


class ReasonShare(NamedTuple):
    """What a Reason adds to the log-odds: the sum of its features, which come strongest first."""

    reason: Reason
    log_odds: float
    features: tuple[FeatureShare, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a line has its risk: `base` + the sum over `reasons` = `log_odds` of the risk. What raises it comes first."""

    base: float
    log_odds: float
    reasons: tuple[ReasonShare, ...]


@dataclass(frozen=True, eq=False)
class DenialModel:
    """A fitted model. `history` is what was known of payers when it was fitted, for use where there is no store.

    Bundles written before there were bands have no `band`; one loaded from a folder knows its `past_lines`.
    """

    booster: lightgbm.Booster
    encoder: Encoder
    calibration: Calibration
    claim_map: ClaimMap
    causes: CauseModel
    card: ModelCard
    history: PayerPast | None = None
    band: Band | None = None
    past_lines: PastLines | None = None

    def __post_init__(self) -> None:
        self.card.require_same_features(f"model {self.card.name} {self.card.version}")

    @property
    def name(self) -> str:
        """The model's name."""
        return self.card.name

    @property
    def version(self) -> str:
        """The model's version."""
        return self.card.version

    @property
    def simulated(self) -> bool:
        """True when the model was fitted on simulated claims: every surface must say so."""
        return self.card.simulated

    @property
    def recorded(self) -> Mapping[str, str]:
        """The versions of rules, parameters and tables behind the rows it was fitted on."""
        return self.card.recorded

    def predict(self, rows: Sequence[Row], *, own: OwnDecisions | None = None) -> Prediction:
        """The risk of each line of one claim, of the claim, and the likely CARCs.

        `own` is what the practice's store holds; None where there is no store.
        """
        return self.predict_each([rows], own=own)[0]

    def predict_each(
        self, claims: Sequence[Sequence[Row]], *, own: OwnDecisions | None = None, causes: bool = True
    ) -> list[Prediction]:
        """What `predict` says of each claim, all their lines through the booster at once.

        Without `causes` the likely CARCs are left empty: for a claim tried another way only the risk is of interest.
        """
        encoded = [self.encoder.matrix(rows) for rows in claims]
        if not any(claims):
            return self._predictions(encoded, np.empty(0), (), own)
        matrix = np.concatenate([part for part, _ in encoded])
        log_odds = self.line_log_odds(matrix)
        return self._predictions(encoded, log_odds, self.causes.rank(matrix) if causes else (), own)

    def explain(self, rows: Sequence[Row]) -> list[Explanation]:
        """For each row what every Reason adds (TreeSHAP, path-dependent); base + reasons = log-odds of the risk."""
        return self._explanations(rows, self.encoder.matrix(rows)[0])

    def answer(self, rows: Sequence[Row], *, own: OwnDecisions | None = None) -> tuple[Prediction, list[Explanation]]:
        """What `predict` and `explain` say of one claim, its rows encoded once.

        The booster is asked for both in one go, while its trees are still in the processor's cache.
        """
        if not rows:
            return self.predict(rows, own=own), []
        encoded = matrix, _ = self.encoder.matrix(rows)
        log_odds = self.line_log_odds(matrix)
        explanations = self._explanations(rows, matrix)
        (prediction,) = self._predictions([encoded], log_odds, self.causes.rank(matrix), own)
        return prediction, explanations

    def _predictions(
        self,
        encoded: Sequence[tuple[Matrix, Mapping[str, int]]],
        log_odds: Vector,
        ranked: Sequence[tuple[Cause, ...]],
        own: OwnDecisions | None,
    ) -> list[Prediction]:
        """The prediction of each encoded claim; `log_odds` and `ranked` (or nothing) are of all their rows."""
        abstained = abstentions(self.card, own)
        risks = probability(log_odds)
        predictions, end = [], 0
        for part, unseen in encoded:
            lines = slice(end, end := end + len(part))
            claim = self.claim_map.log_odds(log_odds[lines]) if len(part) else None
            of_lines, at = risks[lines].tolist(), log_odds[lines].tolist()
            predictions.append(
                Prediction(
                    risks=tuple(of_lines),
                    log_odds=tuple(at),
                    claim_risk=None if claim is None else float(probability(np.array([claim]))[0]),
                    claim_log_odds=claim,
                    causes=tuple(ranked[lines]) or ((),) * len(part),
                    abstained=abstained,
                    unseen=dict(unseen),
                    bands=self.band.around(of_lines, at) if self.band else (),
                )
            )
        return predictions

    def _explanations(self, rows: Sequence[Row], matrix: Matrix) -> list[Explanation]:
        if not rows:
            return []
        shares = self._few_rows(Asked.CONTRIBUTIONS, matrix) * self.calibration.slope
        shares[:, -1] += self.calibration.intercept
        by_name = self._by_name
        strongest = by_name[np.argsort(-np.abs(shares[:, by_name]), axis=1, kind="stable")]
        parts = zip(rows, shares.tolist(), strongest.tolist(), strict=True)
        return [self._explanation(row, share, order) for row, share, order in parts]

    def line_log_odds(self, matrix: Matrix) -> Vector:
        """The calibrated log-odds of encoded rows."""
        return self.calibration.log_odds(self._few_rows(Asked.LOG_ODDS, matrix))

    def similar(self, rows: Sequence[Row], *, before: date, most: int, besides: str = "") -> list[Similar]:
        """For each row up to `most` denied and as many other past lines of its like, known strictly before a day.

        None of the submission `besides`: a line is no witness of itself.
        """
        if self.past_lines is None:
            return [Similar(why=NOT_SET_UP)] * len(rows)
        leaves = self.leaves(self.encoder.matrix(rows)[0])
        return self.past_lines.like(leaves, before=before, most=most, besides=besides)

    def require_past_lines(self) -> None:
        """Raise BundleBroken where the past lines that came with the model cannot be used; none at all is no fault."""
        if self.past_lines is not None:
            self.past_lines.require()

    def leaves(self, matrix: Matrix) -> Leaves:
        """The leaf each tree puts each of the encoded rows in: one line a row."""
        if not len(matrix):
            return np.empty((0, self.booster.num_trees()), dtype=np.uint16)
        found = self.booster.predict(matrix, pred_leaf=True, num_threads=1)
        return np.asarray(found).reshape(len(matrix), -1).astype(np.uint16)

    @property
    def most_leaves(self) -> int:
        """How many leaves its largest tree has."""
        return max(int(tree["num_leaves"]) for tree in self.booster.dump_model()["tree_info"])

    @cached_property
    def _few_rows(self) -> FewRows:
        return FewRows(self.booster, Asked.LOG_ODDS, Asked.CONTRIBUTIONS)

    @cached_property
    def _by_name(self) -> NDArray[np.intp]:
        """The columns in the order of their names: of two shares as strong the first name comes first."""
        columns = self.encoder.columns
        return np.array(sorted(range(len(columns)), key=columns.__getitem__), dtype=np.intp)

    @cached_property
    def _told(self) -> tuple[tuple[str, Reason], ...]:
        """Name and Reason of each column."""
        return tuple((column, FEATURES[column].reason) for column in self.encoder.columns)

    def _explanation(self, row: Row, shares: Sequence[float], strongest_first: Sequence[int]) -> Explanation:
        members: dict[Reason, list[FeatureShare]] = {}
        told = self._told
        for i in strongest_first:
            share = shares[i]
            if not share:  # a feature no tree asked about says nothing, nor do those after it
                break
            name, reason = told[i]
            value = row[name]
            known = None if value != value or value == "" else value  # noqa: PLR0124  (NaN)
            of = members.get(reason)
            if of is None:
                of = members[reason] = []
            of.append(_new(FeatureShare, (name, known, share)))  # as FeatureShare(...) does, without its Python call
        reasons = [ReasonShare(reason, math.fsum([f[2] for f in of]), tuple(of)) for reason, of in members.items()]
        reasons.sort(key=lambda r: (-r.log_odds, r.reason))
        return Explanation(shares[-1], math.fsum(shares), tuple(reasons))

    def save(self, folder: Path) -> None:
        """Write the bundle: booster and causes as text, the rest as JSON, and a manifest of SHA-256."""
        from models.bundle import save  # noqa: PLC0415  # bundle knows the model, not the other way round

        save(self, folder)

    @classmethod
    def load(cls, folder: Path) -> DenialModel:
        """Read a bundle back, every file verified; raises BundleBroken or FeaturesChanged."""
        from models.bundle import load  # noqa: PLC0415

        return load(folder)
