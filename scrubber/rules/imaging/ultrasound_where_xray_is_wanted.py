"""IMG-003: a spinal injection under ultrasound."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_ULTRASOUND = "facet_injection_us"


@rule(
    "IMG-003",
    severity=Severity.DENY,
    reason=Reason.MEDICAL_NECESSITY,
    carcs=("50", "55"),
    citation=Citation(
        "LCD L33906 and its like (epidural steroid injections) and L33930 and its like (facet joint interventions)",
        "https://www.cms.gov/medicare-coverage-database/view/lcd.aspx?lcdid=33930",
    ),
    place=places.PROCEDURE,
    remedy="Ask the clinician why ultrasound was used. Where contrast or X-rays were ruled out, have the note say so; "
    "otherwise expect a denial, and tell the patient before the service next time.",
    remedy_kind=RemedyKind.DOCUMENT,
    requires="the record shows why fluoroscopy or CT could not be used",
    payer_types=MEDICARE_PLANS,
    effective="2021-12-01",
    confidence="medium",
    families=("facet_injection_us", "esi_interlaminar", "esi_transforaminal"),
    settled=True,
)
def ultrasound_where_xray_is_wanted(case: Case, line: Line) -> Iterator[Answer]:
    """A facet or epidural injection was guided by ultrasound, and no reason against X-rays is recorded.

    The policies cover these injections under fluoroscopy or CT; under ultrasound only where contrast or X-rays are
    ruled out, by an allergy or a pregnancy. The facet codes say by themselves that it was ultrasound; of an epidural
    the record does. The last of the policies took effect in December 2021.
    """
    reason = case.told("contrast_contraindicated", line)
    if case.tables.family(line.code) == _ULTRASOUND:
        if reason != "yes":
            yield Hit(f"{line.code} is a code for ultrasound guidance, covered only where X-rays are ruled out.")
        return
    guidance = case.told("guidance", line)
    if guidance is None and not case.absent("guidance", line):
        yield Gap(("evidence guidance",), "what guided the needle is not recorded", of_claim=True)
    elif guidance == "ultrasound":
        if reason == "no" or case.absent("contrast_contraindicated", line):
            yield Hit(f"{line.code} was guided by ultrasound, and the record gives no reason against X-rays.")
        elif reason is None:
            why = "whether contrast or X-rays were ruled out is not recorded"
            yield Gap(("evidence contrast_contraindicated",), why, of_claim=True)
