"""NCC-001: two codes that are never paid together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "NCC-001",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97", "236"),
    citation=Citation(
        "CMS, Medicare NCCI procedure-to-procedure edits, modifier indicator 0",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-procedure-procedure-ptp-edits",
    ),
    place=places.PROCEDURE,
    remedy="Do not bill the column 2 code, and write it off: no modifier lifts this edit.",
    remedy_kind=RemedyKind.DO_NOT_BILL,
    requires="both services were done as coded",
    payer_types=ncci.PAYER_TYPES,
)
def pair_never_paid_together(case: Case, line: Line) -> Iterable[Answer]:
    """A code is billed beside one that NCCI never pays it with, whatever the modifier.

    The payer pays the column 1 code and denies the column 2 code of the same day and clinician. Medicare and Medicare
    Advantage deny; other payers follow these edits or edits of their own, so there the rule warns. Clinicians of one
    group and specialty count as one for NCCI; here only lines of the same rendering NPI are compared.
    """
    pairs, blind_spot = ncci.looked(case, line)
    return _told(case, line, pairs, blind_spot) if pairs or blind_spot else ()


def _told(case: Case, line: Line, pairs: Sequence[ncci.Pair], blind_spot: Gap | None) -> Iterator[Answer]:
    paid = [pair.column1 for pair in pairs if pair.indicator == "0"]
    if paid:
        beside = ", ".join(f"{other.code} (line {other.number})" for other in paid)
        yield Hit(
            f"{line.code} is never paid beside {beside} on one day (NCCI indicator 0).",
            severity=ncci.severity(case.payer_type),
            change=Change("drop_line", line.number, ""),
        )
    if blind_spot:
        yield blind_spot
