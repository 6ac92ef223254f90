"""NCC-013: the units of a drug are not those of the dose in the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from claims.claim import ZERO, Evidence, Line
from claims.evidence import in_own_unit
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.same_day import lines_by_code
from scrubber.tables.rows import DrugRow

_DRUGS = ("drug", "drug_ha", "contrast")
_DISCARDED = "JW"
_NO_DOSE = Gap(("evidence dose",), "the dose of each drug billed is not recorded", of_claim=True)
_IN_MG = {"mg": Decimal(1), "mcg": Decimal("0.001")}  # a dose without a unit is in mg, as the item is


@rule(
    "NCC-013",
    severity=Severity.DENY,
    reason=Reason.CODING,
    carcs=("151", "153", "16"),
    citation=Citation(
        "CMS, HCPCS level II: the amount in a drug's unit; Medicare Claims Processing Manual, chapter 17, section 10",
        "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system",
    ),
    place=places.UNITS,
    remedy="Compare the dose in the record with the amount in the code's unit, and correct the units where they were "
    "mistyped. What was thrown away goes on a line of its own.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows the dose that the corrected units bill",
    families=_DRUGS,
)
def drug_units_unlike_the_dose(case: Case, line: Line) -> Iterable[Answer]:
    """The units billed for a drug are more or fewer than the dose in the record comes to.

    A unit is an amount: 1 mg of methylprednisolone since April 2024, 10 mg of triamcinolone. A part of a unit is
    billed whole. Too many units are taken back when the record is seen; too few are paid as they stand, so there the
    rule warns. Lines of what was thrown away (JW) are left out. A dose that is told of the claim is the drug's where
    the claim bills one drug.
    """
    if _DISCARDED in line.modifiers:
        return ()
    release = case.tables.drugs.on(case.day(line), case.as_of)
    drug = release.rows.get(line.code)
    if drug is None:
        return () if release.complete else (_not_held(line, release.name),)
    if drug.per_unit is None:
        return ()
    facts = case.facts("dose", line) if case.claim.evidence else ()
    if not facts or (facts[0].line is None and not _only_drug(case, line)):
        return (_NO_DOSE,)
    return _compared(case, line, drug, drug.per_unit, facts[0])


def _not_held(line: Line, release: str) -> Gap:
    return Gap(("drugs table",), f"the drug table {release} does not hold {line.code}")


def _compared(case: Case, line: Line, drug: DrugRow, per_unit: Decimal, told: Evidence) -> Iterator[Answer]:
    dose = _amount(told, drug.measure)
    if dose is None:
        yield Gap(("evidence dose",), f"the dose of {line.code} is not recorded in {drug.measure}", line)
        return
    given = [each for each in lines_by_code(case, line)[line.code] if _DISCARDED not in each.modifiers]
    if line is not given[0]:
        return
    billed = sum((each.units for each in given), ZERO)
    right = (dose / per_unit).to_integral_value(ROUND_CEILING)
    if billed != right:
        yield Hit(
            f"{line.code} is billed with {billed.normalize():f} units of {per_unit:f} {drug.measure}; the record "
            f"tells of {dose.normalize():f} {drug.measure}, which is {right:f}.",
            severity=Severity.DENY if drug.verified and billed > right else Severity.WARN,
            change=Change("set_units", line.number, f"{right:f}") if len(given) == 1 and right else None,
        )


def _only_drug(case: Case, line: Line) -> bool:
    """True where the claim bills no other drug."""
    return not any(other.code != line.code and case.tables.family(other.code) in _DRUGS for other in case.claim.lines)


def _amount(fact: Evidence, measure: str) -> Decimal | None:
    """The dose in what the drug's unit is counted in; None where it was recorded in something else."""
    if measure in _IN_MG:
        dose = in_own_unit(fact)
        return None if dose is None else dose / _IN_MG[measure]
    same = fact.unit.strip().lower().rstrip("s") == measure.rstrip("s")
    return in_own_unit(replace(fact, unit="")) if same else None
