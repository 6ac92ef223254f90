"""The envelope: interchanges, groups and sets open and close in order, and their counts and control numbers agree.

What is found is kept twice: as findings, and as the outcome of each set and group, which is what a 999 is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from sys import intern  # a file of many interchanges says the same names in each, and all are kept for its 999
from types import MappingProxyType

from claims.wording import shown
from claims.x12.delimiters import ISA_LENGTH
from claims.x12.elements import Elements, at
from claims.x12.transactions import MANDATED, in_words
from claims.x12.validate.finding import Finding, Place, Severity, error
from claims.x12.validate.guide import STANDS_FOR, can_check

_GROUP_OF: Mapping[str, str] = MappingProxyType({"837": "HC", "835": "HP", "999": "FA", "277": "HN"})  # ST01 -> GS01


@dataclass(slots=True)
class SetOutcome:
    """One transaction set as a 999 speaks of it."""

    kind: str  # ST01
    control: str  # ST02
    version: str  # ST03
    errors: int = 0
    codes: list[str] = field(default_factory=list)  # IK502 to IK506
    findings: list[Finding] = field(default_factory=list)  # those within the limit


@dataclass(slots=True)
class GroupOutcome:
    """One functional group as a 999 speaks of it."""

    code: str  # GS01
    sender: str  # GS02
    receiver: str  # GS03
    control: str  # GS06
    version: str  # GS08
    stated: str = ""  # GE01
    codes: list[str] = field(default_factory=list)  # AK905 to AK909
    sets: list[SetOutcome] = field(default_factory=list)


@dataclass(slots=True)
class InterchangeOutcome:
    """One interchange, by its ISA elements."""

    isa: tuple[str, ...]
    groups: list[GroupOutcome] = field(default_factory=list)


class Envelope:
    """Follows ISA, GS, ST, SE, GE and IEA."""

    STEPS = ("ISA", "GS", "ST", "SE", "GE", "IEA")

    def __init__(self) -> None:
        self.interchanges: list[InterchangeOutcome] = []
        self.version = ""  # of the open set: ST03, else GS08
        self.set: SetOutcome | None = None
        self.set_start = 0
        self._interchange: InterchangeOutcome | None = None
        self._group: GroupOutcome | None = None
        self._interchange_numbers: set[tuple[str, str]] = set()
        self._group_numbers: set[str] = set()
        self._set_numbers: set[str] = set()
        self._place = Place("", 0, 0)
        self._strayed = False
        self._steps: Mapping[str, Callable[[Elements], Iterator[Finding]]] = MappingProxyType(
            {"ISA": self._isa, "GS": self._gs, "ST": self._st, "SE": self._se, "GE": self._ge, "IEA": self._iea}
        )

    def step(self, elements: Elements, place: Place, isa_length: int) -> Iterator[Finding]:
        """The next segment of the envelope."""
        self._place, self._isa_length = place, isa_length
        yield from self._steps[elements[0]](elements)

    def stray(self, place: Place) -> Iterator[Finding]:
        """A segment that stands in no transaction set: said once for each run of them."""
        self._place = place
        if not self._strayed and place.segment != "TA1":
            yield self._fault("stray-segment", "a segment outside any transaction set", "ST, GE, GS, IEA or ISA")
            self._strayed = True

    def end_of_file(self, place: Place) -> Iterator[Finding]:
        """What the file should still have held."""
        self._place = place
        yield from self._close_interchange("")

    def _isa(self, e: Elements) -> Iterator[Finding]:
        yield from self._close_interchange("ISA")
        self._interchange, self._strayed = InterchangeOutcome(tuple(map(intern, e))), False
        self.interchanges.append(self._interchange)
        self._group_numbers = set()
        if not self._isa_length or len(e) < 17:
            yield self._fault("interchange-header", "an ISA that cannot be read", "an ISA with 16 elements")
        elif self._isa_length != ISA_LENGTH:
            advice = "It was read by its separators; receivers count characters."
            yield self._fault(
                "interchange-header", f"{self._isa_length} characters", f"{ISA_LENGTH} characters", advice
            )
        if at(e, 12) not in ("", "00501"):
            yield self._fault("version", shown(at(e, 12)), "00501", element=12)
        key = at(e, 6).strip(), at(e, 13).strip()
        if key in self._interchange_numbers:
            advice = "If this is the same interchange twice, leave one out."
            yield self._fault("control-number", f"{shown(key[1])} a second time", "a number of its own", advice, 13)
        self._interchange_numbers.add(key)

    def _gs(self, e: Elements) -> Iterator[Finding]:
        yield from self._close_group("GS")
        self._strayed = False
        if self._interchange is None:
            yield self._fault("envelope-order", "a group outside an interchange", "an ISA before it")
            self._interchange = InterchangeOutcome(())
            self.interchanges.append(self._interchange)
        sender, receiver, version = (intern(at(e, i).strip()) for i in (2, 3, 8))
        self._group = GroupOutcome(intern(at(e, 1)), sender, receiver, at(e, 6), version)
        self._interchange.groups.append(self._group)
        self._set_numbers = set()
        if version in STANDS_FOR or not can_check(version):
            self._group.codes.append("2")
            yield self._fault("version", shown(version), _versions(self._group.code), _advice(version), 8, snip=2)
        if self._group.control in self._group_numbers:
            self._group.codes.append("6")
            found = f"{shown(self._group.control)} a second time"
            yield self._fault("control-number", found, "a number of its own within the interchange", element=6)
        self._group_numbers.add(self._group.control)

    def _st(self, e: Elements) -> Iterator[Finding]:
        yield from self._close_set("ST")
        if self._group is None:
            yield self._fault("envelope-order", "a transaction set outside a group", "a GS before it")
            self._group = GroupOutcome("", "", "", "", "")
            if self._interchange is None:
                self._interchange = InterchangeOutcome(())
                self.interchanges.append(self._interchange)
            self._interchange.groups.append(self._group)
        kind, control, version = (intern(at(e, i).strip()) for i in (1, 2, 3))
        self.set = SetOutcome(kind, control, version)
        self._group.sets.append(self.set)
        self.version, self.set_start = self.set.version or self._group.version, self._place.number
        if self.set.version and self.set.version != self._group.version:
            self._code("I6")
            yield self._fault(
                "version", shown(self.set.version), f"{shown(self._group.version)} as in GS08", element=3, snip=2
            )
        if _GROUP_OF.get(self.set.kind, self._group.code) != self._group.code:
            found = f"a transaction set {shown(self.set.kind)} in a group {shown(self._group.code)}"
            yield self._fault("group-kind", found, f"a group {_GROUP_OF[self.set.kind]}", element=1)
        if self.set.control in self._set_numbers:
            self._code("23")
            found = f"{shown(self.set.control)} a second time"
            yield self._fault("control-number", found, "a number of its own within the group", element=2)
        self._set_numbers.add(self.set.control)

    def _se(self, e: Elements) -> Iterator[Finding]:
        if self.set is None:
            yield self._fault("envelope-order", "an SE without its ST", "an ST before it")
            return
        counted = self._place.number - self.set_start + 1
        if not _states(at(e, 1), counted):
            self._code("4")
            yield self._count(at(e, 1), counted, "segments from ST to SE")
        if at(e, 2).strip() != self.set.control:
            self._code("3")
            yield self._control(at(e, 2), self.set.control, "ST02")
        self.set = None

    def _ge(self, e: Elements) -> Iterator[Finding]:
        yield from self._close_set("GE")
        group = self._group
        if group is None:
            yield self._fault("envelope-order", "a GE without its GS", "a GS before it")
            return
        group.stated = at(e, 1)
        if not _states(at(e, 1), len(group.sets)):
            group.codes.append("5")
            yield self._count(at(e, 1), len(group.sets), "transaction sets")
        if not _same_number(at(e, 2), group.control):
            group.codes.append("4")
            yield self._control(at(e, 2), group.control, "GS06")
        self._group = None

    def _iea(self, e: Elements) -> Iterator[Finding]:
        yield from self._close_group("IEA")
        interchange = self._interchange
        if interchange is None:
            yield self._fault("envelope-order", "an IEA without its ISA", "an ISA before it")
            return
        if not _states(at(e, 1), len(interchange.groups)):
            yield self._count(at(e, 1), len(interchange.groups), "groups")
        opened = at(list(interchange.isa), 13)
        if not _same_number(at(e, 2), opened):
            yield self._control(at(e, 2), opened, "ISA13")
        self._interchange, self._strayed = None, False

    def _close_set(self, before: str) -> Iterator[Finding]:
        if self.set is not None:
            self._code("2")
            yield self._missing("SE", before, "the end of a transaction set")
        self.set = None

    def _close_group(self, before: str) -> Iterator[Finding]:
        yield from self._close_set(before)
        if self._group is not None:
            self._group.codes.append("3")
            yield self._missing("GE", before, "the end of a group")
        self._group = None

    def _close_interchange(self, before: str) -> Iterator[Finding]:
        yield from self._close_group(before)
        if self._interchange is not None:
            yield self._missing("IEA", before, "the end of an interchange")
        self._interchange = None

    def _code(self, code: str) -> None:
        assert self.set is not None
        if code not in self.set.codes:
            self.set.codes.append(code)

    def _missing(self, segment: str, before: str, what: str) -> Finding:
        found = f"{before} before {segment}" if before else "the end of the file"
        advice = "" if before else "The file may have been cut: get it again from its sender."
        return Finding(
            Severity.ERROR, "missing-trailer", self._place, found, f"{segment}, {what}", advice, snip=1, named=segment
        )

    def _count(self, said: str, counted: int, of: str) -> Finding:
        return self._fault("count", shown(said), f"{counted}, the number of {of}", element=1)

    def _control(self, said: str, opened: str, by: str) -> Finding:
        return self._fault("control-number", shown(said.strip()), f"{shown(opened.strip())} as in {by}", element=2)

    def _fault(
        self, check: str, found: str, expected: str, advice: str = "", element: int = 0, snip: int = 1
    ) -> Finding:
        return error(check, self._place, found, expected, advice, element=element, snip=snip)


def _states(said: str, counted: int) -> bool:
    return said.isascii() and said.isdigit() and len(said) <= 10 and int(said) == counted


def _same_number(said: str, opened: str) -> bool:
    return said.strip().lstrip("0") == opened.strip().lstrip("0")


def _versions(code: str) -> str:
    known = {"HC": MANDATED["837P"], "HP": MANDATED["835"], "FA": "005010X231A1", "HN": "005010X214"}
    return known.get(code, " or ".join(sorted(known.values())))


def _advice(version: str) -> str:
    if version in STANDS_FOR:
        return f"It was checked as {STANDS_FOR[version]}, which HIPAA names."
    words = next(
        (w for k in ("837", "835", "277") if (w := in_words(k, version)).startswith(("a p", "an i", "a d"))), ""
    )
    what = f"It says it is {words}: " if words and len(version) <= 12 else ""
    return f"{what}its sets are counted, not checked."
