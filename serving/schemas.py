"""The shape of every JSON answer, for OpenAPI; a test holds each real answer against it, so neither can drift."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Risk = Field(ge=0, le=1)
Money = Field(pattern=r"^-?\d+\.\d\d$", examples=["125.00"])
Day = Field(pattern=r"^\d{4}-\d\d-\d\d$", examples=["2026-03-02"])


class Shape(BaseModel):
    """Nothing beyond what is named; every field is always there."""

    model_config = ConfigDict(extra="forbid")


class LocationShape(Shape):
    """Where on the wire; `segment_number` is the ordinal in the file, ISA = 1, and null where the segment is missing.

    `anchor_segment_number` is where to look all the same: the segment itself, else the line's SV1 or the claim's CLM.
    """

    loop: str
    segment: str
    element: str
    segment_number: int | None
    anchor_segment_number: int | None


class CitationShape(Shape):
    """The published text a finding rests on."""

    text: str
    url: str


class OverriddenShape(Shape):
    """The practice's own word on a rule: the severity it had, who changed it, on which day and why."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    was: Literal["reject", "deny", "warn", "info"] = Field(alias="from")
    by: str
    on: str = Day
    why: str


class SwitchedOffShape(OverriddenShape):
    """A finding of a rule the practice has switched off."""

    rule_id: str
    line: int | None


class FindingShape(Shape):
    """Something on the claim a payer will object to."""

    rule_id: str
    rule_version: str
    severity: Literal["reject", "deny", "warn", "info"]
    reason: str
    line: int | None
    carcs: list[str]
    rarcs: list[str]
    message: str
    remedy: str
    location: LocationShape
    cms1500_box: str
    citation: CitationShape
    effective: str | None
    also: list[str]
    overridden: OverriddenShape | None = Field(description="The practice re-rated the rule; null: as the rule has it.")


class UncheckedShape(Shape):
    """A rule that bound the claim and could not look: not a pass."""

    rule_id: str
    reason: str
    line: int | None
    missing: list[str]
    why: str


class WantShape(Shape):
    """One thing the record should hold; `source` is the place of who asks for it in `sources`, from 0."""

    item: str
    wanted: str | None = Field(description="How much of it, or which; null where any will do.")
    state: Literal["present", "missing", "unknown"] = Field(
        description="`missing`: somebody looked and it is not there or falls short. `unknown`: nobody told us."
    )
    found: str | None = Field(description="What the record says.")
    why: str | None = Field(description="Of what is missing: what of it falls short.")
    rule_ids: list[str]
    source: int


class SourceShape(CitationShape):
    """A policy that asks for things in the record; `verified` is false where we could not read it ourselves."""

    verified: bool


class ChecklistShape(Shape):
    """What a policy wants the record to hold of a procedure: these lines share it."""

    lines: list[int]
    procedures: list[str]
    wants: list[WantShape]
    sources: list[SourceShape]


class ChangeShape(Shape):
    """What a remedy would alter on the claim; a person decides."""

    what: str
    line: int | None
    value: str


class RemedyShape(Shape):
    """An honest way out, with the risk and dollars once it is done; null where that cannot be known beforehand."""

    kind: Literal["correct", "obtain", "document", "ask_clinician", "do_not_bill", "hold"]
    text: str
    requires: str | None = Field(description="What must be true for the remedy to be lawful.")
    change: ChangeShape | None
    line: int | None
    reason: str
    rule_id: str | None = Field(description="The finding it answers; null for a question the model's reasons raise.")
    rescored: Literal["changed_claim", "answered_finding"] | None = Field(description="What the figures rest on.")
    risk_after: float | None = Field(description="The line's risk; the claim's for a claim-wide or dropped line.")
    claim_risk_after: float | None
    dollars_after: str | None = Field(description="The claim's expected loss once done.")
    dollars_saved: str | None = Field(description="How much more the claim is then expected to bring in.")


class FeatureShape(Shape):
    """One feature's part of a line's log-odds; `value` is null when it was unknown."""

    name: str
    value: float | str | None
    log_odds: float


class ReasonShape(Shape):
    """One reason's part of a line's log-odds."""

    reason: str
    log_odds: float
    features: list[FeatureShape]


class CauseShape(Shape):
    """A CARC the denial would likely carry; the probability is given that the line is denied."""

    carc: str
    probability: float = Risk
    reason: str


class PastLineShape(Shape):
    """A line the payer has answered; `likeness` is the share of the model's trees that put both in one leaf."""

    ref: str
    line: int
    payer_id: str
    procedure: str
    sent_on: str = Day
    known_on: str = Field(pattern=r"^\d{4}-\d\d-\d\d$", description="The day the answer was known.")
    outcome: Literal["denied", "paid", "reduced", "patient_responsibility"]
    carcs: list[str]
    likeness: float = Risk


class SimilarShape(Shape):
    """Past lines of the line's like, likest first; `paid` were not denied. Null where there are none to ask: `why`."""

    denied: list[PastLineShape] | None
    paid: list[PastLineShape] | None
    why: str | None


