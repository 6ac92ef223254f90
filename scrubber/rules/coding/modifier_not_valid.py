"""COD-003: a modifier that does not exist, not on that day, or not on that code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.ncci import DISTINCT, VISIT
from scrubber.registry import ANY_MODIFIER, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.tables.rows import ModifierRow

_LENGTH = 2  # SV101-3: the form of a modifier, in CPT and HCPCS alike
_OTHER_RULES = VISIT | DISTINCT  # MOD-003 says on what those stand


@rule(
    "COD-003",
    severity=Severity.REJECT,
    reason=Reason.MODIFIER,
    carcs=("182", "4"),
    citation=Citation(
        "HCPCS level II and CPT modifiers (45 CFR 162.1002)",
        "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system",
    ),
    place=places.MODIFIERS,
    remedy="Correct the modifier where it was mistyped; take it off where it does not belong to the code.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows what the modifier says",
    modifiers=ANY_MODIFIER,
    settled=True,
)
def modifier_not_valid(case: Case, line: Line) -> Iterator[Answer]:
    """A modifier does not exist, was not valid on the date of service, or never stands on such a code.

    Payers return a line with a modifier they do not know. Some belong to one kind of service: those of anesthesia, of
    laboratory tests, of discarded drugs. The modifier table says which; one it does not hold is called invalid only
    where the table is complete. A use that is not yet verified warns. Modifiers of visits and of separate procedures,
    of sides, parts and telehealth have rules of their own.
    """
    if not line.modifiers or line.qualifier != "HC":
        return
    day = case.day(line)
    release = case.tables.modifiers.on(day, case.as_of)
    unknown = False
    for modifier in dict.fromkeys(line.modifiers):
        row = release.get(modifier)
        if row is not None:
            yield from _look(case, line, day, row)
        elif len(modifier) != _LENGTH or not modifier.isalnum():
            yield Hit(f"{line.code} carries {modifier!r}; a modifier is two letters or digits.")
        elif release.complete and release.holds_on(day):
            yield Hit(f"{modifier} is not a modifier of the complete table {release.name}.")
        else:
            unknown = True
        if line.modifiers.count(modifier) > 1:
            yield Hit(f"{line.code} carries {modifier} twice.", severity=Severity.WARN)
    if unknown:
        yield Gap(("modifiers table",), f"the modifier table {release.name} does not hold every modifier of the line")


def _look(case: Case, line: Line, day: date, row: ModifierRow) -> Iterator[Answer]:
    severity = Severity.REJECT if row.verified else Severity.WARN
    if row.valid_from and day < row.valid_from:
        text = f"{row.modifier} starts on {row.valid_from}; the date of service is {day}."
        yield Hit(text, severity=severity)
    elif row.valid_to and row.valid_to < day:
        yield Hit(f"{row.modifier} ended on {row.valid_to}; the date of service is {day}.", severity=severity)
    elif (row.only_with or row.never_with) and row.modifier not in _OTHER_RULES:
        code = case.code_row(line)
        if code is None or not code.family:
            yield Gap(("codes table",), f"what kind of service {line.code} is, is not in the code table")
        elif not row.fits(code.family):
            yield Hit(f"{row.modifier} does not stand on a service such as {line.code}.", severity=severity)
