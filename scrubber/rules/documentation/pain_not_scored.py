"""DOC-007: pain was not scored as the policy asks."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule


@rule(
    "DOC-007",
    severity=Severity.WARN,
    reason=Reason.DOCUMENTATION,
    carcs=("50", "252"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Have the note give the score before and after, on one scale, as it was taken.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires=wanted_records.REQUIRES,
    payer_types=MEDICARE_PLANS,
    families=(
        "esi_interlaminar",
        "esi_transforaminal",
        "facet_injection",
        "facet_rfa",
        "si_joint",
        "vertebral_augmentation",
    ),
    settled=True,
)
def pain_not_scored(case: Case, line: Line) -> Iterable[Answer]:
    """Pain was not scored as the policy asks.

    Policies judge a procedure by the pain score before and after it on the same scale; some ask for a least score
    before. Nothing told of it is not a finding: it stays unchecked.
    """
    return wanted_records.check(case, line, "DOC-007")
