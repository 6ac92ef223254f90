"""How often is too often: what the rules on sessions in a rolling window, and on the days between two, share.

A session is a day. One that has not taken place yet may wait; one that was done keeps its date, whatever it costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from claims.claim import Line
from scrubber import look_back, own_limits, payer_profile
from scrubber.look_back import Marked
from scrubber.parameters import Parameter, Value
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity

ALREADY_DONE = (
    "Ask the clinician whether region and earlier dates are right; correct what was mistyped. If they are, expect a "
    "denial: the session was done on its date, and that date never moves. Nor can the patient be told beforehand any "
    "more: where a notice was signed before the session (Medicare's ABN), say so with GA; where none was, the cost "
    "stays with the practice."
)
NOT_DONE_YET = (
    "Check the region in the record first. A session that has not taken place yet can wait until the window "
    "allows it, or the patient is told before it what is not covered (for Medicare, by an ABN). The date of a session "
    "that was done never changes."
)
NEVER_MOVES = "the session has not taken place yet: the date of a service that was done never changes"
_NUMBER = "{most}"  # a limit whose number tells all
_RECORD_SHOWS = "the record shows the region and the dates that go on the claim"


class Window(NamedTuple):
    """A look-back that ends on a day and rolls with it, in whole months or in days."""

    length: int
    unit: str = "months"

    def first_day(self, day: date) -> date:
        """The first day it holds when it ends on `day`.

        >>> Window(12).first_day(date(2026, 3, 10)), Window(90, "days").first_day(date(2026, 3, 31))
        (datetime.date(2025, 3, 11), datetime.date(2026, 1, 1))
        """
        if self.unit == "months":
            return look_back.first_day_of_window(day, self.length)
        return day - timedelta(days=self.length - 1)

    def first_day_without(self, day: date) -> date:
        """The first day on which it no longer holds `day`.

        >>> Window(12).first_day_without(date(2025, 3, 11)), Window(90, "days").first_day_without(date(2026, 1, 1))
        (datetime.date(2026, 3, 11), datetime.date(2026, 4, 1))
        """
        if self.unit == "months":
            return look_back.first_day_without(day, self.length)
        return day + timedelta(days=self.length)


class Limit(NamedTuple):
    """So many sessions in a window: what a policy allows, in the words of a message, and how sure we are."""

    most: int
    window: Window
    verified: bool
    said: str  # the number, or what tells more: "4 therapeutic and 2 diagnostic"
    citation: Citation | None = None  # of the payer's own number; None: the rule's


def limit(
    case: Case, line: Line, most: Parameter, length: Parameter, unit: str = "months", said: str = _NUMBER
) -> Limit | None:
    """The limit two parameters make on the line's day: so many sessions, in a window so long.

    None once one ended, and where the payer has a limit of its own on the family (FRQ-015 holds that against the line).
    """
    day = case.day(line)
    if own_limits.count_sessions(case, line):
        return None
    number, window = payer_profile.value(case, most, day), payer_profile.value(case, length, day)
    if number is None or window is None:
        return None
    said = str(number.value) if said == _NUMBER else said.format(most=number.value)
    by = payer_profile.cited(number) or payer_profile.cited(window)
    return Limit(int(number.value), Window(int(window.value), unit), number.verified, said, by)


def passed(case: Case, line: Line, days: Sequence[date], allowed: Limit | None) -> tuple[date, Sequence[date]] | None:
    """The first day of the window and the earlier days in it, where the line's day is a session too many."""
    if allowed is None:
        return None
    day = case.day(line)
    start = allowed.window.first_day(day)
    earlier = look_back.between(days, start, day)
    return (start, earlier) if len(earlier) >= allowed.most else None


def over(
    case: Case, line: Line, days: Sequence[date], allowed: Limit | None, session: str, done: str = ALREADY_DONE
) -> Sequence[Answer]:
    """A hit where the line's day is a session too many; a gap where it may be.

    `days` are all known ones, in order; `session` names the session, with `{n}` for its number in the window. Sessions
    the payer denied count, for policies count what is reported. `done` is the remedy of a session that was done.
    """
    within = _within(case, case.day(line), days, allowed)
    if allowed is None or within is not None:
        return within or ()
    day = case.day(line)
    start = allowed.window.first_day(day)
    earlier = look_back.between(days, start, day)
    nth = session.format(n=len(earlier) + 1)
    text = f"{nth} from {start} to {day}; the policy allows {allowed.said}."
    free = allowed.window.first_day_without(earlier[-allowed.most])
    return [_hit(case, line, text, free, done, verified=allowed.verified, citation=allowed.citation)]


