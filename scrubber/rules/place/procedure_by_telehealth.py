"""POS-006: a procedure over a distance."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import places, service_places
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "POS-006",
    severity=Severity.DENY,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("58",),
    citation=Citation(
        "42 CFR 410.78 and CMS's list of telehealth services: no hands-on procedure is on it",
        "https://www.cms.gov/medicare/coverage/telehealth/list-services",
    ),
    place=places.LINE_PLACE,
    remedy="Look up where the patient was treated, and correct the place of service; a visit of the day by video keeps "
    "its own place on its own line.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows where the procedure was done",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
    effective="2022-01-01",
    families=service_places.HANDS_ON,
    settled=True,
)
def procedure_by_telehealth(case: Case, line: Line) -> Iterator[Answer]:
    """A procedure that takes a needle or an implant is billed with a telehealth place of service.

    Places 02 and 10 say that patient and clinician were apart; Medicare's list of telehealth services holds visits and
    talks, and other payers follow it. Usually the claim took its place from a visit of the same day.
    """
    if service_places.place_row(case, line).kind == "telehealth":
        yield Hit(f"{line.code} is billed in place {case.claim.place_of(line)}, by telehealth.")
