"""How sure a share is that was counted on few: Wilson's interval."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z95 = 1.959963984540054  # the 97.5th percentile of the standard normal: 2.5 % of it lies beyond on either side


class Interval(NamedTuple):
    """The bounds a share lies between with the confidence asked for."""

    low: float
    high: float


def wilson(hits: int, of: int, z: float = Z95) -> Interval | None:
    """Wilson's score interval of `hits` in `of` trials, 95 % unless `z` says otherwise; None without a trial.

    Unlike the textbook's p +- z sqrt(p (1 - p) / n) it stays between 0 and 1, and 0 hits in 5 do not make it nothing
    wide. E. B. Wilson, Probable inference, the law of succession, and statistical inference, J. Am. Stat. Assoc. 22
    (1927) 209-212. Raises ValueError where `hits` is no part of `of`.

    >>> wilson(0, 0), [round(bound, 4) for bound in wilson(0, 10)], [round(bound, 4) for bound in wilson(81, 263)]
    (None, [0.0, 0.2775], [0.2553, 0.3662])
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    if not of:
        return None
    share, weight = hits / of, z * z / of
    centre, spread = share + weight / 2, z * sqrt((share * (1 - share) + weight / 4) / of)
    low, high = (centre - spread) / (1 + weight), (centre + spread) / (1 + weight)
    return Interval(low if hits else 0.0, high if hits < of else 1.0)  # exact where the roots are, not nearly
