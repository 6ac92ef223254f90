"""What was done for the patient before, counted from the patient's past.

Codes are looked up in the tables as they speak for the line's own day of service. Where the claim replaces an earlier
one (frequency 7), the lines it replaces are no earlier services: same CLM01, billing NPI and day of service.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from features.line_day import PROCEDURE_GLOBALS, family_of
from features.line_tables import code_row
from features.registry import Look
from past.patient import REPLACEMENT, Service

YEAR = 365
RECENT = 180
NO_REGION = "na"


class Sessions(NamedTuple):
    """Days of service in the year before the line's day, and how long ago the last ones were."""

    of_family: int
    of_region: int
    days_since_family: int | None
    days_since_code: int | None
    days_known: int


class Answers(NamedTuple):
    """What the line's payer is known to have answered on the patient's earlier lines."""

    code_denials: int
    accepted: int
    recent: int
    recent_denied: int


class SameDay(NamedTuple):
    """Lines of other claims on the line's day: with its code, and with others."""

    same_code: int
    other_codes: int


class _Seen(NamedTuple):
    """An earlier service with what the tables say of its code."""

    day: date
    code: str
    family: str
    region: str  # "" unknown or none
    procedure: bool


def sessions(look: Look) -> Sessions | None:
    """Earlier days of service; None for a patient never seen, or a line without a day."""
    day = look.line.service_from
    if day is None or not look.patient.seen:
        return None
    return look.once(("sessions", look.line.code, day), lambda: _sessions(look, day))


def answers(look: Look) -> Answers | None:
    """The payer's answers on this patient's lines; None for a patient never seen."""
    if not look.patient.seen:
        return None
    return look.once(("answers", look.line.code), lambda: _answers(look))


def same_day(look: Look) -> SameDay | None:
    """Lines of the patient's other claims on that day, earlier or in the same file; None where that is not known."""
    day = look.line.service_from
    if day is None or not (look.patient.seen or look.patient.same_batch):
        return None
    codes = [s.code for s in (*_earlier(look), *look.patient.same_batch) if s.service_date == day]
    same = codes.count(look.line.code)
    return SameDay(same, len(codes) - same)


def _sessions(look: Look, day: date) -> Sessions:
    code = look.line.code
    own = _region(look, code)
    before = [s for s in _seen(look, day) if s.day < day]
    of_family = {s.day for s in before if look.family and s.family == look.family and s.region == own}
    of_region = {s.day for s in before if own and s.procedure and s.region == own}
    return Sessions(
        of_family=_within_year(of_family, day),
        of_region=_within_year(of_region, day),
        days_since_family=(day - max(of_family)).days if of_family else None,
        days_since_code=min(((day - s.day).days for s in before if s.code == code), default=None),
        days_known=max(((day - s.day).days for s in before), default=0),
    )


def _within_year(days: set[date], day: date) -> int:
    return sum((day - d).days <= YEAR for d in days)


def _seen(look: Look, day: date) -> list[_Seen]:
    def compute() -> list[_Seen]:
        seen = []
        for s in _earlier(look):
            row = code_row(look, s.code)
            procedure = row is not None and row.global_days in PROCEDURE_GLOBALS
            seen.append(_Seen(s.service_date, s.code, family_of(look, s.code), _region(look, s.code), procedure))
        return seen

    return look.once(("seen", day), compute)


def _region(look: Look, code: str) -> str:
    row = code_row(look, code)
    return "" if row is None or row.region == NO_REGION else row.region


def _earlier(look: Look) -> tuple[Service, ...]:
    """The patient's services, without those this very claim replaces."""
    claim = look.claim
    if claim.frequency != REPLACEMENT:
        return look.patient.services

    def compute() -> tuple[Service, ...]:
        days = {line.service_from for line in claim.lines}
        replaced = claim.id, claim.billing.npi
        return tuple(
            s for s in look.patient.services if (s.claim_id, s.billing_npi) != replaced or s.service_date not in days
        )

    return look.once("earlier services", compute)


def _answers(look: Look) -> Answers:
    payer, code = look.claim.payer.id, look.line.code
    decided = [
        (s, (look.as_of - s.decided_on).days)
        for s in look.patient.services
        if s.payer_id == payer and s.decided_on is not None and s.decided_on < look.as_of
    ]
    recent = [s for s, ago in decided if ago <= RECENT]
    return Answers(
        code_denials=sum(bool(s.denied) and s.code == code for s, _ in decided),
        accepted=sum(not s.denied for s, _ in decided),
        recent=len(recent),
        recent_denied=sum(bool(s.denied) for s in recent),
    )
