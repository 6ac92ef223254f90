"""STR-011: a replacement of no claim, or a new claim that names another."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import PayerType
from claims.reasons import Reason
from scrubber import payer_profile, places
from scrubber.registry import EVERY_PAYER_TYPE, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.same_day import ORIGINAL

_CHANGES = {"7": "replacement", "8": "void"}
_PART_B = (
    "Ask the contractor for a reopening of a clerical error, or appeal; where the remittance calls the claim "
    "unprocessable (MA130), send the corrected claim as a new one."
)


@rule(
    "STR-011",
    severity=Severity.REJECT,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16",),
    citation=Citation(
        "X12 005010X222A1, CLM05-3 and the payer claim control number (REF*F8); Medicare Claims Processing Manual, "
        "chapter 34 (reopenings)",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c34.pdf",
    ),
    place=places.ORIGINAL_REFERENCE,
    remedy="Copy the payer's claim number from the remittance of the claim this one replaces or voids.",
    remedy_kind=RemedyKind.CORRECT,
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
)
def frequency_and_reference(case: Case) -> Iterator[Hit]:
    """A replacement or void does not name the payer's claim, or a new claim names one.

    Without the payer's number (REF*F8) nothing can be replaced and the claim comes back; with frequency 1 the guide
    leaves no room for it, and the payer may take the claim for a duplicate. Medicare Part B takes no replacement at
    all: its contractors correct by reopening or appeal.
    """
    claim = case.claim
    change = _CHANGES.get(claim.frequency)
    if change and (case.payer_type is PayerType.MEDICARE or payer_profile.wants(case, "no_corrected_claims")):
        text = f"The claim is sent as a {change} (frequency {claim.frequency}), which this payer does not take."
        by = payer_profile.wish_cited(case, "no_corrected_claims")
        yield Hit(text, place=places.FREQUENCY, severity=Severity.WARN, remedy=_PART_B, citation=by)
    elif change and not claim.original_reference:
        text = f"The claim is a {change} (frequency {claim.frequency}) and does not give the payer's claim number."
        yield Hit(text)
    elif claim.frequency == ORIGINAL and claim.original_reference:
        yield Hit(
            "The claim is sent as a new one (frequency 1) and gives the payer's number of an earlier claim.",
            place=places.FREQUENCY,
            severity=Severity.WARN,
            remedy="If it corrects that claim, send it as a replacement (7); if it is new, take the number off.",
        )
