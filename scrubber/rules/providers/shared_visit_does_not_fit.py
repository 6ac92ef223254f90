"""PRV-007: modifier FS outside a facility, or on the claim of who did the lesser part."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import incident_to, places, service_places
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_FACILITY = frozenset({"hospital_outpatient", "inpatient", "emergency"})


@rule(
    "PRV-007",
    severity=Severity.DENY,
    reason=Reason.MODIFIER,
    carcs=("4", "170"),
    citation=Citation(
        "42 CFR 415.140, split (or shared) visits in a facility; who did the substantive portion bills",
        "https://www.ecfr.gov/current/title-42/section-415.140",
    ),
    place=places.MODIFIERS,
    remedy="Look in the record who did what and where. In the office a visit is the physician's own, the "
    "practitioner's, or incident to; in a facility whoever did the substantive part bills it.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record shows who did the substantive part, and where",
    payer_types=MEDICARE_PLANS,
    effective="2022-01-01",
    modifiers=("FS",),
)
def shared_visit_does_not_fit(case: Case, line: Line) -> Iterator[Answer]:
    """A visit marked as shared (FS) was not in a facility, or is billed by who did the lesser part of it.

    Sharing a visit exists only where services incident to a physician's do not: in hospitals and skilled nursing
    facilities. Since 2024 the substantive part is more than half of the time, or the decision making itself.
    """
    row = service_places.place_row(case, line)
    if row.kind not in _FACILITY and not (row.kind == "nursing" and row.rate == "facility"):
        yield Hit(f"{line.code} carries FS in place {row.place}; a visit is shared in a facility only.", carcs=("4",))
        return
    part = case.evidence("substantive_part", line)
    provider = case.claim.rendering_of(line)
    practitioner = incident_to.is_practitioner(case, line, provider)
    if practitioner is None:
        yield Gap(
            ("enrolment record",), f"whether NPI {provider.npi} is a physician cannot be told without its taxonomy"
        )
    elif practitioner is (part == "physician"):
        did, bills = ("physician", "practitioner") if practitioner else ("practitioner", "physician")
        yield Hit(
            f"The record says that the {did} did the substantive part of {line.code}; the {bills} bills it.",
            carcs=("170",),
            place=places.RENDERING_NPI,
        )