def _within(case: Case, day: date, days: Sequence[date], allowed: Limit | None) -> Sequence[Gap] | None:
    """What there is to say of a day that, as far as we know, is no session too many; None of one that is."""
    if allowed is None:
        return ()
    start = allowed.window.first_day(day)
    earlier = look_back.between(days, start, day)
    if len(earlier) >= allowed.most:
        return None
    if look_back.covered(case, start):
        return ()
    return [look_back.not_covered(start, f"{len(earlier)} earlier sessions are known, but not the whole window")]


def over_in_region(
    case: Case,
    line: Line,
    families: tuple[str, ...],
    most: Parameter,
    length: Parameter,
    session: str,
    marked: Marked = look_back.EVERY,
) -> Sequence[Answer]:
    """`over`, of the known sessions of the families in the spinal region of the line's code.

    Two parameters make the limit, as `limit` says; `session` names the session, with `{n}` for its number.
    """
    day = case.day(line)
    codes = case.tables.codes.on(day, case.as_of)
    row = codes.get(line.code)
    if row is None:
        return ()

    def looked() -> tuple[Limit | None, Sequence[date], Sequence[Gap] | None]:
        allowed = limit(case, line, most, length)
        days = look_back.sessions(case, codes, families, row.region, marked)
        return allowed, days, _within(case, day, days, allowed)

    # the same for every line of a day, family and region, and a session of three levels has three
    key = "limited", most.name, length.name, families, day, row.family, row.region, marked
    allowed, days, within = case.once(key, looked)
    if within is not None:
        return within
    return over(case, line, days, allowed, f"{session} in the {row.region.replace('_', ' and ')} region")


def too_soon(
    case: Case, line: Line, days: Sequence[date], interval: Parameter, session: str, done: str = ALREADY_DONE
) -> Sequence[Answer]:
    """A hit where the session before the line's day is fewer days away than the policy wants; a gap where it may be.

    Nothing where the payer has an interval of its own for the family (FRQ-015 holds that against the line).
    """
    if own_limits.keep_apart(case, line):
        return ()
    wanted = payer_profile.value(case, interval, case.day(line))
    return nearer_than(case, line, days, wanted, session, done) if wanted is not None else ()


def nearer_than(
    case: Case, line: Line, days: Sequence[date], apart: Value, session: str, done: str = ALREADY_DONE
) -> Sequence[Answer]:
    """`too_soon`, of a number of days already looked up."""
    day = case.day(line)
    start = day - timedelta(days=int(apart.value) - 1)
    earlier = look_back.between(days, start, day)
    if earlier:
        last = earlier[-1]
        text = (
            f"{session} {(day - last).days} days after the one of {last}; the policy wants {apart.value} between them."
        )
        free = last + timedelta(days=int(apart.value))
        return [_hit(case, line, text, free, done, verified=apart.verified, citation=payer_profile.cited(apart))]
    if look_back.covered(case, start):
        return ()
    return [look_back.not_covered(start, "no earlier session is known, but not the whole time before this one")]


def severity(value: Value) -> Severity:
    """How sure a number of policy makes a denial: one that was not read in the policy itself only warns."""
    return Severity.DENY if value.verified else Severity.WARN


def _hit(case: Case, line: Line, text: str, free: date, done: str, *, verified: bool, citation: Citation | None) -> Hit:
    worst = Severity.DENY if verified else Severity.WARN
    if case.day(line) > case.as_of:
        return Hit(
            f"{line.code} would be {text} The next may take place from {free}.",
            severity=worst,
            change=Change("hold_until", line.number, free.isoformat()),
            citation=citation,
        )
    return Hit(
        f"{line.code} is {text}",
        severity=worst,
        remedy=done,
        remedy_kind=RemedyKind.ASK_CLINICIAN,
        requires=_RECORD_SHOWS,
        citation=citation,
    )
