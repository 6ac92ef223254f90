"""How sure the calibration window lets us be of a risk: the Venn-ABERS pair of a line.

Suppose the line were a line of the calibration window, once as not denied and once as denied, and let an isotonic curve
be drawn through the window each time: the two heights at the line are the pair. Whatever the scores are like, one of
the two is a calibrated probability as long as the line is drawn as the window's were; where the window holds few lines
like it they stand far apart (Vovk, Petej and Fedorova, 2015). Fitted by `training.calibrate`, kept here as two stairs.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Any, NamedTuple

Pair = tuple[float, float]


class Stairs(NamedTuple):
    """A curve that only rises, and only in steps: `heights[i]` between `edges[i - 1]` and `edges[i]`."""

    edges: tuple[float, ...]
    heights: tuple[float, ...]  # one more than the edges

    def checked(self) -> Stairs:
        """The same; raises ValueError where it is no such curve, or its heights are no probabilities."""
        if len(self.heights) != len(self.edges) + 1:
            raise ValueError(f"{len(self.heights)} heights between {len(self.edges)} edges")
        if not all(a < b for a, b in pairwise(self.edges)) or not all(a <= b for a, b in pairwise(self.heights)):
            raise ValueError("edges or heights out of order")
        if not (self.heights[0] >= 0 and self.heights[-1] <= 1):
            raise ValueError("heights outside 0 to 1")
        return self


@dataclass(frozen=True, slots=True)
class Band:
    """The stairs of the lower and of the upper probability over the calibrated log-odds.

    A line as high as an edge stands above it in `low`, and below it in `high`. `lines` is the window's size.
    """

    low: Stairs
    high: Stairs
    lines: int

    def __post_init__(self) -> None:
        self.low.checked()
        self.high.checked()

    def pair(self, log_odds: float) -> Pair:
        """The two probabilities of a line with these calibrated log-odds, the lower first."""
        (low_edges, lows), (high_edges, highs) = self.low, self.high
        return lows[bisect_right(low_edges, log_odds)], highs[bisect_left(high_edges, log_odds)]

    def around(self, risks: Sequence[float], log_odds: Sequence[float]) -> tuple[Pair, ...]:
        """The pair of each line, stretched where the risk shown lies beside it.

        Then the smooth curve of the calibration and what was counted disagree, and that is part of the doubt.
        """
        bands = []
        for risk, at in zip(risks, log_odds, strict=True):
            low, high = self.pair(at)
            bands.append((low if low < risk else risk, high if high > risk else risk))
        return tuple(bands)

    def to_json(self) -> dict[str, Any]:
        """The stairs as plain lists."""
        return {
            "lines": self.lines,
            "low": {"edges": list(self.low.edges), "heights": list(self.low.heights)},
            "high": {"edges": list(self.high.edges), "heights": list(self.high.heights)},
        }

    @classmethod
    def from_json(cls, obj: Mapping[str, Any]) -> Band:
        """Read back what `to_json` wrote; raises ValueError, KeyError or TypeError for anything else."""
        return cls(_stairs(obj["low"]), _stairs(obj["high"]), int(obj["lines"]))


def in_whole_percent(band: Pair) -> tuple[str, str]:
    """The band for people, rounded outwards: the narrower one would promise too much."""
    low, high = band
    return f"{floor(100 * low)}%", f"{ceil(100 * high)}%"


def _stairs(obj: Mapping[str, Any]) -> Stairs:
    return Stairs(tuple(float(e) for e in obj["edges"]), tuple(float(h) for h in obj["heights"]))
