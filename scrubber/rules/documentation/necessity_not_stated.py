"""DOC-014: the note does not say why the procedure was needed, or what comes next."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule


@rule(
    "DOC-014",
    severity=Severity.WARN,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50", "252"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Have the clinician say in the note why it was needed and what comes next, where that is what was "
    "thought on that day.",
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
    settled=True,
)
def necessity_not_stated(case: Case, line: Line) -> Iterable[Answer]:
    """The note does not say why the procedure was needed, or what comes next.

    A reviewer looks for the reason and for the plan; a note that leaves them to be guessed is read as if there were
    none. Nothing told of it is not a finding: it stays unchecked.
    """
    return wanted_records.check(case, line, "DOC-014")
