"""The claim to a second payer: what the first one decided goes with it, and what that one left is what is paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from claims.claim import Adjustment, LineAdjudication, OtherPayer
from claims.remittance import Adjudication, Remittance
from simulator.coding import Draft

SECOND = "S"  # SBR01
PATIENT = "PR"
SELF = "18"
PRIOR_PAYER = "23"  # CARC of what the first payer paid or wrote off


def second_draft(draft: Draft, answer: Remittance) -> Draft | None:
    """The claim to the patient's second payer after the first one's answer; None where nothing is left to pay."""
    if draft.second is None or draft.attempt > 1:
        return None
    again = draft.copy()
    for line, decided in zip(again.lines, answer.lines, strict=True):
        line.first = _decided(decided, line.units, draft, answer)
    again.lines = [line for line in again.lines if line.first is not None and line.first.patient_liability]
    if not again.lines:
        return None
    again.first_payer = _first_payer(draft, answer)
    again.payer, again.member_id, again.group_number = draft.second, draft.second_member_id, ""
    again.second, again.claim_id = None, ""
    again.authorization = again.referral = ""
    again.slips = []
    again.clean = again.copy()
    again.clean.clean = None
    return again


def _first_payer(draft: Draft, answer: Remittance) -> OtherPayer:
    payer = draft.payer.payer
    return OtherPayer(
        sequence=payer.sequence,
        payer_id=payer.id,
        name=payer.name,
        relationship=SELF,
        group_number=draft.group_number,
        filing_indicator=payer.filing_indicator,
        paid=answer.paid,
        patient_liability=answer.patient_responsibility,
        benefits_assigned="Y",
        release_of_information="Y",
        insured=replace(draft.patient.person, birth_date=None, sex=""),  # 2330A says no more than name and address
        member_id=draft.member_id,
        claim_control_number=answer.payer_control_number,
    )


def _decided(decided: Adjudication, units: int, draft: Draft, answer: Remittance) -> LineAdjudication:
    return LineAdjudication(
        payer_id=draft.payer.payer.id,
        paid=decided.paid,
        code=decided.code,
        units=Decimal(units),
        modifiers=decided.modifiers,
        adjustments=decided.adjustments,
        adjudicated_on=answer.known_on,
        patient_liability=sum((a.amount for a in decided.adjustments if a.group == PATIENT), Decimal(0)),
    )


def left_by_the_first(charge: Decimal, decided: Sequence[LineAdjudication]) -> Decimal:
    """What the first payer left to the patient; the whole charge where the claim does not tell what it decided."""
    return sum((one.patient_liability or Decimal(0) for one in decided), Decimal(0)) if decided else charge


def prior(amount: Decimal) -> tuple[Adjustment, ...]:
    """What the first payer settled, as the second one's remittance says it."""
    return (Adjustment("OA", PRIOR_PAYER, amount),) if amount else ()
