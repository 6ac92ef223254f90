"""COB-003: an injury at work or in traffic, sent to the health plan first."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import MEDICARE_PLANS, Case, Citation, Hit, RemedyKind, Severity, rule

_AT_WORK, _IN_TRAFFIC = "EM", "AA"  # CLM11 of 005010X222A1
_OF_INJURIES = frozenset({"WC", "AM", "LM"})  # SBR09: workers' compensation, automobile medical, liability
_PLANS = frozenset(
    {
        PayerType.MEDICARE,
        PayerType.MEDICARE_ADVANTAGE,
        PayerType.MEDICAID,
        PayerType.TRICARE,
        PayerType.VA,
        PayerType.COMMERCIAL,
    }
)
_BY_LAW = MEDICARE_PLANS


@rule(
    "COB-003",
    severity=Severity.DENY,
    reason=Reason.COORDINATION,
    carcs=("19", "20", "21"),
    citation=Citation(
        "42 CFR 411.40 and 411.50 to 411.54: Medicare pays after workers' compensation, no-fault and liability cover",
        "https://www.ecfr.gov/current/title-42/section-411.40",
    ),
    place=places.ACCIDENT_CAUSE,
    remedy="Ask the patient and the employer or car owner for the carrier and its claim number, and bill it first. If "
    "the injury has no such cause, correct the related cause.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the record shows what the injury came from",
    payer_types=_PLANS,
)
def injury_sent_to_health_plan(case: Case) -> Iterator[Hit]:
    """The claim names work or a car accident as its cause and goes to a health plan as the first payer.

    Workers' compensation pays for injuries at work, no-fault or liability cover for those in traffic. Medicare, and the
    plans that stand for it, may not pay before them; other plans deny or ask, as their contract says, so there it
    warns.
    """
    claim = case.claim
    if not claim.accident_causes or claim.payer.sequence not in ("P", ""):
        return
    at_work = _AT_WORK in claim.accident_causes
    if not at_work and _IN_TRAFFIC not in claim.accident_causes:
        return
    cause, carrier = ("work (EM)", "workers' compensation") if at_work else ("a car accident (AA)", "auto or liability")
    named = any(other.filing_indicator in _OF_INJURIES for other in claim.other_payers)
    also = ", which the claim names after it" if named else ""
    yield Hit(
        f"The claim gives {cause} as its cause and goes to a health plan first, not to the {carrier} carrier{also}.",
        severity=Severity.DENY if case.payer_type in _BY_LAW else Severity.WARN,
        carcs=("19",) if at_work else ("20", "21"),
    )
