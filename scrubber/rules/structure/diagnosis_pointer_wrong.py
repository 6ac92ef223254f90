"""STR-005: lines that point to diagnoses which are not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Case, Citation, Hit, RemedyKind, Severity, rule

# 005010X222A1, HI01 to HI12 and SV107-1 to -4: the form of the transaction, not a policy that changes
MOST_DIAGNOSES = 12
MOST_POINTERS = 4


@rule(
    "STR-005",
    severity=Severity.REJECT,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16", "11"),
    citation=Citation("X12 005010X222A1, segments HI and SV1 (SV107)", "https://x12.org/products/technical-reports"),
    place=places.POINTERS,
    remedy="Point the line to the diagnoses its record names as the reason for it, the main one first.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record names those diagnoses as the reason for the service",
)
def diagnosis_pointer_wrong(case: Case) -> Iterable[Hit]:
    """A line points to no diagnosis, to one that is not listed, or to more than four, or there are over twelve.

    The transaction has room for twelve diagnoses and four pointers a line, and every line needs one. A claim without
    any diagnosis is STR-001's business.
    """
    listed = len(case.claim.diagnoses)
    if not listed:
        return ()
    if listed <= MOST_DIAGNOSES:
        for line in case.claim.lines:
            pointers = line.diagnosis_pointers
            if not pointers or len(pointers) > MOST_POINTERS or min(pointers) < 1 or max(pointers) > listed:
                break
        else:
            return ()
    return _told(case, listed)


def _told(case: Case, listed: int) -> Iterator[Hit]:
    if listed > MOST_DIAGNOSES:
        text = f"The claim lists {listed} diagnoses; it holds {MOST_DIAGNOSES}."
        yield Hit(text, place=places.DIAGNOSES, remedy="Keep the twelve that were treated or bear on the treatment.")
    for line in case.claim.lines:
        pointers = line.diagnosis_pointers
        if not pointers:
            yield Hit(f"{line.code} points to no diagnosis.", line=line)
            continue
        if len(pointers) > MOST_POINTERS:
            text = f"{line.code} points to {len(pointers)} diagnoses; a line holds {MOST_POINTERS} pointers."
            yield Hit(text, line=line)
        lost = max(pointers) if max(pointers) > listed else min(pointers)
        if lost not in range(1, listed + 1):
            yield Hit(f"{line.code} points to diagnosis {lost}; the claim lists {listed}.", line=line)
