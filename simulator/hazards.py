"""Chances of denial, exactly: what can sink a line, what nobody on this side can see, and the two true probabilities.

A line is denied when any of its hazards strikes; hazards are independent given the unknowns. So, exactly:

* `p_denied` = 1 - product of (1 - chance) in the state the unknowns are really in;
* `p_shown` = the same averaged over the states each unknown could be in, by their shares: all that can be known
  from the claim, the practice's own past and a perfect knowledge of the payer's habits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from simulator.chance import Wheel
from simulator.reference import Answer, Mechanism


@dataclass(eq=False, slots=True)
class Unknown:
    """Something about one claim that no input shows: the share of each state, and the state it is in."""

    shares: tuple[float, ...]
    state: int

    @classmethod
    def drawn(cls, shares: tuple[float, ...], rng: Random) -> Unknown:
        """An unknown in a state drawn by its shares."""
        return cls(shares, Wheel(enumerate(shares)).pick(rng))

    @classmethod
    def rare(cls, share: float, rng: Random) -> Unknown:
        """Something that is usually fine (state 0) and sometimes not (state 1)."""
        return cls((1.0 - share, share), int(rng.random() < share))


@dataclass(eq=False, slots=True)
class Hazard:
    """One thing that may deny; shared by lines, it strikes all of them or none."""

    mechanism: Mechanism
    chances: tuple[float, ...]  # one, or one a state of the unknown
    unknown: Unknown | None = None
    answer: Answer | None = None  # else drawn from the mechanism's
    struck: bool = field(default=False)

    @property
    def chance(self) -> float:
        """The chance that it strikes, everything known."""
        return self.chances[self.unknown.state if self.unknown else 0]


def strike(hazards: Iterable[Hazard], rng: Random) -> None:
    """Draw each hazard once."""
    for hazard in hazards:
        hazard.struck = rng.random() < hazard.chance


def p_denied(hazards: Sequence[Hazard]) -> float:
    """The chance of denial, everything known."""
    kept = 1.0
    for hazard in hazards:
        kept *= 1.0 - hazard.chance
    return 1.0 - kept


def p_shown(hazards: Sequence[Hazard]) -> float:
    """The chance of denial as far as it can be known before the claim is sent."""
    kept = 1.0
    unknowns: dict[int, list[Hazard]] = {}
    for hazard in hazards:
        if hazard.unknown is None:
            kept *= 1.0 - hazard.chances[0]
        else:
            unknowns.setdefault(id(hazard.unknown), []).append(hazard)
    for together in unknowns.values():
        unknown = together[0].unknown
        assert unknown is not None
        kept *= sum(share * _all_spare(together, state) for state, share in enumerate(unknown.shares))
    return 1.0 - kept


def _all_spare(hazards: Sequence[Hazard], state: int) -> float:
    kept = 1.0
    for hazard in hazards:
        kept *= 1.0 - hazard.chances[state]
    return kept


def first_struck(hazards: Sequence[Hazard]) -> Hazard | None:
    """Of those that struck, the one the payer names: it stops at the first it finds."""
    return min((h for h in hazards if h.struck), key=lambda h: h.mechanism.rank, default=None)
