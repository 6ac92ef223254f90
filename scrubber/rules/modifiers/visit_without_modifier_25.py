"""MOD-001: an office visit beside a procedure, with nothing to say that it was separate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import first_of_each, other_claims
from scrubber.tables.rows import CodeRow

XXX = "XXX"  # no global period: the NCCI edits say beside which visits it stands


@rule(
    "MOD-001",
    severity=Severity.DENY,
    reason=Reason.MODIFIER,
    carcs=("97",),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter I, section D (evaluation and management services)",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.MODIFIERS,
    remedy="Ask the clinician: was the visit significant and separate from the procedure? If the note shows it, add "
    "25; if not, do not bill the visit.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the note shows a significant visit, separate from the procedure and the decision to do it",
    payer_types=ncci.PAYER_TYPES,
    supersedes=("EM-001", "NCC-002"),
    where=lambda row, modifiers: ncci.is_visit(row) and ncci.VISIT.isdisjoint(modifiers),
)
def visit_without_modifier_25(case: Case, line: Line) -> Iterator[Answer]:
    """An office visit on the day of a minor procedure by the same clinician carries no modifier 25.

    The procedure's payment already holds the usual work around it: every procedure with a global period of 0 or 10
    days does, and one without (XXX) where an NCCI edit pairs it with the visit. Without 25 the payer takes the visit to
    be that work. 24 and 57 count as an answer here; whether they are the right one is another rule's question. A
    procedure found only on another claim of the day warns. Clinicians of one group and specialty count as one for
    NCCI; here only lines of the same rendering NPI are compared.
    """
    if not ncci.VISIT.isdisjoint(line.modifiers) or case.code_row(line) is None:
        return
    day = case.day(line)
    release = case.tables.codes.on(day, case.as_of)
    value = parameter("visit_25_global_periods").on(day, case.as_of)
    periods = value.words if value is not None else ()
    others = [(other, release.get(other.code)) for other in first_of_each(case, line)]
    procedure = _procedure(case, line, others, periods)
    if procedure is not None:
        text = f"{line.code} and {procedure.code} (line {procedure.number}) are billed for the same day"
        text += " by the same clinician, and the visit carries no modifier 25."
        yield _hit(case, line, text, ncci.severity(case.payer_type))
        return
    for service in other_claims(case, line):
        row = release.get(service.code)
        if row is not None and _holds_the_visit(row, periods):
            text = f"{line.code} carries no modifier 25, and another claim bills {service.code} for the same day"
            yield _hit(case, line, f"{text} by the same clinician.", Severity.WARN)
            return
    unknown = [other.code for other, row in others if row is None]
    if unknown and not release.complete:
        yield Gap(("codes table",), f"the code table {release.name} does not know {', '.join(sorted(set(unknown)))}")


def _procedure(
    case: Case, visit: Line, others: Sequence[tuple[Line, CodeRow | None]], periods: tuple[str, ...]
) -> Line | None:
    """The first procedure whose payment holds the visit, else the first that an edit pairs with it."""
    for other, row in others:
        if row is not None and _holds_the_visit(row, periods):
            return other
    if XXX in periods:
        for other, row in others:
            if row is not None and _edited(case, visit, other, row):
                return other
    return None


def _holds_the_visit(row: CodeRow, periods: tuple[str, ...]) -> bool:
    return row.global_days in periods and row.global_days != XXX


def _edited(case: Case, visit: Line, other: Line, row: CodeRow) -> bool:
    if row.family == "em" or row.global_days != XXX:
        return False
    return any(pair.column1.code == other.code and pair.indicator == "1" for pair in ncci.pairs(case, visit))


def _hit(case: Case, line: Line, message: str, severity: Severity) -> Hit:
    """The objection; 25 is offered only where the record does not speak against it."""
    against = case.told("separate_visit", line) == "no" or case.absent("separate_visit", line)
    return Hit(message, severity=severity, change=None if against else Change("add_modifier", line.number, "25"))
