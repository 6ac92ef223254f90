"""DOC-009: the note is not signed, or nobody can tell by whom."""

from __future__ import annotations

from collections.abc import Iterator

from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "DOC-009",
    severity=Severity.REJECT,
    reason=Reason.DOCUMENTATION,
    carcs=("16", "252"),
    citation=Citation(
        "CMS, Medicare Program Integrity Manual (Pub. 100-08), chapter 3, section 3.3.2.4: signature requirements",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/pim83c03.pdf",
    ),
    place=places.CLAIM,
    remedy="Have the clinician who gave the care sign the note with credentials, or attest to it where signing late is "
    "not allowed; send the claim afterwards.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires="the one who signs is the one who gave the care",
    settled=True,
)
def note_not_signed(case: Case) -> Iterator[Answer]:
    """The note is not signed by the clinician, with credentials.

    A service whose record is not signed does not count as rendered: on review all of it is taken back. So a claim whose
    note is known to be open should not go out yet.
    """
    signed = case.told("signature")
    if signed is None and not case.absent("signature"):
        yield Gap(("evidence signature",), "nothing is recorded of whether the note is signed", of_claim=True)
    elif signed != "yes":
        yield Hit("The note of this care is not signed.")
    elif case.told("credentials") == "no":
        yield Hit("The note is signed without the clinician's credentials.", severity=Severity.WARN)
