"""One claim scrubbed, turned into rows and scored: the same steps for the claim as it is and for every remedy tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from claims.claim import ZERO, Claim
from features import rows
from features.registry import Row
from models.abstaining import OwnDecisions
from models.denial import DenialModel, Explanation, Prediction
from past.patient import VOID, PatientPast
from past.payer import PayerPast
from scrubber import scrub
from scrubber.engine import case_of
from scrubber.registry import Case
from scrubber.report import Finding, Report
from scrubber.tables import Tables
from serving.allowed import CENT, expected_allowed
from serving.assessment import AllowedBasis


@dataclass(frozen=True, slots=True)
class Scored:
    """A claim with its findings, its rows and, when there is a model and something to be paid, its prediction."""

    claim: Claim
    report: Report
    rows: Sequence[Row]
    prediction: Prediction | None
    allowed: tuple[tuple[Decimal, AllowedBasis], ...]  # one a line

    @property
    def risk(self) -> float | None:
        """The claim's risk."""
        return self.prediction.claim_risk if self.prediction else None

    def risk_of(self, line: int | None) -> float | None:
        """The risk of a line by its number; the claim's for None and for a line that is not there."""
        if self.prediction:
            for risk, billed in zip(self.prediction.risks, self.claim.lines, strict=True):
                if billed.number == line:
                    return risk
        return self.risk

    @property
    def expected_loss(self) -> Decimal | None:
        """Sum over the lines of risk x expected allowed."""
        if self.prediction is None:
            return None
        pairs = zip(self.prediction.risks, self.allowed, strict=True)
        return sum((Decimal(risk) * amount for risk, (amount, _) in pairs), ZERO).quantize(CENT)

    @property
    def expected_income(self) -> Decimal | None:
        """What the claim is expected to bring in: allowed less the expected loss."""
        loss = self.expected_loss
        return None if loss is None else sum((amount for amount, _ in self.allowed), ZERO) - loss


@dataclass(frozen=True, slots=True)
class Trial:
    """A claim as a remedy would make it, with the rules run on it, on the day it would then be sent."""

    claim: Claim
    report: Report
    as_of: date


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that stays the same while a claim is scored, and scored again with a remedy tried."""

    tables: Tables
    model: DenialModel | None
    patient: PatientPast
    payer: PayerPast
    own: OwnDecisions | None
    as_of: date

    def case(self, claim: Claim) -> Case:
        """The claim as rules look at it."""
        return case_of(claim, self.tables, self.patient, self.as_of)

    def explained(self, claim: Claim) -> tuple[Scored, list[Explanation]]:
        """Scrub, rows, predict, and why."""
        t = self.trial(claim)
        of_claim = self._rows(t)
        prediction, explanations = None, list[Explanation]()
        if self.model and claim.frequency != VOID:
            prediction, explanations = self.model.answer(of_claim, own=self.own)
        return Scored(claim, t.report, of_claim, prediction, self._allowed(t)), explanations

    def trial(self, claim: Claim) -> Trial:
        """A claim to be scored: changed by a remedy, the rules are run on it anew."""
        return Trial(claim, scrub(claim, self.tables, self.patient, as_of=self.as_of), self.as_of)

    def answered(self, scored: Scored, finding: Finding) -> Trial:
        """The same claim with one finding answered (the authorization obtained, the note completed)."""
        left = tuple(f for f in scored.report.findings if (f.rule_id, f.line) != (finding.rule_id, finding.line))
        return Trial(scored.claim, replace(scored.report, findings=left), self.as_of)

    def on(self, day: date) -> Circumstances:
        """The same, but sent on another day."""
        return replace(self, as_of=day)

    def score_trials(self, trials: Sequence[Trial]) -> list[Scored]:
        """All that was tried on a claim, scored at once; why it would be denied is not asked again."""
        inputs = [self._rows(t) for t in trials]
        predictions: Sequence[Prediction | None] = [None] * len(trials)
        asks_for_money = all(t.claim.frequency != VOID for t in trials)  # no remedy makes a void of a claim
        if self.model and trials and asks_for_money:
            predictions = self.model.predict_each(inputs, own=self.own, causes=False)
        return [
            Scored(t.claim, t.report, of_claim, prediction, self._allowed(t))
            for t, of_claim, prediction in zip(trials, inputs, predictions, strict=True)
        ]

    def _rows(self, t: Trial) -> list[Row]:
        return rows(t.claim, t.report, self.patient, self.payer, tables=self.tables, as_of=t.as_of)

    def _allowed(self, t: Trial) -> tuple[tuple[Decimal, AllowedBasis], ...]:
        return tuple(expected_allowed(t.claim, line, self.payer, self.tables, t.as_of) for line in t.claim.lines)
