"""MOD-009: a side billed that the record does not show."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places, sides
from scrubber.registry import ANY_MODIFIER, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "MOD-009",
    severity=Severity.DENY,
    reason=Reason.DOCUMENTATION,
    carcs=("4", "50", "252"),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 12, section 40.7 (bilateral surgeries)",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
    ),
    place=places.MODIFIERS,
    remedy="See in the procedure note which side was treated, and bill that. If the note left a side out that was "
    "treated, the clinician may add to it with a dated addendum.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the procedure note shows the side that is billed",
    payer_types=ncci.PAYER_TYPES,
    confidence="medium",
    modifiers=ANY_MODIFIER,
    settled=True,
)
def side_not_in_record(case: Case, line: Line) -> Iterator[Answer]:
    """A line bills a side, or both, that the record does not show was treated.

    Both sides pay half as much again, so payers ask for the note, and deny the side it does not show. A line for one
    side is held against the record too, where it tells the side; for both sides, a record that tells none is a gap.
    """
    billed = sides.of_line(line)
    if not billed:
        return
    recorded = sides.of_record(case, line)
    if recorded is None:
        if billed == sides.BOTH and case.absent("side", line):
            yield Hit(f"{line.code} is billed for both sides; the record does not tell the side.")
        elif billed == sides.BOTH:
            yield Gap(("evidence side",), "both sides are billed, and the side treated is not recorded", of_claim=True)
    elif not billed <= recorded:
        told = sides.words(recorded) if recorded else "the midline"
        yield Hit(f"{line.code} is billed for {sides.words(billed)}; the record says {told}.")