class LineShape(Shape):
    """One service line. `base_log_odds` plus the log-odds of the reasons are the log-odds of `risk`."""

    line: int
    procedure: str
    risk: float | None
    base_log_odds: float | None
    reasons: list[ReasonShape]
    causes: list[CauseShape]
    remedies: list[RemedyShape]
    expected_allowed: str = Money
    allowed_basis: Literal["remittances", "fee_table", "charge_ratio", "charge"]
    band: list[float] | None = Field(
        description="Lowest and highest chance that fits the calibration lines (Venn-ABERS, and `risk` itself); "
        "null where the model came without."
    )
    abstained: bool = Field(description="True: this line's risk is not to be relied on; `abstained_why` says why.")
    abstained_why: list[str]
    similar: SimilarShape | None = Field(description="Null unless asked for with `similar`.")


class TableShape(Shape):
    """Which release of a table spoke for the day of service; a stale one is over two quarters old."""

    name: str
    release: str
    effective: str = Day
    published: str = Day
    age_days: int
    stale: bool
    coverage: Literal["complete", "subset"]


class ModelShape(Shape):
    """Which model spoke; `simulated` means fitted on simulated claims."""

    name: str
    version: str
    simulated: bool
    differences: list[str] = Field(description="What it was fitted with that is not what runs now.")
    unseen: list[str] = Field(description="Categories whose value in this claim training never met.")


class OwnRecordShape(Shape):
    """How many of the practice's lines payers have decided, and how many it takes before an answer is given.

    Those of test interchanges (ISA15 = T) count as `test_decisions` alone.
    """

    decisions: int
    decisions_needed: int
    payer_decisions: int
    payer_decisions_needed: int
    test_decisions: int


class AssessmentShape(Shape):
    """All that can be said about a claim before it is sent."""

    ref: str = Field(description="Opaque id of the submission; the only one that logs show.")
    claim_id: str
    payer_id: str
    as_of: str = Day
    attention: Literal["reject", "deny", "risk"]
    risk: float | None = Field(description="Calibrated chance that any line is denied; null without a model.")
    expected_loss: str | None = Field(description="Sum over the lines of risk times expected allowed.")
    abstained: bool = Field(description="True: the risk shown is not to be relied on; `abstained_why` says why.")
    abstained_why: list[str]
    own_record: OwnRecordShape | None
    model: ModelShape | None
    degraded: bool = Field(description="True: rules only.")
    degraded_why: str | None
    banner: str | None
    tables: list[TableShape]
    findings: list[FindingShape]
    unchecked: list[UncheckedShape]
    checklist: list[ChecklistShape] = Field(description="Empty where no policy we hold asks for anything.")
    overridden_off: list[SwitchedOffShape] = Field(description="Not shown: the practice switched their rules off.")
    lines: list[LineShape]
    remedies: list[RemedyShape] = Field(description="Of the claim as a whole; a line's stand with the line.")


class RefusedShape(BaseModel):
    """Something in the input that could not be read: where, what was found, what was expected, what to do."""

    model_config = ConfigDict(extra="allow")  # an X12 place has segment_number and offset, a JSON one has pointer

    type: str
    where: str
    found: str
    expected: str
    advice: str
    detail: str
    claims_lost: int
    claim_id: str | None


class AnswerShape(Shape):
    """An assessment of every claim that could be read, in the order of the input, and what could not be read."""

    as_of: str = Day
    banner: str | None = Field(description="To be shown above the answer whenever it is not null.")
    assessments: list[AssessmentShape]
    refused: list[RefusedShape]


class ProblemShape(BaseModel):
    """RFC 9457 problem details; `problems` holds the located faults of an input that cannot be read."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


class RuleShape(Shape):
    """One rule of the catalogue."""

    rule_id: str
    rule_version: str
    name: str
    summary: str
    severity: Literal["reject", "deny", "warn", "info"]
    reason: str
    carcs: list[str]
    payer_types: list[str]
    effective: str | None
    until: str | None
    confidence: str
    citation: CitationShape


class OwnRuleFaultShape(Shape):
    """One place of a file of own rules that could not be read; the other rules run."""

    where: str
    found: str
    expected: str
    advice: str
    file: str
    rule: str | None
    key: str | None


class OwnRulesShape(Shape):
    """What the practice has added to the catalogue, or changed of it."""

    rules: int
    overrides: int = Field(description="Rules switched off or re-rated today.")
    faults: list[OwnRuleFaultShape]
    reload_failed: str | None = Field(description="Why changed files were not taken up; null when all is well.")


class ProfileLeftOutShape(Shape):
    """A payer profile that could not be read; the rules run without it."""

    file: str
    problems: list[str]


class ReadyShape(Shape):
    """What an answer given now would rest on."""

    status: Literal["ready"]
    version: str
    model: ModelShape | None
    degraded: bool
    degraded_why: str | None
    reload_failed: str | None = Field(description="Why a newer model was not taken up; null when all is well.")
    rules: int
    own_rules: OwnRulesShape
    tables: list[TableShape]
    profiles_left_out: list[ProfileLeftOutShape] = Field(description="Payer profiles that could not be read, and why.")
    store: Literal["store", "none"]
    last_event: int


class HealthShape(Shape):
    """The process answers."""

    status: Literal["ok"]
