"""PRV-003: billed incident to a physician's service where that does not exist: in a hospital or the like."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import incident_to, places, service_places
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule

_HOSPITAL = frozenset({"hospital_outpatient", "inpatient", "emergency"})


@rule(
    "PRV-003",
    severity=Severity.DENY,
    reason=Reason.ENROLMENT,
    carcs=("170", "B20"),
    citation=Citation(
        "42 CFR 410.26(b)(1): incident-to services are those of a noninstitutional setting",
        "https://www.ecfr.gov/current/title-42/section-410.26",
    ),
    place=places.PLACE_OF_SERVICE,
    remedy="Check the place. Where it is right, bill the service under the NPI of the practitioner who gave it; a "
    "hospital visit that physician and practitioner shared has a rule and a modifier of its own.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the NPI on the claim is that of whoever the record shows gave the service",
    payer_types=frozenset({PayerType.MEDICARE}),
    supersedes=("PRV-002", "PRV-004"),
)
def incident_to_in_facility(case: Case, line: Line) -> Iterator[Answer]:
    """A service in a hospital or skilled nursing facility is billed incident to a physician's.

    There the staff's services belong to the facility's payment, so nothing is incident to the physician's. A surgery
    centre is not named in the regulation, but its staff is paid by the facility fee: there it warns.
    """
    if not incident_to.billed(case, line):
        return
    row = service_places.place_row(case, line)
    skilled = row.kind == "nursing" and row.rate == "facility"
    if row.kind in _HOSPITAL or skilled or row.kind == "asc":
        yield Hit(
            f"{line.code} in place {row.place} is billed incident to the physician's service, which only care outside "
            "hospitals and nursing facilities can be.",
            severity=Severity.WARN if row.kind == "asc" else Severity.DENY,
        )
