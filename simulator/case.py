"""One claim on a payer's desk, with what only the payer will get to see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random

from claims.claim import Claim
from simulator.hazards import Hazard, Unknown
from simulator.memory import Memory
from simulator.payers import PretendPayer
from simulator.reference import mechanisms


@dataclass(frozen=True, slots=True)
class Unseen:
    """What no input shows: whether the cover holds, whether another payer comes first, the authorization, the chart."""

    cover: Unknown
    first_payer: Unknown
    authorization: Unknown
    chart: Unknown

    @classmethod
    def drawn(cls, payer: PretendPayer, chart: tuple[float, ...], day: date, reworked: bool, rng: Random) -> Unseen:
        """Draw them for one claim; a claim that was worked after a denial has its record in better order."""
        lapse = payer.january if day.month == 1 else payer.lapse
        good, thin, poor = chart
        better = (1.0 - (thin + poor) * 0.5, thin * 0.5, poor * 0.5)
        return cls(
            cover=Unknown.rare(payer.lapse_again if reworked else lapse, rng),
            first_payer=Unknown.rare(payer.other_payer_first, rng),
            authorization=Unknown.rare(payer.mismatch, rng),
            chart=Unknown.drawn(better if reworked else (good, thin, poor), rng),
        )


@dataclass(slots=True)
class Case:
    """One claim on the payer's desk."""

    claim: Claim
    payer: PretendPayer
    memory: Memory
    patient: int
    clinician: str
    sent: date
    reworked: bool
    unseen: Unseen
    shared: dict[tuple[str, str], Hazard] = field(default_factory=dict)

    def strict(self, mechanism: str, factor: float = 1.0) -> Iterator[Hazard]:
        """A hazard of this line alone, as strict as the payer is."""
        chance = self.payer.strictness.get(mechanism, 0.0) * factor
        if chance:
            yield Hazard(mechanisms()[mechanism], (chance,))

    def common(
        self, mechanism: str, chances: tuple[float, ...], unknown: Unknown | None = None, key: str = ""
    ) -> Hazard:
        """A hazard that strikes all lines that have it, or none."""
        found = self.shared.get((mechanism, key))
        if found is None:
            found = self.shared[mechanism, key] = Hazard(mechanisms()[mechanism], chances, unknown)
        return found
