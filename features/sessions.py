"""What was done for the patient before, counted from the patient's past.

Codes are looked up in the tables as they speak for the line's own day of service. Where the claim replaces an earlier
one (frequency 7), the lines it replaces are no earlier services: same CLM01, billing NPI and day of service.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from features.line_day import PROCEDURE_GLOBALS, family_of
from features.line_tables import code_row
from features.registry import Look, once_a_line
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
    """Lines of other claims to the same payer on the line's day: with its code, and with others."""

    same_code: int
    other_codes: int


class _Kind(NamedTuple):
    """What the tables say of a code."""

    family: str  # "" unknown
    region: str  # "" unknown, or none
    procedure: bool


@once_a_line
def sessions(look: Look) -> Sessions | None:
    """Earlier days of service; None for a patient never seen, or a line without a day."""
    day = look.line.service_from
    if day is None or not look.patient.seen:
        return None
    return look.once(("sessions", look.line.code, day), lambda: _sessions(look, day))


@once_a_line
def answers(look: Look) -> Answers | None:
    """The payer's answers on this patient's lines; None for a patient never seen."""
    if not look.patient.seen:
        return None
    return _answers(look)


@once_a_line
def same_day(look: Look) -> SameDay | None:
    """Lines of other claims, earlier or in the same file, on that day; None where the patient was never seen."""
    day = look.line.service_from
    if day is None or not (look.patient.seen or look.patient.same_batch):
        return None
    return _same_day(look, day)


def _same_day(look: Look, day: date) -> SameDay:
    codes = look.once("codes sent by day", lambda: _sent_by_day(look)).get(day, Counter())
    same = codes[look.line.code]
    return SameDay(same, codes.total() - same)


def _sent_by_day(look: Look) -> dict[date, Counter[str]]:
    """The codes of other claims to this payer on the claim's days, earlier ones and those of the file."""
    payer, billed = look.claim.payer.id, {line.service_from for line in look.claim.lines}
    refs = {s.submission for s in look.patient.services}
    in_file = (s for s in look.patient.same_batch if s.submission not in refs)
    days: dict[date, Counter[str]] = defaultdict(Counter)
    for s in (*_earlier(look), *in_file):
        if s.payer_id == payer and s.service_date in billed:
            days[s.service_date][s.code] += 1
    return days


class _Before(NamedTuple):
    """The days of service before a day: of each code with what the tables say of it, and how far back they go."""

    days: dict[str, set[date]]
    kinds: dict[str, _Kind]
    known: int


def _sessions(look: Look, day: date) -> Sessions:
    before, kinds, days_known = look.once(("before", day), lambda: _before(look, day))
    own = _kind(look, look.line.code, day)
    of_family = _united(before[c] for c, k in kinds.items() if own.family and k[:2] == own[:2])
    of_region = _united(before[c] for c, k in kinds.items() if own.region and k.procedure and k.region == own.region)
    of_code = before.get(look.line.code)
    return Sessions(
        of_family=_within_year(of_family, day),
        of_region=_within_year(of_region, day),
        days_since_family=(day - max(of_family)).days if of_family else None,
        days_since_code=(day - max(of_code)).days if of_code else None,
        days_known=days_known,
    )


def _before(look: Look, day: date) -> _Before:
    before = {code: kept for code, days in _days_of_codes(look).items() if (kept := {d for d in days if d < day})}
    return _Before(
        before,
        {code: _kind(look, code, day) for code in before},
        max(((day - min(days)).days for days in before.values()), default=0),
    )


def _united(sets: Iterable[set[date]]) -> set[date]:
    return set[date]().union(*sets)


def _within_year(days: set[date], day: date) -> int:
    return sum((day - d).days <= YEAR for d in days)


def _days_of_codes(look: Look) -> dict[str, set[date]]:
    def compute() -> dict[str, set[date]]:
        days: dict[str, set[date]] = {}
        for s in _earlier(look):
            days.setdefault(s.code, set()).add(s.service_date)
        return days

    return look.once("days of codes", compute)


def _kind(look: Look, code: str, day: date) -> _Kind:
    return look.once(("kind", code, day), lambda: _looked_up(look, code))


def _looked_up(look: Look, code: str) -> _Kind:
    row = code_row(look, code)
    if row is None:
        return _Kind(family_of(look, code), "", procedure=False)
    region = "" if row.region == NO_REGION else row.region
    return _Kind(family_of(look, code), region, row.global_days in PROCEDURE_GLOBALS)


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
    known, denials = look.once("answers", lambda: _answered(look))
    return known._replace(code_denials=denials[look.line.code])


def _answered(look: Look) -> tuple[Answers, Counter[str]]:
    """What the payer answered, whatever the code, and how many lines of each code it denied."""
    payer = look.claim.payer.id
    decided = [
        (s, (look.as_of - s.decided_on).days)
        for s in look.patient.services
        if s.payer_id == payer and s.decided_on is not None and s.decided_on < look.as_of
    ]
    recent = [s for s, ago in decided if ago <= RECENT]
    known = Answers(
        code_denials=0,
        accepted=sum(not s.denied for s, _ in decided),
        recent=len(recent),
        recent_denied=sum(bool(s.denied) for s in recent),
    )
    return known, Counter(s.code for s, _ in decided if s.denied)
