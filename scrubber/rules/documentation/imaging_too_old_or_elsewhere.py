"""DOC-004: imaging is older than the payer accepts, or shows another level."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import Answer, Case, RemedyKind, Severity, rule


@rule(
    "DOC-004",
    severity=Severity.WARN,
    reason=Reason.DOCUMENTATION,
    carcs=("50", "252"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Find the report of the imaging, and put it with the record. If there is no newer one, ask the "
    "clinician whether the procedure rests on other findings.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires=wanted_records.REQUIRES,
    payer_types=frozenset({PayerType.COMMERCIAL, PayerType.MEDICARE, PayerType.MEDICARE_ADVANTAGE}),
    families=(
        "basivertebral",
        "esi_interlaminar",
        "esi_transforaminal",
        "vertebral_augmentation",
    ),
    settled=True,
)
def imaging_too_old_or_elsewhere(case: Case, line: Line) -> Iterable[Answer]:
    """Imaging is older than the payer accepts, or shows another level.

    Some payers want a recent image that agrees with the level treated before they pay. Nothing told of it is not a
    finding: it stays unchecked.
    """
    return wanted_records.check(case, line, "DOC-004")
