"""DOC-006: the note of the procedure lacks a part the policy asks for."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule


@rule(
    "DOC-006",
    severity=Severity.WARN,
    reason=Reason.DOCUMENTATION,
    carcs=("252", "16"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Complete the note with what was done, by the clinician who did it, as a late entry with its own date.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires=wanted_records.REQUIRES,
    payer_types=MEDICARE_PLANS,
    families=(
        "esi_interlaminar",
        "esi_transforaminal",
        "facet_injection",
        "facet_rfa",
        "si_joint",
    ),
    settled=True,
)
def procedure_note_incomplete(case: Case, line: Line) -> Iterable[Answer]:
    """The note of the procedure lacks a part the policy asks for.

    A reviewer reads the level, the side, the way in, the guidance and its images, the contrast, the drug and dose,
    and whether there were complications. What is not written was not done. Nothing told of it is not a finding: it
    stays unchecked.
    """
    return wanted_records.check(case, line, "DOC-006")
