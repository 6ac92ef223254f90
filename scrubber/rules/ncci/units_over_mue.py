"""NCC-008: more units than Medicare believes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from claims.claim import ZERO, Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import ORIGINAL, lines_by_code, other_claims, same_service, units_of_day
from scrubber.tables import Release
from scrubber.tables.rows import MueLimit

_LIMIT = {"1": "a line", "2": "a day, absolute", "3": "a day; the record may win an appeal"}


@rule(
    "NCC-008",
    severity=Severity.DENY,
    reason=Reason.FREQUENCY,
    carcs=("151", "222"),
    citation=Citation(
        "CMS, Medicare NCCI medically unlikely edits, practitioner services",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-medically-unlikely-edits",
    ),
    place=places.UNITS,
    remedy="Count the units again from the record, and correct them where they were mistyped. Both sides of one level, "
    "where the code has sides, are one unit with modifier 50.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows no more units than the corrected number",
    payer_types=ncci.PAYER_TYPES,
)
def units_over_mue(case: Case, line: Line) -> Iterable[Answer]:
    """More units of a code are billed than its Medically Unlikely Edit allows.

    An MUE with indicator 1 is held against each line; with 2 or 3 against all of the day's lines of that code and
    clinician. 2 follows from law or code definition, and no modifier or appeal moves it; 3 can be appealed with the
    record. Modifier 50 does not double the billed units. Where the excess lies on another claim of the day, and for
    payers Medicare's edits do not bind, the rule warns. Such payers often want the two sides of a code that has sides
    on two lines, RT and LT: there one side alone is held against the MUE. What DUP-001 takes for the same service sent
    twice is not counted again. Clinicians of one group and specialty count as one for NCCI; here only lines of the same
    rendering NPI are added up.
    """
    if line.unit != "UN":
        return ()
    release = case.tables.mue.on(case.day(line), case.as_of)
    limit = release.rows.get(line.code)
    if limit is None:
        return _not_held(case, line, release)
    by_line = limit.mai == "1"
    units = line.units if by_line else units_of_day(case, line)
    if units <= limit.units and (by_line or not other_claims(case, line)):
        return ()
    return _over(case, line, limit, units, by_line=by_line)


def _not_held(case: Case, line: Line, release: Release[MueLimit]) -> Sequence[Answer]:
    row = ncci.code_row(case, line)
    newer = row is not None and row.valid_from is not None and row.valid_from > release.effective
    if newer or not release.complete:
        return (Gap(("mue table",), f"the MUE release {release.name} does not hold {line.code}"),)
    return ()


def _over(case: Case, line: Line, limit: MueLimit, units: Decimal, *, by_line: bool) -> Iterator[Answer]:
    severity = ncci.severity(case.payer_type)
    if units > limit.units and severity < Severity.DENY and not by_line:
        units -= _other_side(case, line)
    if units > limit.units:
        alone = by_line or len(lines_by_code(case, line)[line.code]) == 1
        yield _hit(line, units, limit, severity, alone=alone)
        return
    elsewhere = ZERO if by_line else _elsewhere(case, line)
    if elsewhere and units + elsewhere > limit.units:
        where = f", {elsewhere.normalize():f} of them on another claim"
        yield _hit(line, units + elsewhere, limit, Severity.WARN, alone=False, where=where)


def _other_side(case: Case, line: Line) -> Decimal:
    """Units of the day that say the same once more for the other side, as payers of their own rules often want it."""
    row = ncci.code_row(case, line)
    if row is None or row.bilateral != "1":
        return ZERO
    sides = {"RT": ZERO, "LT": ZERO}
    for other in lines_by_code(case, line)[line.code]:
        for side in sides.keys() & set(other.modifiers):
            sides[side] += other.units
    return min(sides.values())


def _elsewhere(case: Case, line: Line) -> Decimal:
    """Units of the code on other claims of the day, without what DUP-001 calls the same service sent twice."""
    others = other_claims(case, line)
    if not others:
        return ZERO
    original = case.claim.frequency == ORIGINAL
    found = ZERO
    for s in others:
        if s.code == line.code and not (original and same_service(case, line, s)):
            found += s.units
    return found


def _hit(line: Line, units: Decimal, limit: MueLimit, severity: Severity, *, alone: bool, where: str = "") -> Hit:
    span = "on the line" if limit.mai == "1" else "for the day"
    message = (
        f"{line.code} bills {units.normalize():f} units {span}{where}; the MUE is {limit.units} {_LIMIT[limit.mai]}."
    )
    # with several lines, which of them was mistyped only the record can say; an MUE of 0 is no number to bill
    change = Change("set_units", line.number, str(limit.units)) if alone and limit.units else None
    return Hit(message, severity=severity, change=change)
