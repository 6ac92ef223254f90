"""COD-011: the facility's code for a sacroiliac injection, or the clinician's without imaging."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import ClaimKind, Line
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule

_CLINICIANS, _WITHOUT_IMAGING = "27096", "20552"
_WORDS = {"none": "no imaging", "ultrasound": "ultrasound"}


@rule(
    "COD-011",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("16", "96"),
    citation=Citation(
        "CMS, billing and coding article A59154, Sacroiliac Joint Injections and Procedures, and its like",
        "https://www.cms.gov/medicare-coverage-database/view/article.aspx?articleid=59154",
    ),
    place=places.PROCEDURE,
    remedy="Bill the code of the claim it is on: the clinician's own with fluoroscopy or CT, the facility's on the "
    "facility's claim. Without such imaging the injection is billed as what the note shows.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the procedure note shows the joint, and what guided the needle",
    supersedes=("IMG-002",),
    codes=(_CLINICIANS, "G0259", "G0260"),
)
def sacroiliac_code_does_not_fit(case: Case, line: Line) -> Iterator[Answer]:
    """A sacroiliac injection is billed with a facility's code on a clinician's claim, or without the imaging it holds.

    27096 is the clinician's and holds fluoroscopy or CT; without them the articles name 20552. G0259 and G0260 are
    billed by hospitals and surgery centres: Medicare denies them on a clinician's claim, and elsewhere they warn. What
    a surgery centre bills itself is POS-007's.
    """
    kind = case.claim.kind
    if line.code != _CLINICIANS:
        if kind is ClaimKind.UNKNOWN:
            yield Gap(("claim kind",), "whether this is a facility's claim is not known", of_claim=True)
        elif kind is ClaimKind.PROFESSIONAL:
            severity = Severity.DENY if case.payer_type in MEDICARE_PLANS else Severity.WARN
            text = f"{line.code} is billed by facilities; on a clinician's claim the injection is {_CLINICIANS}."
            yield Hit(text, severity=severity)
        return
    if kind is ClaimKind.ASC_FACILITY:
        return
    guidance = case.told("guidance", line)
    if guidance is None:
        yield Gap(("evidence guidance",), "what guided the needle is not recorded", of_claim=True)
    elif guidance in _WORDS:
        plain = guidance == "none"
        yield Hit(
            f"{line.code} holds fluoroscopy or CT; the record tells of {_WORDS[guidance]}.",
            change=Change("set_code", line.number, _WITHOUT_IMAGING) if plain else None,
        )
