"""COD-013: the new code for a day before it began, or the old one for a day after it ended."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "COD-013",
    severity=Severity.REJECT,
    reason=Reason.CODING,
    carcs=("181",),
    citation=Citation(
        "CMS, physician fee schedule relative value files (code status by quarter)",
        "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    ),
    place=places.PROCEDURE,
    remedy="Bill the code of the day of service that describes what the record says was done; see in that year's code "
    "book whether the one named here is it.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record describes the service of the code billed instead",
    supersedes=("COD-001",),
    where=lambda row, _modifiers: bool(row.counterparts),
    settled=True,
)
def code_of_another_year(case: Case, line: Line) -> Iterator[Hit]:
    """A code is billed for a day before it began or after it ended, and another one stood in its place.

    Tracking codes (category III) end when a permanent code begins, and drugs change their unit. The code table names
    what the service was billed as before or since, from general knowledge: it is told as information, and which code is
    right the record and the code book say. A code of another year without such a counterpart is COD-001's.
    """
    if line.qualifier != "HC":
        return
    day = case.day(line)
    row = case.code_row(line)
    if row is None:
        return
    severity = Severity.REJECT if row.verified else Severity.WARN
    others = " or ".join(row.counterparts)
    if row.valid_from and day < row.valid_from:
        text = f"{line.code} starts on {row.valid_from}; on {day} such a service was billed as {others}."
        yield Hit(text, severity=severity)
    elif row.valid_to and row.valid_to < day:
        yield Hit(
            f"{line.code} ended on {row.valid_to}; on {day} such a service was billed as {others}.", severity=severity
        )
