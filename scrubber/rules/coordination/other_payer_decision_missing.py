"""COB-001: a second payer's claim that does not tell what the first one decided."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import ZERO, Claim, OtherPayer, PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import EVERY_PAYER_TYPE, Case, Citation, Hit, RemedyKind, Severity, rule

_TURNS = "PSTABCDEFGH"  # SBR01 of 005010X222A1, in the order payers come


@rule(
    "COB-001",
    severity=Severity.DENY,
    reason=Reason.COORDINATION,
    carcs=("22", "129"),
    rarcs=("MA04",),
    citation=Citation(
        "X12 005010X222A1, section 1.4.3 (coordination of benefits), loops 2320, 2330B and 2430; 42 CFR 411.32",
        "https://www.ecfr.gov/current/title-42/section-411.32",
    ),
    place=places.OTHER_PAYER,
    remedy="Post the first payer's remittance and let the billing system copy it: the amount paid, the day, and the "
    "adjustments with their reason codes. Where it has not answered yet, wait for it.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the first payer has decided the claim",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
)
def other_payer_decision_missing(case: Case) -> Iterator[Hit]:
    """The claim goes to a second or third payer and does not tell what the one before decided.

    The next payer pays from what the first one paid and why it did not pay the rest. It denies a claim that leaves out
    the amount, the day or the reasons. Each may stand on the claim or on its lines.
    """
    claim = case.claim
    turn = _TURNS.find(claim.payer.sequence)
    if turn < 1:
        return
    before = [other for other in claim.other_payers if _TURNS.find(other.sequence) < turn]
    if not before:
        yield Hit(f"The claim goes to the payer in turn {claim.payer.sequence} and tells of none before it.")
    for other in before:
        missing = list(_missing(claim, other))
        if missing:
            who = f"the payer in turn {other.sequence}" if other.sequence else "the other payer"
            yield Hit(f"The claim does not tell of {who}: {', '.join(missing)}.", place=places.OTHER_PAYER_PAID)


def _missing(claim: Claim, other: OtherPayer) -> Iterator[str]:
    lines = [a for line in claim.lines for a in line.adjudications if a.payer_id == other.payer_id]
    if other.paid is None and not lines:
        yield "what it paid"
    if other.adjudicated_on is None and not any(a.adjudicated_on for a in lines):
        yield "the day it decided"
    paid = other.paid if other.paid is not None else sum((a.paid for a in lines), ZERO)
    if paid < claim.charge and not other.adjustments and not any(a.adjustments for a in lines):
        yield "why it did not pay the rest"
