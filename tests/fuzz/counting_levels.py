"""What a 271 or 278 holds, record by record, found without the readers.

Of a 278 a record is an HL of a patient event (EV), in capitals or not. Of a 271 it is the level of a subscriber or
dependent; a subscriber of whom nothing is said, followed by a dependent, only holds the cover. Of both, an AAA in a
level above those is a record of its own, once a level. A level begins at an HL, or where a name comes that belongs to
another level, or a second of its own: there an HL is missing. Of a 271 a TRN after an answer ends the level as well.
What only records have (EB; UM, HCR, HSD, SV1 to SV3) is stray outside any, and every run of it must be spoken of.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fuzz.counting import BEGIN, END, Found, at, segments_in

LEVELS = {"271": {"20", "21", "22", "23"}, "278": {"20", "21", "22", "23", "EV", "SS"}}
LEVEL_OF_NAME = {"271": {"IL": "22", "03": "23"}, "278": {"X3": "20", "IL": "22", "QC": "23"}}
ONLY_IN_RECORDS = {"UM", "HCR", "HSD", "SV1", "SV2", "SV3"}


@dataclass(slots=True)
class Entry:
    """One record, by the segment it begins at."""

    number: int
    parts: int = 0  # EB, or HL of services
    above: bool = False  # a rejection above the levels that hold records
    rejected: bool = False


@dataclass(slots=True)
class Held:
    """A whole file."""

    entries: list[Entry] = field(default_factory=list)
    strays: list[list[int]] = field(default_factory=list)  # runs of segment numbers


def levels_in(document: bytes, kind: str) -> Held:
    """What the readable sets of a 271 or 278 hold."""
    held = Held()
    walk = (_Answers if kind == "271" else _Reviews)(kind, held)
    for segment in segments_in(document, kind):
        walk.feed(segment)
    return held


class _Levels:
    def __init__(self, kind: str, held: Held) -> None:
        self.kind, self.held = kind, held
        self.open: Entry | None = None
        self.at: str | None = None
        self.named = False
        self.run: list[int] = []

    def enter(self, level: str | None, number: int) -> None:
        self.open, self.at, self.named, self.run = None, level, False, []

    def begin(self, number: int, *, above: bool = False) -> None:
        self.open = Entry(number, above=above)
        self.held.entries.append(self.open)

    def stray(self, number: int) -> None:
        if self.open is not None:  # the record it stands in is refused for it
            return
        if not self.run:
            self.held.strays.append(self.run)
        self.run.append(number)

    def feed(self, segment: Found) -> None:
        name, e, number = segment.name, segment.elements, segment.number
        if name in (BEGIN, END):
            self.enter(None, number)
        elif name.upper() == "HL":
            self.enter(at(e, 3) if at(e, 3) in LEVELS[self.kind] else None, number)
        elif segment.too_long:
            return
        elif name == "NM1":
            self.name(e, number)
        elif name == "AAA":
            self.rejection(e, number)
        else:
            self.other(name, number)

    def name(self, e: list[str], number: int) -> None:
        wanted = LEVEL_OF_NAME[self.kind].get(at(e, 1))
        if wanted and (wanted != self.at or self.named):
            self.enter(wanted, number)
        if self.at in ("20", "21") or (wanted and wanted == self.at):
            self.named = True

    def rejection(self, e: list[str], number: int) -> None:
        if self.open is None and self.at in (None, "SS"):
            self.stray(number)
            return
        if self.open is None:
            self.begin(number, above=True)
        self.open.rejected |= bool(at(e, 3))  # type: ignore[union-attr]

    def other(self, name: str, number: int) -> None:
        raise NotImplementedError


class _Reviews(_Levels):
    def enter(self, level: str | None, number: int) -> None:
        if level == "SS" and self.open is not None and not self.open.above:
            self.open.parts += 1
            self.at, self.run = level, []
            return
        super().enter(level, number)
        if level == "EV":
            self.begin(number)
        elif level == "SS":
            self.stray(number)

    def name(self, e: list[str], number: int) -> None:
        if self.at not in ("EV", "SS") or at(e, 1) in LEVEL_OF_NAME[self.kind]:
            super().name(e, number)

    def other(self, name: str, number: int) -> None:
        if name in ONLY_IN_RECORDS and (self.open is None or self.open.above):
            self.stray(number)


class _Answers(_Levels):
    def enter(self, level: str | None, number: int) -> None:
        before = self.open
        if before is not None and self.at == "22" and level == "23" and not before.parts and not before.rejected:
            self.held.entries.remove(before)
        self.inside = False
        super().enter(level, number)
        if level in ("22", "23"):
            self.begin(number)

    def name(self, e: list[str], number: int) -> None:
        answered = self.open is not None and self.open.parts
        if not answered or (at(e, 1) in LEVEL_OF_NAME[self.kind] and not self.inside):
            super().name(e, number)

    def other(self, name: str, number: int) -> None:
        answered = self.open is not None and not self.open.above
        if name == "EB" and not answered:
            self.inside = False
            self.stray(number)
        elif name == "EB":
            self.inside = False
            self.open.parts += 1  # type: ignore[union-attr]
        elif name == "TRN" and answered and (self.open.parts or self.open.rejected):  # type: ignore[union-attr]
            self.enter(None, number)
        elif name == "LS":
            self.inside = bool(self.open is not None and self.open.parts)
        elif name == "LE":
            self.inside = False
