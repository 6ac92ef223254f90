"""COD-010: a code for what has none of its own, and no word of what was done."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "COD-010",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("189", "16", "252"),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 26, section 10.4 (item 24D: unlisted codes are described)",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c26pdf.pdf",
    ),
    place=places.PROCEDURE,
    remedy="Say in a few words what was done, with the code (SV101-7) or in the claim's note, and keep the procedure "
    "note at hand: the payer prices the service from it.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires="no code describes what was done, and the record shows it",
    families=("unlisted",),
)
def unlisted_code_without_description(case: Case, line: Line) -> Iterator[Answer]:
    """An unlisted procedure code is billed without a description, or without a basis for its price.

    The code alone says only where nothing else fits, so payers return it without a description. They price it by hand
    from the record and a comparable code: without such a basis on file the line waits, and may be denied.
    """
    if not (line.description or line.notes or case.claim.note):
        yield Hit(f"{line.code} has no code of its own, and neither line nor claim describes the service.")
        return
    priced = case.told("invoice", line)
    if priced == "no":
        yield Hit(
            f"{line.code} is priced by hand, and no basis for its price is on file.",
            severity=Severity.WARN,
            remedy="Put a basis for the price on file: a comparable code, and why the service is like it.",
        )
    elif priced is None:
        yield Gap(("evidence invoice",), "whether a basis for the price of an unlisted code is on file is not recorded")
