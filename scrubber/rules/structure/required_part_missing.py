"""STR-001: a part no claim goes without."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Claim, PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.places import Place
from scrubber.registry import EVERY_PAYER_TYPE, Case, Citation, Hit, RemedyKind, Severity, rule

# Property and casualty carriers go by their own claim number; the employer or car owner has no member number
_NO_MEMBERS = frozenset({PayerType.WORKERS_COMP, PayerType.AUTO})
_SELF = frozenset({"18", ""})
_NO_NPI = "The rendering clinician is named without an NPI."


@rule(
    "STR-001",
    severity=Severity.REJECT,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16", "31"),
    citation=Citation(
        "X12 005010X222A1, loops 2010AA, 2010BA, 2010BB, 2010CA, 2300 and 2400: required segments and elements",
        "https://x12.org/products/technical-reports",
    ),
    place=places.CLAIM,
    remedy="Fill it in from the registration record or the provider file, then send the claim.",
    remedy_kind=RemedyKind.CORRECT,
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
)
def required_part_missing(case: Case) -> Iterator[Hit]:
    """A part that every claim must have is missing.

    Billing NPI and tax id, payer id, member number, the patient's name, birth date and sex, a diagnosis: without one
    of them a clearinghouse returns the claim before the payer sees it. Each missing part is told where it is filled in.
    Workers' compensation and auto carriers go by their claim number, so no member number is asked for there. A
    rendering clinician who is named has an NPI too; only those who are no health care providers have none, so there the
    rule warns.
    """
    claim = case.claim
    for what, place in _missing(claim, case.payer_type):
        yield Hit(f"The claim does not give {what}.", place=place)
    if claim.rendering and not claim.rendering.npi:
        yield Hit(_NO_NPI, place=places.RENDERING_NPI, severity=Severity.WARN)
    for line in claim.lines:
        if line.rendering and not line.rendering.npi:
            yield Hit(_NO_NPI, line=line, place=places.LINE_RENDERING_NPI, severity=Severity.WARN)


def _missing(claim: Claim, payer_type: PayerType) -> Iterator[tuple[str, Place]]:
    if not claim.billing.npi:
        yield "the billing NPI", places.BILLING_NPI
    if not claim.billing.tax_id:
        yield "the billing provider's tax id", places.BILLING_TAX_ID
    if not claim.payer.id:
        yield "the payer id", places.PAYER_ID
    if not claim.subscriber.member_id and payer_type not in _NO_MEMBERS:
        yield "the member number", places.MEMBER_ID
    if not claim.diagnoses:
        yield "a diagnosis", places.DIAGNOSES
    if not claim.lines:
        yield "a service line", places.PROCEDURE
    yield from _missing_of_people(claim)


def _missing_of_people(claim: Claim) -> Iterator[tuple[str, Place]]:
    """Of a patient who is the subscriber, all is asked in 2010BA; of another, in 2010CA, and the subscriber's name."""
    itself, patient = claim.subscriber.relationship in _SELF, claim.patient
    if not patient.last_name:
        yield "the patient's name", places.SUBSCRIBER_NAME if itself else places.PATIENT_NAME
    if patient.birth_date is None:
        yield "the patient's birth date", places.SUBSCRIBER_BIRTH_DATE if itself else places.PATIENT_BIRTH_DATE
    if not patient.sex:
        yield "the patient's sex", places.SUBSCRIBER_SEX if itself else places.PATIENT_SEX
    if not itself and not claim.subscriber.person.last_name:
        yield "the subscriber's name", places.SUBSCRIBER_NAME
