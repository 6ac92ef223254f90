"""PRV-001: the rendering clinician is not enrolled with the payer, or not for this group, on the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import enrolments, places
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.tables.rows import EnrolmentRow
from scrubber.whole_claim import of_lines


@rule(
    "PRV-001",
    severity=Severity.DENY,
    reason=Reason.ENROLMENT,
    carcs=("B7", "185", "208"),
    citation=Citation(
        "42 CFR 424.505 and 424.520, enrolment as a condition of payment and its first day; other payers by contract",
        "https://www.ecfr.gov/current/title-42/part-424/subpart-P",
    ),
    place=places.RENDERING_NPI,
    remedy="Finish the enrolment and its link to the group, and ask the payer how far back it reaches. Hold the claim "
    "until then; a service before the first day stays unpaid.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the NPI is that of the clinician who did the service",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
)
def clinician_not_enrolled(case: Case) -> Iterator[Answer]:
    """The clinician who did the service is not enrolled with the payer for this group on the day.

    Payers pay only clinicians they know, from the day they know them, and for the group they are linked to. Who that is
    comes from the practice's own enrolment file; what it does not hold is not taken for an answer.
    """
    if not enrolments.kept(case):
        yield enrolments.NO_FILE
        return
    of_clinician: dict[str, list[Line]] = {}
    for line in case.claim.lines:
        of_clinician.setdefault(case.claim.rendering_of(line).npi, []).append(line)
    for npi, lines in sorted(of_clinician.items()):
        rows = enrolments.of_payer(case, npi)
        if not rows:
            yield enrolments.left_out(npi)
            continue
        faults: dict[str, list[Line]] = {}
        for line in lines:
            if line.service_from:
                faults.setdefault(_fault(case, rows, line.service_from), []).append(line)
        for fault, at in faults.items():
            if fault:
                yield from of_lines(case, at, Hit(f"NPI {npi} {fault}."))


def _fault(case: Case, rows: Sequence[EnrolmentRow], day: date) -> str:
    holding = [row for row in rows if enrolments.holds(row, day)]
    enrolled = [row for row in holding if row.status == "enrolled"]
    if any(row.group_npi in ("", case.claim.billing.npi) for row in enrolled):
        return ""
    if enrolled:
        return f"is enrolled with this payer for another group, {enrolled[0].group_npi}, on {day}"
    if any(row.status == "pending" for row in holding):
        return f"is not enrolled with this payer yet on {day}: the application is pending"
    return f"is not enrolled with this payer on {day}"
