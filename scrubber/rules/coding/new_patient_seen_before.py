"""COD-009: a new patient visit for a patient the group knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claims.claim import Line
from claims.reasons import Reason
from past.patient import Service
from scrubber import global_periods, look_back, places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.tables import Release
from scrubber.tables.rows import CodeRow


@rule(
    "COD-009",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("B16",),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 12, section 30.6.7 (new patient)",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
    ),
    place=places.PROCEDURE,
    remedy="Bill the established patient visit whose level the note bears out. If the earlier service was not face to "
    "face, or was of another specialty of the group, the visit may stand.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the note bears out the level of the visit that is billed instead",
    codes=("99202", "99203", "99204", "99205"),
)
def new_patient_seen_before(case: Case, line: Line) -> Iterator[Answer]:
    """A visit of a new patient is billed for one the group has seen within three years.

    New is who had no face-to-face service from any clinician of the same group and specialty in the three years before:
    visits and procedures count, tests and drugs do not, whoever paid. The group is told by its billing NPI. A claim
    does not say specialties, so where another clinician of the group saw the patient, the rule warns.
    """
    day = case.day(line)
    value = parameter("new_patient_months").on(day, case.as_of)
    if value is None:
        return
    since = look_back.first_day_of_window(day, int(value.value))
    codes = case.tables.codes.on(day, case.as_of)
    npi = case.claim.rendering_of(line).npi
    seen = [s for s in case.past.services if since <= s.service_date < day and _face_to_face(case, codes, s)]
    if seen:
        last = max(seen, key=lambda s: (s.rendering_npi == npi, s.service_date, s.code))
        yield _hit(line, last, since, Severity.DENY if last.rendering_npi == npi else Severity.WARN)
    elif not look_back.covered(case, since):
        yield look_back.not_covered(
            since, "no earlier visit or procedure of the group is known, but not the whole time"
        )


def _hit(line: Line, last: Service, since: date, severity: Severity) -> Hit:
    who = "the same clinician" if severity is Severity.DENY else "another clinician of the group"
    text = f"{line.code} is for a new patient; {who} billed {last.code} for the patient on {last.service_date}"
    return Hit(f"{text}, and the three years begin on {since}.", severity=severity)


def _face_to_face(case: Case, codes: Release[CodeRow], service: Service) -> bool:
    if service.billing_npi != case.claim.billing.npi:
        return False
    row = codes.get(service.code)
    return row is not None and (row.family == "em" or row.global_days in global_periods.PROCEDURES)
