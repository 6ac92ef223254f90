"""COD-001: a procedure code that did not exist on the day."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "COD-001",
    severity=Severity.REJECT,
    reason=Reason.CODING,
    carcs=("181", "16"),
    citation=Citation(
        "CMS, physician fee schedule relative value files (code status by quarter)",
        "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    ),
    place=places.PROCEDURE,
    remedy="Bill the code that was valid on the date of service and describes what the record says was done.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record describes the service of the code billed instead",
    settled=True,
)
def procedure_code_not_valid(case: Case, line: Line) -> Iterator[Answer]:
    """A procedure code had ended, or had not started, on the date of service.

    Codes come and go by quarter, and payers reject a code outside its dates. A code our table does not hold is called
    invalid only when the table is complete; otherwise we say that we could not check it. A row not yet verified
    against the publisher's file warns.
    """
    if line.qualifier != "HC":
        return
    day = case.day(line)
    release = case.tables.codes.on(day, case.as_of)
    row = release.get(line.code)
    if row is None and not (release.complete and release.holds_on(day)):
        yield Gap(("codes table",), f"the code table {release.name} does not hold {line.code}")
    elif row is None:
        yield Hit(f"{line.code} is not a code of the complete table {release.name}.")
    else:
        severity = Severity.REJECT if row.verified else Severity.WARN
        if row.valid_from and day < row.valid_from:
            yield Hit(f"{line.code} starts on {row.valid_from}; the date of service is {day}.", severity=severity)
        elif row.valid_to and row.valid_to < day:
            yield Hit(f"{line.code} ended on {row.valid_to}; the date of service is {day}.", severity=severity)
        elif not release.holds_on(day):
            yield Gap(("codes table",), f"the code table {release.name} is not known to hold on {day}")
