"""IMG-002: a procedure that includes its imaging, and a record without it."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places, wanted_records
from scrubber.registry import MEDICARE_PLANS, Answer, Case, RemedyKind, Severity, rule

_EPIDURAL = frozenset({"esi_interlaminar", "esi_transforaminal"})


@rule(
    "IMG-002",
    severity=Severity.DENY,
    reason=Reason.DOCUMENTATION,
    carcs=("50", "252"),
    citation=wanted_records.CITATION,
    place=places.PROCEDURE,
    remedy="Find the images and put them with the record. If the procedure was done without the imaging its code "
    "includes, ask the clinician: it is not the service that was billed.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires="the imaging was used, and its images were kept",
    payer_types=MEDICARE_PLANS,
    families=("esi_interlaminar", "esi_transforaminal", "facet_injection", "facet_rfa", "si_joint"),
    settled=True,
)
def guidance_not_recorded(case: Case, line: Line) -> Iterable[Answer]:
    """The record shows other imaging than the procedure's code includes, or no images of it.

    The codes of these procedures hold fluoroscopy or CT, and the policies ask for images of the needle's place that can
    be looked at again. Nothing told of it is not a finding: it stays unchecked. An epidural under ultrasound is
    IMG-003's to speak of, and where no imaging was used, no images are asked for.
    """
    guidance = case.told("guidance", line)
    if guidance == "ultrasound" and case.tables.family(line.code) in _EPIDURAL:
        return wanted_records.check(case, line, "IMG-002", but=("guidance",))
    return wanted_records.check(case, line, "IMG-002", but=("images_saved",) if guidance == "none" else ())
