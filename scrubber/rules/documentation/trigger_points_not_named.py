"""DOC-012: no trigger points are described where the policy asks for them."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule


@rule(
    "DOC-012",
    severity=Severity.WARN,
    reason=Reason.DOCUMENTATION,
    carcs=("50", "252"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Have the note name the muscles and the findings in each, as they were.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires=wanted_records.REQUIRES,
    payer_types=MEDICARE_PLANS,
    families=("trigger_point",),
    settled=True,
)
def trigger_points_not_named(case: Case, line: Line) -> Iterable[Answer]:
    """No trigger points are described where the policy asks for them.

    The policies want the muscles named that were injected, and what was felt there. Nothing told of it is not a
    finding: it stays unchecked.
    """
    return wanted_records.check(case, line, "DOC-012")
