"""FIN-002: a charge far from what the fee schedule allows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from claims.claim import ZERO, Line, PayerType
from claims.reasons import Reason
from scrubber import places, service_places
from scrubber.parameters import Value, parameter
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.tables.rows import CodeRow

# With these the schedule pays a part of the amount, or another one.
_Bounds = tuple[Value | None, Value | None, dict[tuple[int, bool], tuple[Decimal, Decimal]]]
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
def charge_out_of_proportion(case: Case, line: Line) -> Iterable[Answer]:
    """The charge lies below what Medicare allows for the service, or many times above it.

    Payers pay no more than is charged, so a charge below the schedule is money given away; one many times above it is
    most often a slipped digit. (Practices charge the same in every place, so that is held against the office's amount.)
    The amounts are national ones, so a margin is left for the place. Charges of nothing,
    parts of a service and codes without an amount of the physician fee schedule are left alone.
    """
    if line.charge <= ZERO or line.units <= ZERO or not _IN_PART.isdisjoint(line.modifiers):
        return ()
    day = case.day(line)
    row = case.code_row(line)
    if row is None:
        return ()
    in_facility = service_places.place_row(case, line).rate == "facility"
    amount = row.allowed_nonfacility if not in_facility else None if row.pctc == "1" else row.allowed_facility
    if not amount:  # None too where the facility's part of the service is not in this charge
        return ()
    bounds = case.once_of(_bounds_of_days)
    if day not in bounds:
        bounds[day] = _bounds(case, day)
    share, times, ranges = bounds[day]
    if (id(row), in_facility) not in ranges:  # rows live as long as the tables
        ranges[id(row), in_facility] = _range(row, amount, share, times)
    least, most = ranges[id(row), in_facility]
    if line.charge < least * line.units:
        text = f"Medicare's national amount is {amount * line.units:.2f}."
        return (Hit(f"{line.code} is charged at {line.charge:.2f}; {text}"),)
    if line.charge > most * line.units and times is not None:
        whole = max(amount, row.allowed_nonfacility or amount) * line.units
        text = f"more than {Decimal(times.value)} times Medicare's national amount of {whole:.2f}."
        return (Hit(f"{line.code} is charged at {line.charge:.2f}, {text}"),)
    return ()


def _range(row: CodeRow, amount: Decimal, share: Value | None, times: Value | None) -> tuple[Decimal, Decimal]:
    """The least and the most a unit may be charged at; without a value, bounds that nothing passes."""
    least = amount * Decimal(share.value if share else 0)
    return least, max(amount, row.allowed_nonfacility or amount) * Decimal(times.value if times else "Infinity")


def _bounds_of_days(_case: Case) -> dict[date, _Bounds]:
    """The bounds of each day; filled as lines ask."""
    return {}


def _bounds(case: Case, day: date) -> _Bounds:
    """The least share and the most times of the amount, and the ranges they make: filled as the lines of claims ask."""
    share = parameter("fee_schedule_share").on(day, case.as_of)
    times = parameter("fee_schedule_times").on(day, case.as_of)
    ranges: dict[tuple[int, bool], tuple[Decimal, Decimal]] = {}
    return share, times, case.tables.once(("ranges of charges", id(share), id(times)), lambda: ranges)
