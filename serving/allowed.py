"""What a payer can be expected to allow for a line: the money that stands behind its risk."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from claims.claim import ZERO, Claim, ClaimKind, Line
from past.payer import Allowed, PayerPast
from scrubber.tables import TableGap, Tables
from serving.assessment import AllowedBasis

FACILITY_PLACES = Path(__file__).with_name("facility_places.toml")
CENT = Decimal("0.01")
SHRINK_LINES = 5  # a payer's own mean weighs as much as the prior once this many of its lines are known


def expected_allowed(
    claim: Claim, line: Line, payer: PayerPast, tables: Tables, as_of: date
) -> tuple[Decimal, AllowedBasis]:
    """The amount this payer is expected to allow for the line, and what that rests on; never more than was charged.

    The payer's own mean for the code, from remittances known before `as_of`, drawn towards what is known otherwise when
    it rests on few lines; else the national fee; else the charge times the practice's allowed/charge ratio.
    """
    units = line.units if line.units > 0 else Decimal(1)
    fee = _fee(claim, line, tables, as_of)
    own = payer.allowed(claim.payer.id, before=as_of, code=line.code)
    if own.lines and own.units > 0:
        mean = Decimal(own.cents) / 100 / Decimal(own.units)
        prior = _mean_of_others(line, own, payer, as_of)
        prior = fee if prior is None else prior
        if prior is not None:
            mean = (own.lines * mean + SHRINK_LINES * prior) / (own.lines + SHRINK_LINES)
        return _at_most_charged(mean * units, line), AllowedBasis.REMITTANCES
    if fee is not None:
        return _at_most_charged(fee * units, line), AllowedBasis.FEE_TABLE
    every = payer.allowed(before=as_of)
    if every.charge_cents > 0:
        ratio = Decimal(every.cents) / Decimal(every.charge_cents)
        return _at_most_charged(line.charge * ratio, line), AllowedBasis.CHARGE_RATIO
    return _cents(max(line.charge, ZERO)), AllowedBasis.CHARGE


@cache
def facility_places() -> frozenset[str]:
    """Places of service where the physician fee schedule pays its facility amount."""
    return frozenset(tomllib.loads(FACILITY_PLACES.read_text())["places"])


def _mean_of_others(line: Line, own: Allowed, payer: PayerPast, as_of: date) -> Decimal | None:
    every = payer.allowed(before=as_of, code=line.code)
    units = every.units - own.units
    return Decimal(every.cents - own.cents) / 100 / Decimal(units) if units > 0 else None


def _fee(claim: Claim, line: Line, tables: Tables, as_of: date) -> Decimal | None:
    """The national amount for one unit; None for a facility's own claim, for minutes, and where there is none."""
    if claim.kind is ClaimKind.ASC_FACILITY or line.unit != "UN" or line.service_from is None:
        return None
    try:
        row = tables.codes.on(line.service_from, as_of).get(line.code)
    except TableGap:
        return None
    if row is None:
        return None
    amount = row.allowed_facility if claim.place_of(line) in facility_places() else row.allowed_nonfacility
    return amount if amount else None


def _at_most_charged(amount: Decimal, line: Line) -> Decimal:
    """Payers allow the lesser of the fee and the charge."""
    return _cents(min(amount, line.charge) if line.charge > 0 else amount)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
