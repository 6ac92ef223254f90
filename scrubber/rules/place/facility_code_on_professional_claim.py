"""POS-003: a facility's code on a clinician's claim."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import ClaimKind, PayerType
from claims.reasons import Reason
from scrubber import places
from scrubber.parameters import parameter
from scrubber.registry import (
    EVERY_PAYER_TYPE,
    MEDICARE_PLANS,
    Answer,
    Case,
    Citation,
    Gap,
    Hit,
    RemedyKind,
    Severity,
    rule,
)


@rule(
    "POS-003",
    severity=Severity.DENY,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("5", "16"),
    citation=Citation(
        "CMS, HCPCS level II coding (C codes); Medicare Claims Processing Manual, chapters 4 and 14",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c04.pdf",
    ),
    place=places.PROCEDURE,
    remedy="Leave the facility's part to the facility's own claim, and bill here what the clinician did.",
    remedy_kind=RemedyKind.DO_NOT_BILL,
    requires="the service is the facility's, not the clinician's",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
)
def facility_code_on_professional_claim(case: Case) -> Iterator[Answer]:
    """A code that only hospitals and surgery centres bill stands on a clinician's claim.

    C codes (devices, drugs and procedures of outpatient payment) and G0463 (the hospital's part of a clinic visit) are
    not in the physician fee schedule. Sacroiliac injections are COD-011's, the modifier 26 of imaging MOD-011's.
    """
    claim = case.claim
    likely = [line for line in claim.lines if line.code[:1] in ("C", "G")]
    if not likely or claim.kind is ClaimKind.ASC_FACILITY:
        return
    for line in likely:
        value = parameter("facility_only_codes").on(case.day(line), case.as_of)
        if value is None or not line.code.startswith(value.words):
            continue
        if claim.kind is ClaimKind.UNKNOWN:
            yield Gap(("claim kind",), "whether this is a facility's claim is not known", of_claim=True)
            return
        severity = Severity.DENY if case.payer_type in MEDICARE_PLANS else Severity.WARN
        text = f"{line.code} is billed by hospitals and surgery centres alone; this is a clinician's claim."
        yield Hit(text, line=line, severity=severity)
