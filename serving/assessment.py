"""What an assessment is: all that can be said about a claim before it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from claims.claim import ZERO
from claims.reasons import Reason
from models.band import Pair
from models.causes import Cause
from models.denial import ReasonShare
from models.past_lines import Similar
from scrubber.checklist import LinesChecklist
from scrubber.registry import Change, RemedyKind
from scrubber.report import Finding, SwitchedOff, Unchecked
from scrubber.tables import TableStatus


class Attention(StrEnum):
    """Why to look, gravest first: a front end would reject it, a rule foresees a denial, or only the odds speak."""

    REJECT = "reject"
    DENY = "deny"
    RISK = "risk"


class AllowedBasis(StrEnum):
    """What the expected allowed amount of a line rests on, best first."""

    REMITTANCES = "remittances"  # what this payer allowed for this code before
    FEE_TABLE = "fee_table"  # the national fee schedule
    CHARGE_RATIO = "charge_ratio"  # the charge times the practice's allowed/charge ratio
    CHARGE = "charge"  # nothing is known: the charge itself


class Rescored(StrEnum):
    """What the figures of a remedy were computed on."""

    NOT = ""  # nothing: what the answer will be is not known
    CHANGED_CLAIM = "changed_claim"
    ANSWERED_FINDING = "answered_finding"


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """Which model spoke. `differences`: what it was fitted with that runs no more; `unseen`: values it never met."""

    name: str
    version: str
    simulated: bool
    differences: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """An honest way out, and what it would do; a person decides.

    `rescored` says what was scored again: the claim with the change made, or the claim with the finding answered; then
    `risk_after` is the line's risk once done (the claim's, for a claim-wide remedy or one that takes the line off),
    `dollars_after` the claim's expected loss, `dollars_saved` how much more the claim is then expected to bring in: a
    line not billed brings in nothing, so dropping it is no saving. None where the effect cannot be known beforehand.
    `rule_id` is "" for a question the model's reasons raise.
    """

    kind: RemedyKind
    text: str
    requires: str
    change: Change | None
    line: int | None
    reason: Reason
    rule_id: str
    rescored: Rescored = Rescored.NOT
    risk_after: float | None = None
    claim_risk_after: float | None = None
    dollars_after: Decimal | None = None
    dollars_saved: Decimal | None = None


# How grave each kind of attention is, gravest first
GRAVEST_FIRST = {attention: place for place, attention in enumerate(Attention)}


def most_urgent_first(a: Assessment) -> tuple[int, Decimal, float, str]:
    """Sort key of every list people work: attention, then dollars at stake, then risk, then claim number."""
    return (GRAVEST_FIRST[a.attention], -(a.expected_loss or Decimal(0)), -(a.risk or 0.0), a.claim_id)


def most_dollars_first(remedy: Remedy) -> tuple[bool, Decimal]:
    """Sorting key: most dollars saved first, those without a figure last."""
    saved = remedy.dollars_saved
    return (saved is None, -saved if saved is not None else ZERO)


@dataclass(frozen=True, slots=True)
class LineAssessment:
    """One service line: its risk, why, and what would help. `base_log_odds` + the reasons = log-odds of `risk`.

    `band` holds the risk and says how sure the model's calibration window lets us be of it; None where the model came
    without. `abstentions` say why the line's own risk is not to be relied on yet. `similar` only where asked for.
    """

    line: int
    procedure: str
    risk: float | None
    base_log_odds: float | None
    reasons: tuple[ReasonShare, ...]
    causes: tuple[Cause, ...]
    remedies: tuple[Remedy, ...]
    expected_allowed: Decimal
    allowed_basis: AllowedBasis
    band: Pair | None = None
    abstentions: tuple[str, ...] = ()
    similar: Similar | None = None

    @property
    def abstained(self) -> bool:
        """True when the line's risk is not to be relied on, whatever holds of the rest of the claim."""
        return bool(self.abstentions)


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """How many lines of the practice payers have decided, of all payers and of this one, and how many it takes.

    Decisions of test interchanges (ISA15 = T) are no record of the practice's own: they are counted apart.
    """

    practice: int
    payer: int
    practice_needed: int  # 0: the model was fitted on real claims and asks for none
    payer_needed: int
    tests: int = 0


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that can be said about a claim before it is sent.

    Without a model `risk`, `expected_loss` and the risks of the lines are None and `degraded` says why: rules only.
    """

    ref: str
    claim_id: str  # CLM01: shown, never logged
    payer_id: str
    as_of: date
    attention: Attention
    risk: float | None
    expected_loss: Decimal | None
    abstentions: tuple[str, ...]  # why the risk shown is not to be relied on yet; empty when it may be
    own_record: OwnRecord | None  # None without a model
    model: ModelUsed | None
    degraded: str  # "" when everything an answer needs was there
    tables: tuple[TableStatus, ...]
    findings: tuple[Finding, ...]
    unchecked: tuple[Unchecked, ...]
    checklists: tuple[LinesChecklist, ...]  # what the record should hold, of the lines of which anything is wanted
    lines: tuple[LineAssessment, ...]
    remedies: tuple[Remedy, ...]  # of the whole claim; a line's stand with the line
    switched_off: tuple[SwitchedOff, ...] = ()  # findings of rules the practice has switched off: told, not shown

    @property
    def all_remedies(self) -> list[Remedy]:
        """Every remedy of the claim and its lines, those that save most dollars first."""
        every = [*self.remedies, *(r for line in self.lines for r in line.remedies)]
        return sorted(every, key=most_dollars_first)

    @property
    def first_remedy(self) -> Remedy | None:
        """What to do first: the way out of the gravest finding, else what saves most."""
        every = self.all_remedies
        for finding in self.findings[:1]:
            for remedy in every:
                if (remedy.rule_id, remedy.line) == (finding.rule_id, finding.line):
                    return remedy
        return every[0] if every else None

    @property
    def abstained(self) -> bool:
        """True when the risk shown is not to be relied on."""
        return bool(self.abstentions)
