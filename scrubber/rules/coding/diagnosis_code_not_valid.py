"""COD-002: a diagnosis code that was not billable on the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claims.reasons import Reason
from scrubber import places
from scrubber.diagnoses import of_claim, wants_seventh
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.tables import Release
from scrubber.tables.rows import DiagnosisRow


@rule(
    "COD-002",
    severity=Severity.REJECT,
    reason=Reason.CODING,
    carcs=("146", "16"),
    citation=Citation(
        "ICD-10-CM, CMS and CDC releases of 1 October and 1 April (45 CFR 162.1002)",
        "https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    ),
    place=places.DIAGNOSES,
    remedy="Use the full-length code the chart supports, valid on the date of service.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the chart supports the code",
    effective="2015-10-01",
    version="2",
    by_diagnoses=True,
)
def diagnosis_code_not_valid(case: Case) -> Iterator[Answer]:
    """A diagnosis code is only a heading, or was not valid on the date of service.

    Payers take full-length codes valid on the day, and return the claim otherwise. Where the publisher names what took
    an ended code's place, the message repeats it as information; which code is right is the chart's to say. Past the
    last day a table is known to hold (the next 1 October), what it does not know to have ended is not checked. A code
    that only lacks its seventh character is DX-007's.
    """
    sent = [d.code for d in case.claim.diagnoses]
    if not sent:
        return
    days = {line.service_from for line in case.claim.lines if line.service_from}
    releases = [(day, case.tables.icd10.on(day, case.as_of)) for day in sorted(days)]
    for code in dict(zip(sent, of_claim(case), strict=True)).values():
        for day, release in releases:
            row = release.get(code)
            if row is not None and release.holds_on(day) and not _fault(row, day):
                continue
            answer = _look(case, code, day, release)
            if answer:
                yield answer
                break  # one finding a code: its first faulty day


def _look(case: Case, code: str, day: date, release: Release[DiagnosisRow]) -> Answer | None:
    row = release.get(code)
    if (row is None or not row.billable) and wants_seventh(case, code, release):
        return None
    late = not release.holds_on(day)
    if row is not None:
        fault = _fault(row, day)
        if fault:
            return Hit(f"{code} {fault}", severity=Severity.REJECT if row.verified else Severity.WARN)
        why = f"is not known to hold on {day}"
    elif release.complete and not late:
        return Hit(f"{code} is not a code of the complete ICD-10-CM table {release.name}.")
    else:
        why = f"does not hold {code}"
    return Gap(("icd10 table",), f"the ICD-10-CM table {release.name} {why}") if late or row is None else None


def _fault(row: DiagnosisRow, day: date) -> str:
    """What is known to be wrong with the code on the day; empty when nothing is."""
    if row.valid_to and row.valid_to < day:
        named = f" The publisher names {', '.join(row.replacement.split())} in its place." if row.replacement else ""
        return f"ended on {row.valid_to}; the date of service is {day}.{named}"
    if row.valid_from and day < row.valid_from:
        return f"starts on {row.valid_from}; the date of service is {day}."
    return "" if row.billable else "is a heading with codes below it, not a billable diagnosis."
