"""What own rules ask of the patient's earlier care: how many services, on how many days, how long since the last.

What is not known counts: where the look-back does not reach, few is not told from many.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from claims.claim import Line
from scrubber import look_back
from scrubber.look_back import Known
from scrubber.own_rules.faults import Faults, shown
from scrubber.own_rules.fields import FIELDS
from scrubber.own_rules.logic import Judge, Unknown, Verdict, asked
from scrubber.own_rules.operators import LONGEST_SPAN, number_of, text_of
from scrubber.registry import Case, NotSaid

MOST_CODES = 200
PAST = {
    "services": "how many services of some codes or families there were in the days before",
    "sessions": "on how many days there was one",
    "days_since": "days since the last one",
}
COUNTS = ("at_least", "at_most", "is")


@dataclass(frozen=True, slots=True)
class _Which:
    """Which services of the past are meant."""

    codes: frozenset[str]
    families: frozenset[str]
    same: str  # code, family: that of the line
    days: int


def read_past(head: str, content: Mapping[str, Any], key: str, faults: Faults, in_line: bool) -> Judge | None:
    """A condition on earlier care; None where something is wrong with it."""
    which = _which(content[head], f"{key}.{head}", faults, needs_days=head != "days_since", in_line=in_line)
    bounds: dict[str, int] = {}
    for name in (name for name in COUNTS if name in content):
        wanted = number_of(content[name])
        if wanted is None or wanted != int(wanted) or not 0 <= wanted <= LONGEST_SPAN:
            faults.tell(f"{key}.{name}", shown(content[name]), f"a whole number from 0 to {LONGEST_SPAN}")
        else:
            bounds[name] = int(wanted)
    if which is None or not bounds:
        return None
    least = max((bounds[name] for name in ("at_least", "is") if name in bounds), default=0)
    most = min((bounds[name] for name in ("at_most", "is") if name in bounds), default=None)
    if head == "days_since":
        return asked(_days_since(which, least, most))
    return asked(_how_many(which, least, most, by_day=head == "sessions"))


def _which(content: object, key: str, faults: Faults, *, needs_days: bool, in_line: bool) -> _Which | None:
    if not isinstance(content, dict):
        faults.tell(key, shown(content), "a table", 'Such as { codes = ["64493"], days = 365 }.')
        return None
    known = ("codes", "families", "same", "days") if needs_days else ("codes", "families", "same")
    faults.strange_keys(key, content, known)
    before = len(faults.told)
    sets: dict[str, frozenset[str]] = {}
    for name in ("codes", "families"):
        given = content.get(name, [])
        texts = [text_of(value) for value in given] if isinstance(given, list) else [None]
        if None in texts or len(texts) > MOST_CODES or (name in content and not texts):
            faults.tell(f"{key}.{name}", shown(given), f"a list of 1 to {MOST_CODES} texts in quotes")
        sets[name] = frozenset(text for text in texts if text)
    same = content.get("same", "")
    if same not in ("", "code", "family") or (same and not in_line):
        faults.tell(f"{key}.same", shown(same), "`code` or `family`, in a rule or condition of a line")
    if not (sets["codes"] or sets["families"] or same) and len(faults.told) == before:
        faults.tell(key, "no service named", "codes, families or same")
    days = number_of(content.get("days"))
    if needs_days and (days is None or days != int(days) or not 1 <= days <= LONGEST_SPAN):
        faults.tell(f"{key}.days", shown(content.get("days")), f"a number of days from 1 to {LONGEST_SPAN}")
    if len(faults.told) > before:
        return None
    families = frozenset(family.lower() for family in sets["families"])
    return _Which(sets["codes"], families, str(same), int(days or 0))


def _earlier(case: Case, line: Line | None, which: _Which) -> tuple[date, list[Known]]:
    """The day of service, and the services meant of all days before it, in order."""
    day = case.day(line) if line is not None else case.first_service
    if day is None:
        raise NotSaid("date of service", "no line of the claim has a date of service")
    codes, families = which.codes, which.families
    if line is not None and which.same == "code":
        codes |= {line.code}
    elif line is not None and which.same == "family":
        families |= {FIELDS["line.family"].get(case, line)}  # type: ignore[arg-type]  # raises where there is none

    def meant() -> list[Known]:
        family = case.tables.family
        return [k for k in look_back.known_services(case) if k.code in codes or family(k.code) in families]

    found = case.once(("own rule, services", codes, families), meant)
    return day, found[: bisect_left(found, (day,))]


def _how_many(which: _Which, least: int, most: int | None, *, by_day: bool) -> Judge:
    """More may have been than we know: enough is enough, and few is only few where the look-back is whole."""

    def judge(case: Case, line: Line | None) -> Verdict:
        day, earlier = _earlier(case, line, which)
        first = _days_before(day, which.days)
        within = earlier[bisect_left(earlier, (first,)) :]
        known = len({k.day for k in within}) if by_day else len(within)
        if most is not None and known > most:
            return False
        if known >= least and most is None:
            return True
        if look_back.covered(case, first):
            return known >= least
        return Unknown((f"history since {first}",), (known >= least) if case.past.seen else None)

    return judge


def _days_since(which: _Which, least: int, most: int | None) -> Judge:
    """One may have been later than the last we know of: the days since are at most what we count."""

    def judge(case: Case, line: Line | None) -> Verdict:
        day, earlier = _earlier(case, line, which)
        since = (day - earlier[-1].day).days if earlier else None  # None: never, as far as we know
        if since is not None and since < least:
            return False
        if since is not None and most is not None and since <= most and not least:
            return True
        reach = most if most is not None and (since is None or since > most) else least - 1
        holds = since is not None and since <= most if most is not None else True
        if reach <= 0:
            return holds
        first = _days_before(day, reach)
        if look_back.covered(case, first):
            return holds
        return Unknown((f"history since {first}",), holds if case.past.seen else None)

    return judge


def _days_before(day: date, days: int) -> date:
    return date.fromordinal(max(1, day.toordinal() - days))
