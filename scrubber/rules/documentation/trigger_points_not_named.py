"""DOC-012: no trigger points are described where the policy asks for them."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import Answer, Case, Citation, RemedyKind, Severity, rule


@rule(
    "DOC-012",
    severity=Severity.WARN,
    reason=Reason.DOCUMENTATION,
    carcs=("50", "252"),
    citation=Citation(
        "Coverage policies of the Medicare contractors; each row of the records table cites its own",
        "https://www.cms.gov/medicare-coverage-database/search.aspx",
    ),
    place=places.PROCEDURE,
    remedy="Have the note name the muscles and the findings in each, as they were.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires="the care was given so, and the record is completed by the one who gave it",
    payer_types=frozenset({PayerType.MEDICARE, PayerType.MEDICARE_ADVANTAGE}),
    families=("trigger_point",),
)
def trigger_points_not_named(case: Case, line: Line) -> Iterator[Answer]:
    """No trigger points are described where the policy asks for them.

    The policies want the muscles named that were injected, and what was felt there. Nothing told of it is not a
    finding: it stays unchecked.
    """
    return wanted_records.check(case, line, "DOC-012")
