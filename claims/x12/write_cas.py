"""Adjustments to CAS segments, in 837P and 835 alike."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from claims.claim import Adjustment
from claims.x12.carrying import PER_CAS, adjustments_said
from claims.x12.loops import Loop
from claims.x12.writing import Value


def write_adjustments(loop: Loop, adjustments: tuple[Adjustment, ...]) -> None:
    """As the file they came from said them; else up to six adjustments of one group in each CAS."""
    if not adjustments or loop.verbatim("CAS", adjustments_said, adjustments):
        return
    for group, members in groupby(adjustments, key=lambda a: a.group):
        for chunk in _chunks(members):
            values: list[Value] = []
            for adjustment in chunk:
                values += [adjustment.carc, adjustment.amount, adjustment.quantity]
            loop.add("CAS", group, *values)


def _chunks(members: Iterable[Adjustment]) -> Iterable[list[Adjustment]]:
    of_group = list(members)
    return [of_group[start : start + PER_CAS] for start in range(0, len(of_group), PER_CAS)]
