"""How often a careful practice repeats a treatment: it counts the sessions before it books the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from simulator.reference import read_toml


@dataclass(frozen=True, slots=True)
class Kind:
    """Visits that are counted together: the fewest days between two, and so many sessions in so many days."""

    name: str
    gap: int
    limits: tuple[tuple[int, int], ...]

    def allows(self, earlier: Sequence[date], day: date) -> bool:
        """Whether one more session on a day keeps to it."""
        passed = [(day - session).days for session in earlier]
        if any(days < self.gap for days in passed):
            return False
        return all(sum(days < within for days in passed) < most for most, within in self.limits)


@cache
def kinds() -> Mapping[str, Kind]:
    """The kind of each visit that is counted, by the visit's name."""
    found: dict[str, Kind] = {}
    for name, raw in read_toml("schedule.toml").items():
        kind = Kind(name, raw.get("gap", 0), tuple((most, within) for most, within in raw.get("limits", ())))
        found.update(dict.fromkeys(raw["visits"], kind))
    return found
