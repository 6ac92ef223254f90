"""Weighted choices and seeded streams: every draw of the simulation goes through these."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(seed: int | str, name: str) -> Random:
    """A stream of its own for each question, so that switching one slip off leaves the patients as they were."""
    return Random(f"{seed}:{name}")  # a text seed is hashed by SHA-512: the same on every machine


class Wheel(Generic[T]):
    """Picks one of several things, each with its weight.

    >>> Wheel([("a", 0.0), ("b", 2.0)]).pick(Random(1))
    'b'
    """

    __slots__ = ("_edges", "_things", "_total")

    def __init__(self, weighted: Iterable[tuple[T, float]]) -> None:
        pairs = [(thing, weight) for thing, weight in weighted if weight > 0]
        if not pairs:
            raise ValueError("a wheel needs at least one thing with a weight above zero")
        self._things = [thing for thing, _ in pairs]
        self._edges = list(accumulate(weight for _, weight in pairs))
        self._total = self._edges[-1]

    @classmethod
    def of(cls, weights: Mapping[T, float]) -> Wheel[T]:
        """A wheel from a table of thing -> weight."""
        return cls(weights.items())

    def pick(self, rng: Random) -> T:
        """One thing, drawn."""
        return self._things[min(bisect(self._edges, rng.random() * self._total), len(self._things) - 1)]
