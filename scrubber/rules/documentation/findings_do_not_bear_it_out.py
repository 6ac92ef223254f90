"""DOC-008: the findings of the examination fall short of what the policy asks."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule


@rule(
    "DOC-008",
    severity=Severity.WARN,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50", "252"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Ask the clinician what the examination found and when; complete the note where it was found so. If "
    "it was not, the policy does not cover the procedure.",
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
def findings_do_not_bear_it_out(case: Case, line: Line) -> Iterable[Answer]:
    """The findings of the examination fall short of what the policy asks.

    Some policies count findings: positive provocative tests before a sacroiliac injection, the age of a fracture
    before augmentation. Nothing told of it is not a finding: it stays unchecked.
    """
    return wanted_records.check(case, line, "DOC-008")
