"""FIN-001: a patient who bears the cost, and no estimate or payment plan on record."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import ZERO, PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "FIN-001",
    severity=Severity.INFO,
    reason=Reason.OTHER,
    carcs=(),
    citation=Citation(
        "45 CFR 149.610, good-faith estimates for patients without cover or who do not use it",
        "https://www.ecfr.gov/current/title-45/section-149.610",
    ),
    place=places.CLAIM_TOTAL,
    remedy="Give the patient the estimate before the next service, and talk about how the balance may be paid.",
    remedy_kind=RemedyKind.DOCUMENT,
    effective="2022-01-01",
    confidence="medium",
    settled=True,
)
def estimate_not_recorded(case: Case) -> Iterator[Answer]:
    """A patient bears the cost, and the record shows no estimate of it, or no payment plan for a large balance.

    Patients who pay themselves are owed an estimate since 2022. Out of the plan's network much of the cost falls on the
    patient as well. What a plan leaves to an insured patient is not known before it has answered, so nothing is said of
    that here.
    """
    pays = case.payer_type is PayerType.SELF_PAY
    if not pays and case.told("network_status") != "out_of_network":
        return
    unsaid = []
    estimate = case.told("cost_estimate")
    if estimate is None:
        unsaid.append("evidence cost_estimate")
    elif estimate == "no":
        yield Hit("The patient bears the cost of this claim, and was given no estimate of it.")
    balance = case.claim.charge - (case.claim.amount_paid or ZERO) if pays else ZERO
    value = parameter("payment_plan_balance").on(case.first_service or case.as_of, case.as_of)
    if value is not None and balance >= int(value.value):
        plan = case.told("payment_plan")
        if plan is None:
            unsaid.append("evidence payment_plan")
        elif plan == "no":
            yield Hit(f"The patient owes {balance:.2f}, and no payment plan was offered.")
    if unsaid:
        yield Gap(tuple(unsaid), "the record does not say what the patient was told of the cost", of_claim=True)
