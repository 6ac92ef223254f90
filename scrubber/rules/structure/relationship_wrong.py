"""STR-009: a relation to the subscriber that the claim itself contradicts."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import PayerType, Person
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import EVERY_PAYER_TYPE, Case, Citation, Hit, RemedyKind, Severity, rule

SELF = "18"
# PAT01 of 005010X222A1: spouse, child, employee, unknown, organ donor, cadaver donor, life partner, other
_OTHERS = frozenset({"01", "19", "20", "21", "39", "40", "53", "G8"})


@rule(
    "STR-009",
    severity=Severity.REJECT,
    reason=Reason.PATIENT_INFO,
    carcs=("32", "16"),
    citation=Citation(
        "X12 005010X222A1, loops 2000B and 2000C: who has a loop of their own (SBR02, PAT01)",
        "https://x12.org/products/technical-reports",
    ),
    place=places.RELATIONSHIP,
    remedy="Look at the card: enter the patient as the subscriber (18), or the subscriber's name and the relation.",
    remedy_kind=RemedyKind.CORRECT,
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
)
def relationship_wrong(case: Case) -> Iterator[Hit]:
    """The patient's relation to the subscriber is no relation there is, or does not fit the two people named.

    A patient who is the subscriber has no loop of their own; one who is not is another person. With Medicare each
    patient is covered in their own right, so the patient is always the subscriber.
    """
    subscriber, patient = case.claim.subscriber, case.claim.patient
    relation = subscriber.relationship
    if relation == SELF:
        if subscriber.person is not patient and subscriber.person != patient and _differ(subscriber.person, patient):
            yield Hit("The patient is entered as the subscriber (18), but the two are different people.")
    elif relation not in _OTHERS:
        yield Hit(f"The patient's relation to the subscriber is {relation or 'left out'}, which is no code of PAT01.")
    elif case.payer_type is PayerType.MEDICARE:
        text = f"The patient is entered as {relation} of the subscriber; with Medicare the patient is the subscriber."
        yield Hit(text, place=places.PATIENT_RELATIONSHIP)
    elif _same(subscriber.person, patient):
        text = f"The patient is entered as {relation} of the subscriber, but the two are the same person."
        yield Hit(text, place=places.PATIENT_RELATIONSHIP)


def _differ(one: Person, other: Person) -> bool:
    """True where something is told of both, and differently."""
    return any(a and b and a != b for a, b in zip(_marks(one), _marks(other), strict=True))


def _same(one: Person, other: Person) -> bool:
    """True where names and birth date are told of both, and alike."""
    return all(_marks(one)) and _marks(one) == _marks(other)


def _marks(person: Person) -> tuple[object, ...]:
    return person.last_name.strip().upper(), person.first_name.strip().upper(), person.birth_date
