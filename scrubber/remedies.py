"""What a claim would be after a remedy: pure, for re-scoring. A person decides and edits it themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from claims.claim import Claim, Diagnosis, Line, Provider
from claims.errors import CleanclaimError
from scrubber.registry import Change

# Stands for the number a payer has yet to give, so that a claim can be re-scored as if it had; it is never sent.
TO_BE_OBTAINED = "TO BE OBTAINED"
MOST_MODIFIERS = 4  # SV101-3 to SV101-6
_CENT = Decimal("0.01")


class UnfitChange(CleanclaimError):
    """A change cannot be made to this claim: says which, and why."""

    def __init__(self, change: Change, why: str) -> None:
        self.change, self.why = change, why
        super().__init__(f"cannot {change.what} {change.value!r} on line {change.line or 'none'}: {why}")


def apply(claim: Claim, change: Change, *, as_of: date | None = None) -> Claim:
    """The claim with the change made; the claim given stays as it is.

    `as_of` is the day the claim would be sent: only a service that lies after it may be put off, so without it none is.
    Raises UnfitChange for a change no one knows, a line that is not there, a value that does not fit, or a service
    that was done and would get another date.
    """
    make = _CHANGES.get(change.what)
    if make is None:
        raise UnfitChange(change, f"the changes there are: {', '.join(sorted(_CHANGES))}")
    if change.what == "hold_until" and change.line is not None:
        _refuse_if_done(change, _line(claim, change), as_of)
    return make(claim, change)


def _refuse_if_done(change: Change, line: Line, as_of: date | None) -> None:
    if as_of is None:
        raise UnfitChange(change, "it takes the day the claim would be sent to know that the service lies after it")
    if line.service_from is None or line.service_from <= as_of:
        raise UnfitChange(change, "the service was done by then, and its date never changes")


def _add_modifier(claim: Claim, change: Change) -> Claim:
    line = _line(claim, change)
    if change.value in line.modifiers:
        return claim
    if not change.value:
        raise UnfitChange(change, "it names no modifier")
    if len(line.modifiers) >= MOST_MODIFIERS:
        raise UnfitChange(change, f"the line already has {MOST_MODIFIERS} modifiers")
    return _with_line(claim, replace(line, modifiers=(*line.modifiers, change.value)))


def _set_authorization(claim: Claim, change: Change) -> Claim:
    if not change.value:
        raise UnfitChange(change, "it names no authorization number")
    if change.line is None:
        return replace(claim, authorization_number=change.value)
    return _with_line(claim, replace(_line(claim, change), authorization_number=change.value))


def _drop_line(claim: Claim, change: Change) -> Claim:
    line = _line(claim, change)
    if len(claim.lines) == 1:
        raise UnfitChange(change, "it is the claim's only line; do not send the claim instead")
    rest = tuple(other for other in claim.lines if other.number != line.number)
    return replace(claim, lines=rest, charge=claim.charge - line.charge)


def _set_units(claim: Claim, change: Change) -> Claim:
    """The line with other units, its charge in proportion: SV102 is the charge of all the line's units."""
    line = _line(claim, change)
    try:
        units = Decimal(change.value)
    except InvalidOperation:
        raise UnfitChange(change, "the units are not a number") from None
    if not units.is_finite() or units <= 0:
        raise UnfitChange(change, "the units must be above zero")
    charge = line.charge
    if line.units > 0:
        charge = (line.charge * units / line.units).quantize(_CENT, ROUND_HALF_UP)
    changed = replace(line, units=units, charge=charge)
    return replace(_with_line(claim, changed), charge=claim.charge - line.charge + charge)


def _set_code(claim: Claim, change: Change) -> Claim:
    if not change.value:
        raise UnfitChange(change, "it names no code")
    return _with_line(claim, replace(_line(claim, change), code=change.value))


def _set_diagnosis(claim: Claim, change: Change) -> Claim:
    """`value` is `OLD>NEW`: every place of the claim's diagnosis list that holds the old code."""
    old, arrow, new = change.value.partition(">")
    wanted = Diagnosis(old).dotted
    if not arrow or not new or wanted not in {d.dotted for d in claim.diagnoses}:
        raise UnfitChange(change, "expected OLD>NEW with a diagnosis of the claim before the arrow")
    codes = tuple(Diagnosis(new) if d.dotted == wanted else d for d in claim.diagnoses)
    return replace(claim, diagnoses=codes)


def _set_npi(claim: Claim, change: Change) -> Claim:
    """`value` is `ROLE:NPI`, with the name the claim or line gives the role."""
    role, _, npi = change.value.partition(":")
    if not npi:
        raise UnfitChange(change, "expected ROLE:NPI")
    if change.line is not None:
        line = _line(claim, change)
        if role not in ("rendering", "ordering"):
            raise UnfitChange(change, "a line has a rendering and an ordering provider")
        of_line: dict[str, Any] = {role: replace(getattr(line, role) or Provider(), npi=npi)}
        return _with_line(claim, replace(line, **of_line))
    if role not in ("billing", "rendering", "referring", "supervising", "facility"):
        raise UnfitChange(change, "a claim has billing, rendering, referring, supervising and facility providers")
    of_claim: dict[str, Any] = {role: replace(getattr(claim, role) or Provider(), npi=npi)}
    return replace(claim, **of_claim)


def _hold_until(claim: Claim, change: Change) -> Claim:
    """Without a line: the claim is sent on that day or later. With one: its service, not done yet, takes place then."""
    try:
        day = date.fromisoformat(change.value)
    except ValueError:
        raise UnfitChange(change, "expected a day such as 2026-03-31") from None
    if change.line is None:
        return replace(claim, submitted_on=max(day, claim.submitted_on or day))
    line = _line(claim, change)
    if line.service_from is None or line.service_from >= day:  # never earlier, and never a date of our own making
        return claim
    length = (line.service_end or line.service_from) - line.service_from
    end = day + length if line.service_to else None
    return _with_line(claim, replace(line, service_from=day, service_to=end))


_CHANGES: dict[str, Callable[[Claim, Change], Claim]] = {
    "add_modifier": _add_modifier,
    "drop_line": _drop_line,
    "hold_until": _hold_until,
    "set_authorization": _set_authorization,
    "set_code": _set_code,
    "set_diagnosis": _set_diagnosis,
    "set_npi": _set_npi,
    "set_units": _set_units,
}


def _line(claim: Claim, change: Change) -> Line:
    for line in claim.lines:
        if line.number == change.line:
            return line
    raise UnfitChange(change, "the claim has no such line")


def _with_line(claim: Claim, changed: Line) -> Claim:
    return replace(claim, lines=tuple(changed if line.number == changed.number else line for line in claim.lines))
