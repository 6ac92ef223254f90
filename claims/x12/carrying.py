"""Segments that our own fields do not say, or not in full: taken as they stand, given back as they came."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import COMPONENT, REPETITION, Adjustment, Carried
from claims.freezing import maker
from claims.x12.delimiters import Delimiters
from claims.x12.elements import BadElement, Elements, amount, at, required

_carried, _adjustment = maker(Carried), maker(Adjustment)
PER_CAS = 6  # adjustments in one CAS segment
REMARK_PLACES = {"MOA": range(3, 8), "MIA": (5, 20, 21, 22, 23)}  # claim remark codes (RARC)
NOT_KEPT = (
    "ISA, GS, ST, SE, GE, IEA: the envelope is made anew, with its counts",
    "HL01, HL02 and HL04: levels are numbered anew, and a level without claims is left out",
    "a segment that stands in no claim, level or payment",
    "empty elements and components at the end of a segment, and empty modifiers before a full one",
    "blanks around a value, and line breaks between or inside segments",
    "zeros that say nothing in an amount or a whole number (0120.50 is 120.5), and a bare point",
    "the case and blanks of a segment id",
)
"""What a record does not keep of its file, in words; everything else is given back segment by segment."""


def carried(
    loop: str, e: Iterable[str], owner: str, number: int, delimiters: Delimiters, *, partial: bool = False
) -> Carried:
    """The segment as a record keeps it, whatever the delimiters of its file were."""
    elements = list(e)
    while elements and not elements[-1]:
        elements.pop()
    component, repetition = delimiters.component, delimiters.repetition
    for i in range(len(elements)):
        if component in elements[i]:
            elements[i] = elements[i].replace(component, COMPONENT).rstrip(COMPONENT)
        if repetition and repetition in elements[i]:
            elements[i] = elements[i].replace(repetition, REPETITION)
    while elements and not elements[-1]:
        elements.pop()
    return _carried(loop, tuple(elements), owner, partial, number)


class Adjustments:
    """The CAS segments of one claim, payer or line while they come in."""

    __slots__ = ("_group", "_raw", "_room", "odd", "read")

    def __init__(self) -> None:
        self.read: list[Adjustment] = []
        self.odd = False  # another writer's way to say the same: the segments are kept beside what they say
        self._raw: list[tuple[Elements, int]] = []
        self._group: str | None = None
        self._room = False

    def add(self, e: Elements, number: int) -> None:
        """One CAS; raises BadElement for a reason or an amount that cannot be read."""
        group = at(e, 1)
        found = adjustments_of(e)
        if (self._room and group == self._group) or len(found) != (len(e)) // 3 or not found:
            self.odd = True
        self._group, self._room = group, len(found) < PER_CAS
        self._raw.append((e, number))
        self.read += found

    def kept(self, loop: str, owner: str, delimiters: Delimiters) -> list[Carried]:
        """The segments themselves, when they are not those we would write."""
        if not self.odd:
            return []
        return [carried(loop, e, owner, number, delimiters, partial=True) for e, number in self._raw]


def adjustments_of(e: Elements) -> list[Adjustment]:
    """The adjustments of one CAS."""
    found, length = [], len(e)
    for i in range(2, length, 3):
        if not e[i] and not any(e[i + 1 : i + 3]):
            continue
        carc, value = required(e, i, "an adjustment reason code (CARC)"), amount(e, i + 1)
        quantity = amount(e, i + 2) if i + 2 < length and e[i + 2] else None
        found.append(_adjustment(e[1], carc, value, quantity))
    return found


def adjustments_said(segments: Iterable[Carried]) -> tuple[Adjustment, ...] | None:
    """What kept CAS segments say, None when that cannot be read."""
    try:
        return tuple(a for segment in segments for a in adjustments_of(list(segment.elements)))
    except BadElement:
        return None
