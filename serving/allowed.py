"""What a payer can be expected to allow for a line: the money that stands behind its risk."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple, cast

from claims.claim import ZERO, Claim, ClaimKind, Line
from past.payer import EVERY_CODE, EVERY_PAYER, Allowed, PayerPast
from scrubber.tables import TableGap, Tables
from serving.assessment import AllowedBasis

FACILITY_PLACES = Path(__file__).with_name("facility_places.toml")
BOTH_SIDES = Path(__file__).with_name("both_sides.toml")
CENT = Decimal("0.01")
SHRINK_LINES = 5  # a payer's own mean weighs as much as the prior once this many of its lines are known


def expected_allowed(
    claim: Claim, line: Line, payer: PayerPast, tables: Tables, as_of: date
) -> tuple[Decimal, AllowedBasis]:
    """The amount this payer is expected to allow for the line, and what that rests on; never more than was charged.

    The payer's own mean for the code, from remittances known before `as_of`, drawn towards what is known otherwise when
    it rests on few lines; else the national fee; else the charge times the practice's allowed/charge ratio. A line that
    charges nothing, or less, is allowed nothing. What the amount leaves out: docs/decisions/0011.
    """
    if line.charge <= 0:
        return ZERO.quantize(CENT), AllowedBasis.CHARGE
    units = line.units if line.units > 0 else Decimal(1)
    fee = _fee(claim, line, tables, as_of)
    own = _allowed(payer, claim.payer.id, line.code, as_of)
    if own.lines and own.units > 0:
        mean = _mean(own, line, units)
        prior = _mean_of_others(line, units, own, payer, as_of)
        prior = fee if prior is None else prior
        if prior is not None:
            mean = (own.lines * mean + SHRINK_LINES * prior) / (own.lines + SHRINK_LINES)
        return _at_most_charged(mean * units, line), AllowedBasis.REMITTANCES
    if fee is not None:
        return _at_most_charged(fee * units, line), AllowedBasis.FEE_TABLE
    every = _allowed(payer, EVERY_PAYER, EVERY_CODE, as_of)
    if every.charge_cents > 0:
        ratio = Decimal(every.cents) / Decimal(every.charge_cents)
        return _at_most_charged(line.charge * ratio, line), AllowedBasis.CHARGE_RATIO
    return _cents(line.charge), AllowedBasis.CHARGE


@cache
def facility_places() -> frozenset[str]:
    """Places of service where the physician fee schedule pays its facility amount."""
    return frozenset(tomllib.loads(FACILITY_PLACES.read_text())["places"])


class BothSides(NamedTuple):
    """How a service done on both sides is marked and paid."""

    modifier: str
    indicator: str  # of the codes it holds for (MPFS bilateral)
    share: Decimal  # of the fee for one side


@cache
def both_sides() -> BothSides:
    """What the physician fee schedule pays for both sides."""
    said = tomllib.loads(BOTH_SIDES.read_text())
    return BothSides(said["modifier"], said["indicator"], Decimal(said["share"]))


def _allowed(payer: PayerPast, payer_id: str, code: str, as_of: date) -> Allowed:
    """What was allowed before the day, worked out once for all the claims of a day."""
    answers = payer.answers(as_of)
    key = "allowed", payer_id, code
    if key not in answers:
        answers[key] = payer.allowed(payer_id, before=as_of, code=code)
    return cast(Allowed, answers[key])


def _mean(known: Allowed, line: Line, units: Decimal) -> Decimal:
    """What was allowed for one unit of the code.

    The units of a history do not tell one side from both; charges do. So a line with modifier 50 takes its charge times
    the share of the charge that was allowed.
    """
    if both_sides().modifier in line.modifiers and known.charge_cents > 0:
        return line.charge / units * Decimal(known.cents) / Decimal(known.charge_cents)
    return Decimal(known.cents) / 100 / Decimal(known.units)


def _mean_of_others(line: Line, units: Decimal, own: Allowed, payer: PayerPast, as_of: date) -> Decimal | None:
    every = _allowed(payer, EVERY_PAYER, line.code, as_of)
    others = Allowed(
        every.lines - own.lines,
        every.units - own.units,
        every.cents - own.cents,
        every.charge_cents - own.charge_cents,
    )
    return _mean(others, line, units) if others.units > 0 else None


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
    if not amount:
        return None
    both = both_sides()
    return amount * both.share if both.modifier in line.modifiers and row.bilateral == both.indicator else amount


def _at_most_charged(amount: Decimal, line: Line) -> Decimal:
    """Payers allow the lesser of the fee and the charge."""
    return _cents(min(amount, line.charge))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
