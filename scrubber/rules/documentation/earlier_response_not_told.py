"""DOC-005: the response to the earlier procedure is not recorded for a repeat."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule


@rule(
    "DOC-005",
    severity=Severity.WARN,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50", "252"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Have the note say by how much the earlier procedure helped, and for how long.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires=wanted_records.REQUIRES,
    payer_types=MEDICARE_PLANS,
    families=(
        "esi_interlaminar",
        "esi_transforaminal",
        "facet_injection",
        "facet_rfa",
        "si_joint",
        "trigger_point",
    ),
)
def earlier_response_not_told(case: Case, line: Line) -> Iterable[Answer]:
    """The response to the earlier procedure is not recorded for a repeat.

    A repeat is covered where the one before helped enough for long enough. Both the percentage and the weeks have
    to be told, on the scale used before. Whether they are enough is the question of FRQ-010. Nothing told of it is
    not a finding: it stays unchecked.
    """
    return wanted_records.check(case, line, "DOC-005")
