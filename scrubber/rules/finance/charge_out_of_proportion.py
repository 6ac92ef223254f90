"""FIN-002: a charge far from what the fee schedule allows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from claims.claim import ZERO, Line, PayerType
from claims.reasons import Reason
from scrubber import places, service_places
from scrubber.parameters import parameter
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.tables.rows import CodeRow

# With these the schedule pays a part of the amount, or another one.
_IN_PART = frozenset({"26", "TC", "52", "53", "54", "55", "56", "62", "73", "74", "78", "80", "81", "82", "AS"})


@rule(
    "FIN-002",
    severity=Severity.WARN,
    reason=Reason.OTHER,
    carcs=("45",),
    citation=Citation(
        "Social Security Act § 1848(a)(1): Medicare pays the lesser of the charge and the fee schedule",
        "https://www.ssa.gov/OP_Home/ssact/title18/1848.htm",
    ),
    place=places.CHARGE,
    remedy="Compare the charge with the practice's own fee list, and correct it where it was mistyped.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the practice's fee list names the charge",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
    confidence="medium",
    where=lambda row, modifiers: row.allowed_basis == "mpfs" and _IN_PART.isdisjoint(modifiers),
)
def charge_out_of_proportion(case: Case, line: Line) -> Iterator[Answer]:
    """The charge lies below what Medicare allows for the service, or many times above it.

    Payers pay no more than is charged, so a charge below the schedule is money given away; one many times above it is
    most often a slipped digit. (Practices charge the same in every place, so that is held against the office's amount.)
    The amounts are national ones, so a margin is left for the place. Charges of nothing,
    parts of a service and codes without an amount of the physician fee schedule are left alone.
    """
    if line.charge <= ZERO or line.units <= ZERO or not _IN_PART.isdisjoint(line.modifiers):
        return
    day = case.day(line)
    row = case.code_row(line)
    if row is None:
        return
    amount = _amount(case, line, row)
    if not amount:
        return
    bounds = case.once_of(_bounds_of_days)
    if day not in bounds:
        bounds[day] = _bounds(case, day)
    least, times = bounds[day]
    allowed, most = amount * line.units, max(amount, row.allowed_nonfacility or amount) * line.units
    if line.charge < allowed * least:
        yield Hit(f"{line.code} is charged at {line.charge:.2f}; Medicare's national amount is {allowed:.2f}.")
    elif line.charge > most * times:
        yield Hit(
            f"{line.code} is charged at {line.charge:.2f}, more than {times} times Medicare's national amount "
            f"of {most:.2f}."
        )


def _amount(case: Case, line: Line, row: CodeRow) -> Decimal | None:
    """The national amount for the place; None where the facility's part of the service is not in this charge."""
    if service_places.place_row(case, line).rate == "facility":
        return None if row.pctc == "1" else row.allowed_facility
    return row.allowed_nonfacility


def _bounds_of_days(_case: Case) -> dict[date, tuple[Decimal, Decimal]]:
    """The bounds of each day; filled as lines ask."""
    return {}


def _bounds(case: Case, day: date) -> tuple[Decimal, Decimal]:
    """The least share and the most times of the amount; without a value, bounds that nothing passes."""
    least = parameter("fee_schedule_share").on(day, case.as_of)
    times = parameter("fee_schedule_times").on(day, case.as_of)
    return Decimal(least.value if least else 0), Decimal(times.value if times else "Infinity")
