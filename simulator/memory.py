"""What a payer remembers of a patient: services it has seen, and sessions it counts."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import date, timedelta
from typing import TypeVar

from simulator.reference import services

K = TypeVar("K")
D = TypeVar("D", date, tuple[date, date])
ServiceKey = tuple[int, str, tuple[str, ...], date]


class Memory:
    """One payer's memory. It counts what it was sent, paid or not, so that the practice could count the same."""

    def __init__(self) -> None:
        self._seen: set[ServiceKey] = set()
        self._families: dict[tuple[int, str], list[date]] = {}
        self._codes: dict[tuple[int, str], list[date]] = {}
        self._globals: dict[int, list[tuple[date, date]]] = {}  # the procedure, and the last day it pays for
        self._visited: dict[int, date] = {}

    def remember(self, patient: int, code: str, modifiers: tuple[str, ...], day: date) -> None:
        """Take in one line."""
        self._seen.add((patient, code, modifiers, day))
        service = services()[code]
        _note(self._families, (patient, service.family), day)
        _note(self._codes, (patient, code), day)
        if service.global_days:
            _note(self._globals, patient, (day, day + timedelta(days=service.global_days)))
        first = self._visited.get(patient)
        if first is None or day < first:
            self._visited[patient] = day

    def has_seen(self, patient: int, code: str, modifiers: tuple[str, ...], day: date) -> bool:
        """Whether the same service was sent before."""
        return (patient, code, modifiers, day) in self._seen

    def sessions(self, patient: int, families: frozenset[str], day: date, within: int) -> int:
        """Days of service of some families in the `within` days before a day."""
        days: set[date] = set()
        for family in families:
            days.update(_before(self._families.get((patient, family), ()), day, within))
        return len(days)

    def days_since(self, patient: int, code: str, day: date) -> int | None:
        """Days since the last such service before a day."""
        past = self._codes.get((patient, code))
        at = bisect_left(past, day) if past else 0
        return (day - past[at - 1]).days if past and at else None

    def in_global(self, patient: int, day: date) -> bool:
        """Whether a day lies in the days a procedure already pays for."""
        return any(done < day <= last for done, last in self._globals.get(patient, ()))

    def knew(self, patient: int, day: date) -> bool:
        """Whether the practice had seen the patient before a day."""
        first = self._visited.get(patient)
        return first is not None and first < day


def _note(into: dict[K, list[D]], key: K, day: D) -> None:
    days = into.setdefault(key, [])
    if day not in days:
        insort(days, day)


def _before(days: list[date] | tuple[()], day: date, within: int) -> list[date]:
    return [d for d in days if 0 < (day - d).days <= within]
