"""PRV-008: a payer that asks for the supervising clinician, and the claim names none."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import enrolments, incident_to, places
from scrubber.payer_profile import profile, wants, wish_cited
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.whole_claim import of_lines


@rule(
    "PRV-008",
    severity=Severity.INFO,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16",),
    citation=Citation(
        "X12 005010X222A1, loop 2310D (supervising provider); whether it is wanted is the payer's own rule",
        "https://x12.org/products/technical-reports",
    ),
    place=places.SUPERVISING_NPI,
    remedy="Put the name and NPI of the physician who supervised on the claim, from the record.",
    remedy_kind=RemedyKind.CORRECT,
    requires="that physician supervised the service",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
    confidence="medium",
)
def supervising_clinician_missing(case: Case) -> Iterator[Answer]:
    """The payer asks who supervised a practitioner's service, and the claim does not say.

    Only payers whose profile says so are looked at, and only lines a practitioner rendered or the record tells
    supervision of. A physician's own service has no supervisor.
    """
    if not wants(case, "supervising_npi") or case.claim.supervising:
        return
    lacking: list[Line] = []
    for line in case.claim.lines:
        if line.supervising:
            continue
        provider = case.claim.rendering_of(line)
        practitioner = incident_to.is_practitioner(case, line, provider)
        if practitioner or case.told("supervision", line):
            lacking.append(line)
        elif practitioner is None:
            yield enrolments.left_out(provider.npi)
    row = profile(case)
    if row and lacking:
        text = f"{row.name} asks who supervised, and the claim does not say."
        yield from of_lines(case, lacking, Hit(text, citation=wish_cited(case, "supervising_npi")))
