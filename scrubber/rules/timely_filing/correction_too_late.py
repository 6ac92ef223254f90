"""TFL-003: a replacement past the payer's window for corrections."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from claims.claim import PayerType
from claims.reasons import Reason
from scrubber import payer_profile, places, timely_filing
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "TFL-003",
    severity=Severity.DENY,
    reason=Reason.TIMELY_FILING,
    carcs=("29",),
    citation=Citation(
        "X12 005010X222A1, CLM05-3 (replacement); the window is the payer's, in its contract or provider manual",
        "https://x12.org/products/technical-reports",
    ),
    place=places.FREQUENCY,
    remedy="Read the payer's manual for exceptions and take the matter up with it: an appeal may still be open.",
    remedy_kind=RemedyKind.OBTAIN,
    confidence="medium",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY, PayerType.MEDICARE},
)
def correction_too_late(case: Case) -> Iterator[Answer]:
    """A replacement claim would reach the payer after its window for corrections.

    Payers take a corrected claim for so many days after the service, often more than for a first claim, sometimes
    fewer. How many stands in the payer table, where the practice has entered it. Medicare Part B takes none at all,
    which STR-011 says. A void has no window: what was paid wrongly goes back whenever it is found.
    """
    first = case.first_service
    if case.claim.frequency != "7" or first is None:
        return
    row = payer_profile.profile_on(case, first)
    if row is None or row.corrected_claim_days is None:
        yield Gap(
            ("payers table",), "the payer table gives no window for corrected claims of this payer", of_claim=True
        )
        return
    last = first + timedelta(days=row.corrected_claim_days)
    if case.as_of > last:
        yield Hit(
            f"A replacement for the service of {first} had to reach {row.name} by {last} "
            f"({row.corrected_claim_days} days); it would be sent on {case.as_of}.",
            citation=timely_filing.cited(case, timely_filing.own_filing(case, first, "corrected_claim_days")),
        )
