"""HL levels and LX lines are numbered one by one, and a level's parent stands above it."""

from __future__ import annotations

from collections.abc import Iterator

from claims.wording import shown
from claims.x12.elements import Elements, at
from claims.x12.validate.finding import Finding, Place, error


class Hierarchy:
    """Follows HL of a set, and LX of a claim."""

    def __init__(self, *, lines_within_claim: bool) -> None:
        self._levels = self._lines = 0
        self._open: list[int] = []  # the levels from the top down to the last
        self._lines_within_claim = lines_within_claim

    def feed(self, e: Elements, place: Place) -> Iterator[Finding]:
        """What is wrong with the numbering of the next segment."""
        if e[0] == "HL":
            yield from self._level(e, place)
        elif e[0] == "CLM":
            self._lines = 0
        elif e[0] == "LX" and self._lines_within_claim:
            self._lines += 1
            if at(e, 1) != str(self._lines):
                yield _out_of_step(place, 1, at(e, 1), f"{self._lines}, the next number within the claim", "554")

    def _level(self, e: Elements, place: Place) -> Iterator[Finding]:
        self._levels += 1
        if at(e, 1) != str(self._levels):
            yield _out_of_step(place, 1, at(e, 1), f"{self._levels}, the next number within the set", "628")
        if at(e, 2):
            parent = int(at(e, 2)) if at(e, 2).isascii() and at(e, 2).isdigit() and len(at(e, 2)) < 13 else 0
            if parent not in self._open:
                expected = f"the number of a level above it: {', '.join(map(str, self._open)) or 'there is none'}"
                yield _out_of_step(place, 2, at(e, 2), expected, "734")
            else:
                del self._open[self._open.index(parent) + 1 :]
        else:
            self._open.clear()
        self._open.append(self._levels)


def _out_of_step(place: Place, element: int, found: str, expected: str, data_element: str) -> Finding:
    return error(
        "hierarchy" if place.segment == "HL" else "line-number", place, shown(found), expected, element=element,
        segment_code="8", element_code="I12", data_element=data_element,
    )  # fmt: skip
