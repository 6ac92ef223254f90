"""DOC-011: no psychological evaluation, or no trial result, before an implant."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule


@rule(
    "DOC-011",
    severity=Severity.DENY,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50",),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Find the evaluation and the result of the trial, and have them at hand. If there was none, the payer"
    " is likely to deny the implant.",
    remedy_kind=RemedyKind.OBTAIN,
    requires=wanted_records.REQUIRES,
    payer_types=MEDICARE_PLANS,
    families=(
        "pns",
        "pump",
        "scs",
    ),
    settled=True,
)
def implant_without_evaluation(case: Case, line: Line) -> Iterable[Answer]:
    """No psychological evaluation, or no trial result, before an implant.

    Medicare covers a stimulator or pump for pain as a late resort, after a psychological evaluation and a trial.
    Nothing told of it is not a finding: it stays unchecked.
    """
    return wanted_records.check(case, line, "DOC-011")
