"""DRG-002: a drug without its National Drug Code, for a payer that wants it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.payer_profile import own_wish, wants, wish_cited
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_DIGITS = 11  # LIN03 with qualifier N4: labeller, product and package as 5-4-2, without hyphens
_KIND_NOT_KNOWN = Gap(
    ("payer type",), "some payers want the NDC of drugs; this payer's kind is not known", of_claim=True
)


@rule(
    "DRG-002",
    severity=Severity.DENY,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16",),
    rarcs=("M119",),
    citation=Citation(
        "42 CFR 447.520 (Medicaid: the NDC of drugs that clinicians give); X12 005010X222A1, loop 2410; the payer's "
        "manual",
        "https://www.ecfr.gov/current/title-42/chapter-IV/subchapter-C/part-447/subpart-I/section-447.520",
    ),
    place=places.DRUG,
    remedy="Copy the NDC from the vial that was used, as 11 digits without hyphens, with the quantity and its unit "
    "(ML, UN, GR, ME, F2).",
    remedy_kind=RemedyKind.CORRECT,
    requires="the vial or the inventory shows the number",
    families=("drug", "drug_ha"),
)
def ndc_missing(case: Case, line: Line) -> Iterable[Answer]:
    """A drug is billed without its NDC, its quantity or its unit, to a payer that wants them.

    States may pay for a drug that a clinician gives only with its NDC, since they claim the maker's rebate by it, so
    claims to Medicaid warn; where the payer table says that the payer wants it, the payer denies.
    """
    wanted = wants(case, "ndc")
    if not wanted and case.payer_type is not PayerType.MEDICAID:
        return (_KIND_NOT_KNOWN,) if case.payer_type is PayerType.UNKNOWN else ()
    return _looked(case, line, wanted=wanted)


def _looked(case: Case, line: Line, *, wanted: bool) -> Iterator[Answer]:
    missing = [
        name
        for name, given in (
            ("NDC", line.ndc),
            ("quantity", line.drug_quantity),
            ("unit of the quantity", line.drug_unit),
        )
        if not given
    ]
    text = f"{line.code} lacks its {' and '.join(missing)}" if missing else ""
    if not text and not (len(line.ndc) == _DIGITS and line.ndc.isascii() and line.ndc.isdigit()):
        text = f"The NDC of {line.code} is not {_DIGITS} digits"
    if text:
        told = own_wish(case, "ndc")
        sure = wanted and (told is None or told.verified)
        severity = Severity.DENY if sure else Severity.WARN
        yield Hit(f"{text}; this payer wants it.", severity=severity, citation=wish_cited(case, "ndc"))
