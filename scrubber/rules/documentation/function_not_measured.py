"""DOC-002: function is not measured on a scale where the policy asks for one."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule


@rule(
    "DOC-002",
    severity=Severity.WARN,
    reason=Reason.DOCUMENTATION,
    carcs=("50", "252"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Have the note name the scale that was used and its score on the day.",
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
def function_not_measured(case: Case, line: Line) -> Iterable[Answer]:
    """Function is not measured on a scale where the policy asks for one.

    Policies want the effect of the pain on daily life measured on a known scale, before and after, so that a repeat
    can be judged by it. Nothing told of it is not a finding: it stays unchecked.
    """
    return wanted_records.check(case, line, "DOC-002")
