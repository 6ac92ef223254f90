"""POS-007: a surgery centre that bills the clinician's code for the sacroiliac joint."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import ClaimKind, Line
from claims.reasons import Reason
from scrubber import places, service_places
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule

_CLINICIANS, _CENTRES = "27096", "G0260"


@rule(
    "POS-007",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("5", "16"),
    citation=Citation(
        "Articles A59154, A59192, A59244 and their like, Billing and Coding: Sacroiliac Joint Injections",
        "https://www.cms.gov/medicare-coverage-database/view/article.aspx?articleid=59154",
    ),
    place=places.PROCEDURE,
    remedy="Bill the centre's own code for the same injection, G0260; 27096 stands on the clinician's claim.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the line bills the centre's facility fee for a steroid or anesthetic injected into the sacroiliac joint",
    payer_types=MEDICARE_PLANS,
    effective="2023-03-19",
    codes=(_CLINICIANS,),
)
def surgery_centre_bills_clinician_code(case: Case, line: Line) -> Iterator[Answer]:
    """A surgery centre's claim bills 27096, which Medicare does not know from a centre.

    Under surgery centre payment the injection is G0260; what the clinician does is 27096, billed apart. The nerves of
    the joint (64451) have one code for both. The clinician's use of the centre's code is COD-011's.
    """
    kind = case.claim.kind
    if kind is ClaimKind.PROFESSIONAL or service_places.place_row(case, line).kind != "asc":
        return
    if kind is ClaimKind.UNKNOWN:
        yield Gap(("claim kind",), "whether the surgery centre bills for itself is not known", of_claim=True)
        return
    text = f"{line.code} is the clinician's code; a surgery centre bills this injection as {_CENTRES}."
    yield Hit(text, change=Change("set_code", line.number, _CENTRES))
