"""Does the line lack something that this payer denies for?

Each is a rate of `payer_habits` where the gap is there and 0 where it is not, so that closing the gap takes away the
risk it carries: a payer that denies a code for want of authorization is no threat to a line that has its number.
"""

from __future__ import annotations

from claims.reasons import Reason
from features.habits import code_rates, family_rates
from features.line_day import SIDES, VISIT, beside_procedure, other_codes
from features.line_tables import own_row, unspecified_share
from features.registry import Direction, Look, feature
from features.sessions import sessions

MARKED_VISIT = frozenset({"24", "25", "57"})
MARKED_SERVICE = frozenset({"58", "59", "78", "79", "91", "XE", "XS", "XP", "XU"}) | SIDES


@feature(reason=Reason.AUTHORIZATION, unit="share", risk=Direction.RAISES)
def authorization_denial_rate_without_number(look: Look) -> float | None:
    """The payer's authorization denial rate on the code when neither line nor claim has a number, else 0."""
    rates = code_rates(look)
    if rates is None:
        return None
    number = look.line.authorization_number or look.claim.authorization_number
    return 0.0 if number else rates[Reason.AUTHORIZATION]


@feature(reason=Reason.MODIFIER, unit="share", risk=Direction.RAISES)
def visit_denial_rate_without_modifier(look: Look) -> float | None:
    """The payer's modifier and bundling denial rate on visits, if one beside a procedure has no 24, 25, 57; else 0."""
    rates = family_rates(look)
    if rates is None or not look.family:
        return None
    if look.family != VISIT or not MARKED_VISIT.isdisjoint(look.line.modifiers):
        return 0.0
    beside = beside_procedure(look)
    if beside is None:
        return None
    return rates[Reason.MODIFIER] + rates[Reason.BUNDLING] if beside else 0.0


@feature(reason=Reason.BUNDLING, unit="share", risk=Direction.RAISES)
def bundling_denial_rate_unmarked(look: Look) -> float | None:
    """The payer's bundling denial rate on the code, if other codes share its day and no modifier parts them; else 0."""
    rates = code_rates(look)
    if rates is None:
        return None
    beside = other_codes(look) > 0
    marked = not (MARKED_SERVICE | MARKED_VISIT).isdisjoint(look.line.modifiers)
    return rates[Reason.BUNDLING] if beside and not marked else 0.0


@feature(reason=Reason.MODIFIER, unit="share", risk=Direction.RAISES)
def modifier_denial_rate_without_side(look: Look) -> float | None:
    """The payer's modifier denial rate on the code when the code expects a side and the line has none, else 0."""
    rates, row = code_rates(look), own_row(look)
    if rates is None or row is None:
        return None
    lacking = row.side_expected == "side" and SIDES.isdisjoint(look.line.modifiers)
    return rates[Reason.MODIFIER] if lacking else 0.0


@feature(reason=Reason.MEDICAL_NECESSITY, unit="share", risk=Direction.RAISES)
def necessity_denial_rate_unspecified(look: Look) -> float | None:
    """The payer's medical necessity denial rate on the code, times the share of unspecified diagnoses."""
    rates, share = code_rates(look), unspecified_share(look)
    return None if rates is None or share is None else rates[Reason.MEDICAL_NECESSITY] * share


@feature(reason=Reason.FREQUENCY, unit="share", risk=Direction.RAISES)
def frequency_denial_rate_repeated(look: Look) -> float | None:
    """The payer's frequency denial rate on the code when the patient had the family within 365 days, else 0."""
    rates, past = code_rates(look), sessions(look)
    if rates is None or past is None:
        return None
    return rates[Reason.FREQUENCY] if past.of_family else 0.0
