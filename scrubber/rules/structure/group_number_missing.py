"""STR-008: no group number for a payer that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from claims.reasons import Reason
from scrubber import payer_profile, places
from scrubber.registry import Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "STR-008",
    severity=Severity.WARN,
    reason=Reason.PATIENT_INFO,
    carcs=("16", "31"),
    citation=Citation(
        "X12 005010X222A1, element SBR03: the group number, where the subscriber's card shows one",
        "https://x12.org/products/technical-reports",
    ),
    place=places.GROUP_NUMBER,
    remedy="Copy the group number from the card or the eligibility answer; where the card shows none, leave it out.",
    remedy_kind=RemedyKind.OBTAIN,
    confidence="medium",
)
def group_number_missing(case: Case) -> Iterator[Hit]:
    """The claim names no group, and this payer finds its members by group and number.

    Only payers whose row in the payer table says so are asked about: plans of one person have no group.
    """
    if not case.claim.subscriber.group_number and payer_profile.wants(case, "group_number"):
        text = "The claim gives no group number, and this payer's profile asks for one."
        yield Hit(text, citation=payer_profile.wish_cited(case, "group_number"))
