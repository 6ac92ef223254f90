"""NCC-004: imaging guidance billed beside a procedure that holds it."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import first_of_each
from scrubber.tables import TableGap
from scrubber.tables.rows import CodeRow

_PROCEDURES = frozenset({"000", "010", "090", "YYY", "ZZZ"})  # global periods of what a needle may be guided for


@rule(
    "NCC-004",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97", "236"),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter IX (radiology): guidance that is part of the procedure",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.PROCEDURE,
    remedy="Do not bill the guidance, and write it off: the procedure's own code holds it, so no modifier can say "
    "truly that it was separate. The image and its report stay in the record, where the payer may ask for them.",
    remedy_kind=RemedyKind.DO_NOT_BILL,
    requires="the guidance was for the procedure that holds it",
    payer_types=ncci.PAYER_TYPES,
    effective="2023-01-01",
    supersedes=("NCC-001", "NCC-002", "NCC-009"),
    families=("imaging_guidance",),
)
def guidance_included(case: Case, line: Line) -> Iterator[Answer]:
    """Imaging guidance is billed beside a procedure whose code holds that guidance.

    The code table says which guidance each procedure holds, as it has been since 2023, when the nerve blocks took
    theirs in; earlier days are left to the pair edits. Where another line of the day may be what was guided, this rule
    is silent and the pair edit asks the clinician. A modifier that lifts the edit makes the line payable, not right:
    there the rule warns. Clinicians of one group and specialty count as one for NCCI; here only lines of the same
    rendering NPI are compared.
    """
    day = case.day(line)
    release = case.tables.codes.on(day, case.as_of)
    own = release.get(line.code)
    if own is None or own.family != "imaging_guidance":
        return
    others = first_of_each(case, line)
    rows = [(other, release.get(other.code)) for other in others]
    holding = [other for other, row in rows if row is not None and line.code in row.included_guidance]
    if not holding:
        unknown = sorted({other.code for other, row in rows if row is None})
        if unknown and not release.complete:
            yield Gap(("codes table",), f"the code table {release.name} does not know {', '.join(unknown)}")
        return
    primaries = _primaries(case, line)
    if any(_may_be_guided(line.code, other, row, primaries) for other, row in rows):
        return
    beside = ", ".join(f"{other.code} (line {other.number})" for other in holding)
    marked = bool(set(line.modifiers) & ncci.DISTINCT) and primaries is None
    yield Hit(
        f"{line.code} is already part of {beside}: the procedure's code holds its imaging guidance.",
        severity=Severity.WARN if marked else ncci.severity(case.payer_type),
        change=Change("drop_line", line.number, ""),
    )


def _primaries(case: Case, line: Line) -> frozenset[str] | None:
    """The codes the guidance may be added to; None where it is no add-on, or we hold no list that is whole."""
    try:
        row = case.tables.addons.on(case.day(line), case.as_of).get(line.code)
    except TableGap:
        return None
    return row.primaries if row is not None and not row.contractor else None


def _may_be_guided(guidance: str, other: Line, row: CodeRow | None, primaries: frozenset[str] | None) -> bool:
    if primaries is not None:
        return other.code in primaries
    return row is None or (row.global_days in _PROCEDURES and guidance not in row.included_guidance)
