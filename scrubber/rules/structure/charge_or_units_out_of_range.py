"""STR-004: charges and units that cannot be."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import ZERO
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "STR-004",
    severity=Severity.REJECT,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16",),
    citation=Citation(
        "X12 005010X222A1, section 1.4.4 (balancing) and elements CLM02, SV102, SV104",
        "https://x12.org/products/technical-reports",
    ),
    place=places.CLAIM_TOTAL,
    remedy="Correct the amount or the units in the billing system and let it total the claim again.",
    remedy_kind=RemedyKind.CORRECT,
)
def charge_or_units_out_of_range(case: Case) -> Iterator[Hit]:
    """A line charges less than nothing or bills no units, or the claim's total is not the sum of its lines.

    Payers reject a claim out of balance at the door. A charge of zero is allowed: codes that only report, such as
    99024, carry none. The charge of a line (SV102) is the line's total, whatever its units.
    """
    for line in case.claim.lines:
        if line.charge < ZERO:
            yield Hit(f"{line.code} charges {line.charge:.2f}.", line=line, place=places.CHARGE)
        if line.units <= ZERO:
            yield Hit(f"{line.code} bills {line.units.normalize():f} units.", line=line, place=places.UNITS)
    total = ZERO
    for line in case.claim.lines:
        total += line.charge
    if case.claim.lines and total != case.claim.charge:
        yield Hit(f"The claim totals {case.claim.charge:.2f}, its lines add up to {total:.2f}.")
