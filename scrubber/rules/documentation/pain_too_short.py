"""DOC-001: pain has not lasted as long as the policy asks."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule

_NOT_FOR_PAIN = frozenset({"99490"})


@rule(
    "DOC-001",
    severity=Severity.WARN,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50", "252"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Ask the clinician since when the pain has lasted, and have the note say so where it does not. If it "
    "has lasted no longer, the policy does not cover the procedure yet.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires=wanted_records.REQUIRES,
    payer_types=MEDICARE_PLANS,
    families=(
        "basivertebral",
        "chronic_pain_mgmt",
        "esi_interlaminar",
        "esi_transforaminal",
        "facet_injection",
        "facet_rfa",
        "si_joint",
    ),
    settled=True,
)
def pain_too_short(case: Case, line: Line) -> Iterable[Answer]:
    """Pain has not lasted as long as the policy asks.

    Policies cover an injection or ablation for pain that has lasted for a time that each of them names, and want
    the record to say since when. The clock that counts is the one in the note. Nothing told of it is not a finding:
    it stays unchecked. Chronic care by staff is of the same family as monthly pain care, and not for pain alone.
    """
    return iter(()) if line.code in _NOT_FOR_PAIN else wanted_records.check(case, line, "DOC-001")
