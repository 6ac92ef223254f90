"""DOC-003: conservative care was shorter, or ended otherwise, than the policy asks."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule


@rule(
    "DOC-003",
    severity=Severity.WARN,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50", "252"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Ask the clinician what was tried, from when to when and how it ended; complete the note where the "
    "care was given so. If it was not, the policy does not cover the procedure yet.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires=wanted_records.REQUIRES,
    payer_types=MEDICARE_PLANS,
    families=(
        "basivertebral",
        "esi_interlaminar",
        "esi_transforaminal",
        "facet_injection",
        "facet_rfa",
        "scs",
        "si_joint",
    ),
    settled=True,
)
def conservative_care_falls_short(case: Case, line: Line) -> Iterable[Answer]:
    """Conservative care was shorter, or ended otherwise, than the policy asks.

    Policies pay for a procedure after simpler care was tried for a time and failed, or could not be given. What was
    tried, for how long and how it ended has to stand in the record. Nothing told of it is not a finding: it stays
    unchecked.
    """
    return wanted_records.check(case, line, "DOC-003")
