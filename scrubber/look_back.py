"""The patient's earlier care, as frequency and global-period rules look back on it.

What is known is what our store holds, what the practice asserts (`prior_services`), and the claim's own lines. Whether
that is all there was is a question of its own: `covered` answers it, and a rule that needs the whole says `Gap` where
it does not hold.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import NamedTuple

from claims.days import months_later
from scrubber import sides
from scrubber.registry import Case, Gap
from scrubber.sides import NEITHER, Sides
from scrubber.tables import Release
from scrubber.tables.rows import CodeRow


class Known(NamedTuple):
    """A service we know of, whoever was paid for it."""

    day: date
    code: str
    modifiers: tuple[str, ...] = ()


_known = partial(tuple.__new__, Known)  # a past may hold hundreds: the class itself takes twice as long


class Marked(NamedTuple):
    """Which services count by what their modifiers say; what is left empty lets every service count."""

    carrying: str = ""  # only those with this modifier
    without: str = ""  # only those without it
    on: Sides = NEITHER  # not those that name other sides; one that names none may have been on any

    def counts(self, service: Known) -> bool:
        """True for a service that counts."""
        if self.carrying and self.carrying not in service.modifiers:
            return False
        if self.without and self.without in service.modifiers:
            return False
        there = sides.of_modifiers(service.modifiers) if self.on else NEITHER
        return not there or bool(there & self.on)


EVERY = Marked()


def known_services(case: Case) -> Sequence[Known]:
    """Every service we know of, this claim's lines too; in the order of their days, each once."""
    return case.once_of(_known_services)


def sessions(
    case: Case, codes: Release[CodeRow], families: Iterable[str], region: str = "", marked: Marked = EVERY
) -> Sequence[date]:
    """The days with a service of the families, in the region where one is given, in order."""
    rows = case.once(("known rows", codes.name), lambda: _known_rows(case, codes))
    days = {
        known.day
        for family in families
        for known, of_region in rows.get(family, ())
        if region in ("", of_region) and (marked is EVERY or marked.counts(known))
    }
    return sorted(days)


def days_of(case: Case, codes: Iterable[str], marked: Marked = EVERY) -> Sequence[date]:
    """The days with one of the codes, in order."""
    wanted = frozenset(codes)

    def days() -> list[date]:
        found = [known for known in known_services(case) if known.code in wanted]
        return sorted({known.day for known in found if marked is EVERY or marked.counts(known)})

    return case.once(("days of", wanted, marked), days)


def between(days: Sequence[date], first: date, before: date) -> Sequence[date]:
    """Those of the ordered days from `first` on that lie before `before`."""
    return days[bisect_left(days, first) : bisect_left(days, before)]


def covered(case: Case, since: date) -> bool:
    """True when nothing since then is unknown: our store knows the patient that long, or the practice says so."""
    asserted = case.claim.prior_services
    if asserted and asserted.complete_since and asserted.complete_since <= since:
        return True
    return case.past.seen and case.past.covers(since)


def not_covered(since: date, why: str) -> Gap:
    """The answer of a rule whose look-back is not whole."""
    return Gap((f"history since {since}",), why)


@lru_cache(maxsize=4096)
def first_day_of_window(day: date, months: int) -> date:
    """The first day of the months that end on `day`: the day after the same day of an earlier month.

    >>> first_day_of_window(date(2026, 3, 10), 12), first_day_of_window(date(2024, 2, 29), 12)
    (datetime.date(2025, 3, 11), datetime.date(2023, 3, 1))
    """
    return months_later(day, -months) + timedelta(days=1)


def first_day_without(day: date, months: int) -> date:
    """The first day whose window no longer holds `day`.

    >>> first_day_without(date(2025, 3, 11), 12), first_day_without(date(2024, 2, 29), 12)
    (datetime.date(2026, 3, 11), datetime.date(2025, 3, 1))
    """
    later = day + timedelta(days=28 * months)
    while first_day_of_window(later, months) <= day:
        later += timedelta(days=1)
    return later


def _known_rows(case: Case, codes: Release[CodeRow]) -> Mapping[str, Sequence[tuple[Known, str]]]:
    """The known services of each family, each with its region."""
    found: dict[str, list[tuple[Known, str]]] = {}
    for known in known_services(case):
        row = codes.get(known.code)
        if row is not None:
            found.setdefault(row.family, []).append((known, row.region))
    return found


def _known_services(case: Case) -> list[Known]:
    known = {_known((s.service_date, s.code, s.modifiers)) for s in case.past.services}
    known.update([_known((x.service_from, x.code, x.modifiers)) for x in case.claim.lines if x.service_from])
    if case.claim.prior_services:
        known |= {Known(i.service_date, i.code, i.modifiers) for i in case.claim.prior_services.items}
    return sorted(known)
