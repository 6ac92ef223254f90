"""The patient's earlier care, as frequency and global-period rules look back on it.

What is known is what our store holds, what the practice asserts (`prior_services`), and the claim's own lines. Whether
that is all there was is a question of its own: `covered` answers it, and a rule that needs the whole says `Gap` where
it does not hold.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
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

    def counts(self, modifiers: Sequence[str]) -> bool:
        """True for a service with these modifiers that counts."""
        if self.carrying and self.carrying not in modifiers:
            return False
        if self.without and self.without in modifiers:
            return False
        there = sides.of_modifiers(modifiers) if self.on else NEITHER
        return not there or bool(there & self.on)


EVERY = Marked()


def known_services(case: Case) -> Sequence[Known]:
    """Every service we know of, this claim's lines too; in the order of their days, each once."""
    return case.once_of(_known_services)


def codes_on(case: Case, day: date) -> AbstractSet[str]:
    """The codes of every service of a day that we know of, this claim's lines too."""
    return case.once(("codes on", day), lambda: _codes_on(case, day))


def sessions(
    case: Case, codes: Release[CodeRow], families: tuple[str, ...], region: str = "", marked: Marked = EVERY
) -> Sequence[date]:
    """The days with a service of the families, in the region where one is given, in order."""
    key = "sessions", id(codes), families, region
    return _days(case.once(key, lambda: _known_with(case, codes_of(case, codes, families, region))), marked)


def days_of(case: Case, codes: tuple[str, ...], marked: Marked = EVERY) -> Sequence[date]:
    """The days with one of the codes, in order."""
    return _days(case.once(("days of", codes), lambda: _known_with(case, codes)), marked)


def codes_of(case: Case, codes: Release[CodeRow], families: tuple[str, ...], region: str = "") -> AbstractSet[str]:
    """The codes of the families in a release, of the region where one is given."""
    return case.tables.once(
        ("codes of", id(codes), families, region),
        lambda: {code for code, row in codes.rows.items() if row.family in families and region in ("", row.region)},
    )


def between(days: Sequence[date], first: date, before: date) -> Sequence[date]:
    """Those of the ordered days from `first` on that lie before `before`."""
    return days[bisect_left(days, first) : bisect_left(days, before)]


def covered(case: Case, since: date) -> bool:
    """True when nothing since then is unknown: our store knows the patient that long, or the practice says so."""
    asserted = case.claim.prior_services
    if asserted and asserted.complete_since and asserted.complete_since <= since:
        return True
    return case.past.seen and case.past.covers(since)


@lru_cache(maxsize=4096)
def not_covered(since: date, why: str, *, of_claim: bool = False) -> Gap:
    """The answer of a rule whose look-back is not whole: the same for all claims of a day."""
    return Gap((f"history since {since}",), why, of_claim=of_claim)


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


# The days with a service of some kind, in order, and each such service by its day and modifiers
_Services = tuple[Sequence[date], Sequence[tuple[date, Sequence[str]]]]


def _known_with(case: Case, codes: Collection[str]) -> _Services:
    """The services we know of with one of the codes: looked for one by one, since few of a past have them."""
    found: list[tuple[date, Sequence[str]]] = [
        (s.service_date, s.modifiers) for s in case.past.services if s.code in codes
    ]
    found += [(x.service_from, x.modifiers) for x in case.claim.lines if x.code in codes and x.service_from]
    if case.claim.prior_services:
        found += [(i.service_date, i.modifiers) for i in case.claim.prior_services.items if i.code in codes]
    return sorted({day for day, _ in found}), found


def _days(services: _Services, marked: Marked) -> Sequence[date]:
    if marked is EVERY:
        return services[0]
    return sorted({day for day, modifiers in services[1] if marked.counts(modifiers)})


def _codes_on(case: Case, day: date) -> AbstractSet[str]:
    known = {s.code for s in case.past.services if s.service_date == day}
    known.update([line.code for line in case.claim.lines if line.service_from == day])
    if case.claim.prior_services:
        known.update([i.code for i in case.claim.prior_services.items if i.service_date == day])
    return known


def _known_services(case: Case) -> list[Known]:
    known = {_known((s.service_date, s.code, s.modifiers)) for s in case.past.services}
    known.update([_known((x.service_from, x.code, x.modifiers)) for x in case.claim.lines if x.service_from])
    if case.claim.prior_services:
        known |= {Known(i.service_date, i.code, i.modifiers) for i in case.claim.prior_services.items}
    return sorted(known)
