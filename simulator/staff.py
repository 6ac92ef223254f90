"""Two coders and a front desk: who slips how often, and in which months more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from simulator.practice import Practice
from simulator.reference import read_toml
from simulator.slips import FIRST_PAYMENT, LATE, NOT_COUNTED, SLIPS, TOO_SOON, TWICE, slip_names

if TYPE_CHECKING:
    from simulator.coding import Draft


class Staff:
    """Two coders and a front desk, who slip more in some months than in others."""

    def __init__(self, enabled: Collection[str], practice: Practice, rng: Random, second_rng: Random) -> None:
        unknown = set(enabled) - set(slip_names())
        if unknown:
            raise ValueError(f"no such slip: {', '.join(sorted(unknown))}; there are {', '.join(slip_names())}")
        raw = read_toml("slips.toml")
        self._rates: dict[str, float] = {
            name: raw["rates"][name] * practice.slips.get(name, 1.0) for name in slip_names()
        }
        self._habits = [clinician.habits.slips for clinician in practice.clinicians]
        self._people = (raw["people"]["better"], raw["people"]["worse"])
        self._months = [raw["by_month"].get(str(month), 1.0) for month in range(1, 13)]
        self._enabled, self._rng, self._second_rng = frozenset(enabled), rng, second_rng

    def _happens(self, name: str, day: date, factor: float = 1.0, rng: Random | None = None) -> bool:
        drawn = (rng or self._rng).random() < self._rates[name] * self._months[day.month - 1] * factor
        return drawn and name in self._enabled

    def slip(self, draft: Draft) -> None:
        """Let the coder of the day go over a draft."""
        draft.clean = draft.copy()
        factor, notes = self._people[self._rng.random() < 0.45], self._habits[draft.clinician]
        for name, change in SLIPS.items():
            happens = self._happens(name, draft.day, factor * notes.get(name, 1.0))
            which = self._rng.random()
            if happens and (draft.lines or draft.held) and change(draft, which):
                draft.slips.append(name)

    def days_to_send(self, draft: Draft) -> int:
        """Days from the encounter to the biller's outbox."""
        usual = 1 + int(self._rng.random() * 5)
        forgotten = 70 + int(self._rng.random() * 220)
        if self._happens(LATE, draft.day):
            draft.slips.append(LATE)
            return forgotten
        return usual

    def sends_twice(self, draft: Draft) -> int:
        """Days after which the claim goes out a second time; 0 when it does not."""
        days = 7 + int(self._rng.random() * 28)
        return days if self._happens(TWICE, draft.day) else 0

    def books_too_soon(self, day: date) -> bool:
        """Whether the scheduler takes the first free day."""
        return self._happens(TOO_SOON, day)

    def counts_no_sessions(self, day: date) -> bool:
        """Whether nobody looks how many sessions the patient has had."""
        return self._happens(NOT_COUNTED, day)

    def forgets_first_payment(self, draft: Draft, day: date) -> bool:
        """Whether the claim to the second payer goes out without what the first one decided."""
        happens = self._happens(FIRST_PAYMENT, day, rng=self._second_rng)  # so that no answer moves another slip
        if happens:
            draft.first_payer = None
            for line in draft.lines:
                line.first = None
            draft.slips.append(FIRST_PAYMENT)
        return happens
