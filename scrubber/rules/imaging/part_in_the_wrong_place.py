"""IMG-004: the technical part billed where it is the facility's, or half of an image in the practice's own office."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import ClaimKind, Line
from claims.reasons import Reason
from scrubber import ncci, places, service_places
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule

_IN_PARTS = "1"  # PC/TC indicator


@rule(
    "IMG-004",
    severity=Severity.DENY,
    reason=Reason.MODIFIER,
    carcs=("4",),
    citation=Citation(
        "CMS, Medicare Claims Processing Manual (Pub. 100-04), chapter 13, section 20: payment for radiology services",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c13.pdf",
    ),
    place=places.MODIFIERS,
    remedy="Check in the record who owns the equipment and who read the image, and bill the part the practice did.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows which part the practice did",
    payer_types=ncci.PAYER_TYPES,
    families=("imaging_guidance", "imaging_diagnostic"),
    settled=True,
)
def part_in_the_wrong_place(case: Case, line: Line) -> Iterator[Answer]:
    """The technical part of an image is billed in a facility, or the professional part alone in the office.

    In a hospital or surgery centre the equipment is the facility's, so TC on a clinician's claim is denied. In its own
    office a practice bills the whole image; 26 alone there leaves the equipment to somebody else, which may be right.
    The whole image in a facility is the question of MOD-011.
    """
    part = next((m for m in line.modifiers if m in ("26", "TC")), "")
    kind = case.claim.kind
    if not part or kind is ClaimKind.ASC_FACILITY:
        return
    row = case.code_row(line)
    if row is None or row.pctc != _IN_PARTS:
        return
    place = service_places.place_row(case, line)
    if part == "TC" and place.rate == "facility":
        text = f"{line.code} carries TC in place {place.place}, where the equipment is the facility's."
        sure = kind is ClaimKind.PROFESSIONAL
        yield Hit(text, severity=ncci.severity(case.payer_type) if sure else Severity.WARN)
    elif part == "26" and place.kind == "office":
        text = f"{line.code} carries 26 in the office, so the other half of the image is not billed here."
        yield Hit(text, severity=Severity.INFO)
