"""POS-002: the lower of two rates."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import ClaimKind, Line, PayerType
from claims.reasons import Reason
from scrubber import ncci, places, service_places
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "POS-002",
    severity=Severity.INFO,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("45",),
    citation=Citation(
        "42 CFR 414.22(b)(5): facility and non-facility practice expense",
        "https://www.ecfr.gov/current/title-42/section-414.22",
    ),
    place=places.LINE_PLACE,
    remedy="Nothing to correct where the place is right: expect the facility rate. The facility bills its own part.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows another place",
    payer_types=frozenset({PayerType.MEDICARE}),
    families=service_places.HANDS_ON,
    settled=True,
)
def facility_rate_applies(case: Case, line: Line) -> Iterator[Answer]:
    """Medicare pays this procedure at its facility rate, because of the place it was done in.

    In a hospital or surgery centre the room, staff and supplies are paid to the facility, so the clinician's rate
    leaves them out. It is a hint and no fault: a payment at the lower rate is not an underpayment.
    """
    if case.claim.kind is ClaimKind.ASC_FACILITY or service_places.place_row(case, line).rate != "facility":
        return
    row = ncci.code_row(case, line)
    if row is None or row.allowed_facility is None or row.allowed_nonfacility is None:
        return
    if row.allowed_facility < row.allowed_nonfacility:
        yield Hit(
            f"{line.code} in place {case.claim.place_of(line)} is paid at the facility rate, "
            f"{row.allowed_facility} in the national fee schedule of {row.allowed_year}, not {row.allowed_nonfacility}."
        )
