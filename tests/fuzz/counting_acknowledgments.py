"""What a 277CA or 999 says, entry by entry, found without the readers.

Of a 277CA an entry is a TRN in a patient's level, or in a level that cannot be told, and each batch or provider level
that an STC rejects. A level begins at an HL, or where a name comes that belongs to another level, or after the TRN of
its own: there an HL is missing. Of a 999 an entry is an AK2 (in capitals or not), and an AK9 that names no set but
judges the group. What stands outside any entry where only entries have it (STC, SVC, IK3, IK4, IK5) is stray: every run
of it must be spoken of.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fuzz.counting import BEGIN, END, Found, at, segments_in

LEVELS = {"20", "21", "19", "PT"}
LEVEL_OF_NAME = {"41": "21", "85": "19", "QC": "PT", "IL": "PT"}
WHOLE = {"21": "batch", "19": "provider"}
REJECTING = {"A3", "A6", "A7", "A8"}
WITHOUT_SETS = "P"  # AK901 that says only that some were accepted


@dataclass(slots=True)
class Entry:
    """One claim, batch, provider, set or group that is spoken of."""

    id: str
    level: str = ""  # batch, provider or group; "" for a claim or set
    lines: int = 0  # SVC, IK3
    parts: int = 0  # STC, IK4
    rejecting: list[int] = field(default_factory=list)  # the segments that make a level an entry


@dataclass(slots=True)
class Said:
    """A whole file."""

    entries: list[Entry] = field(default_factory=list)
    strays: list[list[int]] = field(default_factory=list)  # runs of segment numbers


def acknowledgments_in(document: bytes, kind: str) -> Said:
    """What the readable sets of a 277CA or 999 hold."""
    said = Said()
    walk = _Levels(said) if kind == "277CA" else _Sets(said)
    for segment in segments_in(document, kind):
        walk.feed(segment)
    return said


class _Walk:
    def __init__(self, said: Said) -> None:
        self.said, self.open, self.run = said, None, []
        self.begin()

    def begin(self) -> None:
        """A set begins or ends."""
        raise NotImplementedError

    def enter(self, entry: Entry | None) -> None:
        self.open, self.run = entry, []
        if entry is not None:
            self.said.entries.append(entry)

    def stray(self, number: int) -> None:
        if not self.run:
            self.said.strays.append(self.run)
        self.run.append(number)


class _Levels(_Walk):
    open: Entry | None

    def begin(self) -> None:
        self.level(None)

    def level(self, level: str | None) -> None:
        self.enter(Entry("", WHOLE[level]) if level in WHOLE else None)
        self.at, self.traced = level, False

    def feed(self, segment: Found) -> None:
        name, e = segment.name, segment.elements
        of_name = LEVEL_OF_NAME.get(at(e, 1)) if name == "NM1" else None
        if name in (BEGIN, END):
            self.level(None)
        elif name == "HL":
            self.level(at(e, 3) if at(e, 3) in LEVELS else None)
        elif of_name and (of_name != self.at or self.traced):
            self.level(of_name)
        elif name.upper() == "TRN" and self.at in ("PT", None):
            self.enter(Entry(at(e, 2)))
            self.traced = True
        elif name == "TRN":
            self.traced = True
        elif name in ("STC", "SVC"):
            self.status(segment)

    def status(self, segment: Found) -> None:
        if self.open is None or (self.open.level and segment.name == "SVC"):
            self.stray(segment.number)
        elif segment.name == "SVC":
            self.open.lines += 1
        else:
            self.open.parts += 1
            if _rejects(segment):
                self.open.rejecting.append(segment.number)


def _rejects(segment: Found) -> bool:
    e = segment.elements
    if at(e, 3) in ("U", "WQ"):
        return at(e, 3) == "U"
    return any(at(e, i).split(segment.component)[0] in REJECTING for i in (1, 10, 11))


class _Sets(_Walk):
    open: Entry | None

    def begin(self) -> None:
        self.enter(None)
        self.nothing_yet = True

    def feed(self, segment: Found) -> None:
        name, number, code = segment.name, segment.number, at(segment.elements, 1)
        if name in (BEGIN, END):
            self.begin()
        elif name.upper() == "AK2":
            self.enter(Entry(at(segment.elements, 2)))
            self.nothing_yet = False
        elif name == "AK9" and code:
            self.verdict(number, code)
        elif name in ("IK3", "IK4", "IK5") and self.open is None:
            self.stray(number)
        elif name == "IK3":
            self.open.lines += 1  # type: ignore[union-attr]
        elif name == "IK4":
            self.open.parts += 1  # type: ignore[union-attr]
        elif name == "IK5" and code:
            self.open = None

    def verdict(self, number: int, code: str) -> None:
        self.enter(None)
        if self.nothing_yet and code == WITHOUT_SETS:
            self.said.strays.append([number])
        elif self.nothing_yet:
            self.said.entries.append(Entry("", "group"))
            self.nothing_yet = False
