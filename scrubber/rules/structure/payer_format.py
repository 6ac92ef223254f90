"""STR-010: a claim that is not set up as its payer takes it."""

from __future__ import annotations

from collections.abc import Iterator

from claims.reasons import Reason
from scrubber import payer_profile, places
from scrubber.registry import Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "STR-010",
    severity=Severity.REJECT,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16", "109"),
    citation=Citation(
        "X12 005010X222A1, elements SBR09 and NM109 of loop 2010BB; the payer's own companion guide",
        "https://x12.org/products/technical-reports",
    ),
    place=places.FILING_INDICATOR,
    remedy="Compare the payer's entry in the billing system with its companion guide, and correct it there.",
    remedy_kind=RemedyKind.CORRECT,
    confidence="medium",
)
def payer_format(case: Case) -> Iterator[Hit]:
    """The claim filing indicator or the payer id is not among those this payer takes.

    A claim set up for another line of business reaches the wrong desk, or none. What a payer takes stands in the
    payer table; what the claim leaves out is not judged here.
    """
    payer = case.claim.payer
    row = payer_profile.profile(case)
    if row is None:
        return
    given = payer.filing_indicator
    if given and row.filing_indicators and given not in row.filing_indicators:
        taken = ", ".join(sorted(row.filing_indicators))
        yield Hit(f"The claim filing indicator is {given}; {row.name} takes {taken}.")
    if payer.id and row.ids and payer.id.strip().upper() not in {known.upper() for known in row.ids}:
        text = f"The payer id {payer.id} is not one of {row.name}: {', '.join(row.ids)}."
        yield Hit(text, place=places.PAYER_ID)
