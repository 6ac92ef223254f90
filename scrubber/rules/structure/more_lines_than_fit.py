"""STR-006: more service lines than a claim holds."""

from __future__ import annotations

from collections.abc import Iterator

from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Case, Citation, Hit, RemedyKind, Severity, rule

MOST_LINES = 50  # 005010X222A1, loop 2400 repeat: the form of the transaction, not a policy that changes


@rule(
    "STR-006",
    severity=Severity.REJECT,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16",),
    citation=Citation("X12 005010X222A1, loop 2400", "https://x12.org/products/technical-reports"),
    place=places.CLAIM,
    remedy="Split the services over two claims.",
    remedy_kind=RemedyKind.CORRECT,
)
def more_lines_than_fit(case: Case) -> Iterator[Hit]:
    """A claim has more than 50 service lines.

    The transaction has no room for a line 51, and clearinghouses return the claim.
    """
    if len(case.claim.lines) > MOST_LINES:
        yield Hit(f"The claim has {len(case.claim.lines)} lines; it holds {MOST_LINES}.")
