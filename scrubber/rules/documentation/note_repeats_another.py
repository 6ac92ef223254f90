"""DOC-010: much of the note stands word for word in another."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from claims.claim import Line
from claims.evidence import in_own_unit
from claims.reasons import Reason
from scrubber import places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "DOC-010",
    severity=Severity.INFO,
    reason=Reason.DOCUMENTATION,
    carcs=("150",),
    citation=Citation(
        "CMS, Medicare Program Integrity Manual (Pub. 100-08), chapter 3, section 3.3.2.1.1: templates",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/pim83c03.pdf",
    ),
    place=places.PROCEDURE,
    remedy="Ask the clinician to say in the note what was found and done on this day, where it was copied.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires="what is written is what was found and done",
    confidence="medium",
    settled=True,
)
def note_repeats_another(case: Case, line: Line) -> Iterator[Answer]:
    """Much of the note stands word for word in an earlier one.

    Reviewers take text that is the same from visit to visit as a sign that nothing new was found, and so that the care
    was not needed. A hint, and only where somebody has compared the notes: nothing is asked of a claim without it.
    """
    facts = case.facts("repeated_text", line)
    share = in_own_unit(facts[0]) if facts else None
    if share is None:
        return
    most = parameter("note_repeated_percent").on(case.day(line), case.as_of)
    if most is not None and share > Decimal(most.value):
        yield Hit(f"{line.code}: {share.normalize():f} percent of the note stands word for word in an earlier one.")
