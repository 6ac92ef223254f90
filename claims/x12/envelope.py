"""The envelope: interchanges, groups and transaction sets; what is wrong with them, and who reads what is inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO, Generic, Protocol, TypeVar

from claims.errors import UnreadableFile, UnreadableSegment
from claims.reading import Refusal
from claims.wording import shown
from claims.x12.body import OTHERS, Unknown
from claims.x12.delimiters import ISA_LENGTH
from claims.x12.elements import BadElement, Elements, at, date_of
from claims.x12.segments import Segments
from claims.x12.transactions import MANDATED, Heading, in_words, kind_of, where_to_read

Record = TypeVar("Record")
Key = tuple[str, str, str, str]


class Body(Protocol):
    """Reads the segments between ST and SE and puts records and refusals into the list it was made with."""

    ordinal: int  # of the last claim or remittance
    unknown: Unknown  # segments no guide knows, so far in the file
    handlers: dict[str, Callable[[Elements], None]]  # what reads a segment; raises BadElement for `misread`
    number: int  # of the segment being read
    offset: int

    def feed(self, elements: Elements, number: int, offset: int) -> None:
        """Take the next segment, also one without a handler."""

    def misread(self, segment: str, bad: BadElement) -> None:
        """Take what was wrong with the segment just read."""

    def end(self, *, cut: bool) -> None:
        """The transaction set is over; `cut` when the file ended inside it."""


MakeBody = Callable[[Heading, "list[Record | Refusal]", int], Body]


def read(source: bytes | BinaryIO, wanted: str, make: MakeBody[Record]) -> Iterator[Record | Refusal]:
    """The records of every transaction set of the wanted kind in the source, and what could not be read.

    Nothing is said before the first such set begins: a source without one raises UnreadableFile instead. One long
    function, so that a segment of a set costs no call but that of what reads it.
    """
    segments = Segments(source)
    walk = _Walk(wanted, make, segments)
    steps, out = walk.steps, walk.out
    body: Body | None = None
    stream = iter(segments)
    for number, offset, first in stream:
        walk.step(first, number, offset)
        while (body := walk.body) is not None:
            handler_of = body.handlers.get
            for body.number, body.offset, elements in stream:
                handler = handler_of(elements[0])
                if handler is not None:  # nearly every segment: no call but the one that reads it
                    try:
                        handler(elements)
                    except BadElement as bad:
                        body.misread(elements[0], bad)
                elif elements[0] not in steps:
                    body.feed(elements, body.number, body.offset)
                else:
                    walk.step(elements, body.number, body.offset)
                    break
                if out:
                    yield from out
                    out.clear()
            else:
                break
        if out and walk.readable:
            yield from out
            out.clear()
    if body is not None:
        walk.number = body.number or walk.number
    walk.end_of_file()
    steps.clear()  # as with the handlers
    if not walk.readable:
        raise walk.nothing_to_read()
    yield from out


class _Walk(Generic[Record]):
    """Where in the envelope we are."""

    def __init__(self, wanted: str, make: MakeBody[Record], segments: Segments) -> None:
        self.wanted, self._make, self._segments = wanted, make, segments
        self.out: list[Record | Refusal] = []
        self.body: Body | None = None
        self.skipping = False  # inside a transaction set of another kind
        self.readable = False  # a wanted transaction set has begun
        self.number = self.offset = 0
        self.steps: dict[str, Callable[[Elements], None]] = {
            "ISA": self._isa, "GS": self._gs, "ST": self._st, "SE": self._se, "GE": self._ge, "IEA": self._iea,
        }  # fmt: skip
        self._isa_open: Elements | None = None
        self._gs_open: Elements | None = None
        self._st_open: Elements | None = None
        self._st_number = self._groups = self._sets = 0
        self._first_foreign: tuple[str, str] | None = None
        self._strayed = False
        self._ordinals: Counter[Key] = Counter()  # so that a repeated control number never repeats an identity
        self._interchanges: set[tuple[str, str]] = set()
        self._unknown: Unknown = {}

    def step(self, e: Elements, number: int, offset: int) -> None:
        """Take a segment of the envelope, or one that stands in no set of the wanted kind."""
        self.number, self.offset = number, offset
        envelope_step = self.steps.get(e[0])
        if envelope_step is not None:
            envelope_step(e)
        elif not self.skipping:
            self._stray(e)

    def _isa(self, e: Elements) -> None:
        self._close_interchange("ISA")
        self._isa_open, self._groups, self._strayed = e, 0, False
        if not self._segments.isa_length or len(e) < 17:
            self._fault("ISA", "", "an interchange header that cannot be read", "an ISA with 16 elements")
        elif self._segments.isa_length != ISA_LENGTH:
            found = f"{self._segments.isa_length} characters"
            self._fault("ISA", "", found, f"{ISA_LENGTH} characters", "It was read by its separators all the same.")
        key = at(e, 6).strip(), at(e, 13).strip()
        if key in self._interchanges:
            advice = "If this is the same interchange twice, leave one out."
            self._fault("ISA", "ISA13", f"{shown(key[1])} a second time", "a number of its own", advice)
        self._interchanges.add(key)

    def _gs(self, e: Elements) -> None:
        self._close_group("GS")
        if self._isa_open is None:
            self._fault("GS", "", "a group outside an interchange", "an ISA before it")
        self._gs_open, self._sets = e, 0
        self._groups += 1
        if date_of(at(e, 4)) is None:
            self._fault("GS", "GS04", shown(at(e, 4)), "a date as CCYYMMDD")

    def _st(self, e: Elements) -> None:
        self._close_set("ST")
        if self._gs_open is None:
            self._fault("ST", "", "a transaction set outside a group", "a GS before it")
        self._st_open, self._st_number = e, self.number
        self._sets += 1
        heading = self._heading(e)
        if heading.kind != self.wanted:
            self._foreign(at(e, 1), heading.version)
            return
        self.readable = True
        if heading.version != MANDATED[self.wanted]:
            found = shown(heading.version)
            self._fault("ST", "ST03" if at(e, 3) else "GS08", found, MANDATED[self.wanted], "It was read all the same.")
        key = (heading.sender, heading.interchange, heading.group, heading.transaction)
        if self._ordinals[key]:
            self._fault("ST", "ST02", f"{shown(heading.transaction)} a second time", "a number of its own")
        self.body = self._make(heading, self.out, self._ordinals[key])
        self.body.unknown = self._unknown

    def _heading(self, st: Elements) -> Heading:
        isa, gs = self._isa_open or [], self._gs_open or []
        version = at(st, 3).strip() or at(gs, 8).strip()
        return Heading(
            kind=kind_of(at(st, 1).strip(), version),
            version=version,
            sender=at(isa, 6).strip(),
            receiver=at(isa, 8).strip(),
            interchange=at(isa, 13).strip(),
            test=at(isa, 15).strip() == "T",
            group=at(gs, 6).strip(),
            group_day=date_of(at(gs, 4)),
            transaction=at(st, 2).strip(),
            delimiters=self._segments.delimiters,
        )

    def _foreign(self, transaction: str, version: str) -> None:
        self.skipping = True
        self._first_foreign = self._first_foreign or (transaction, version)
        expected = in_words(self.wanted[:3], MANDATED[self.wanted])
        advice = where_to_read(transaction, version)
        self._fault("ST", "ST01", in_words(transaction, version), expected, advice)

    def _se(self, e: Elements) -> None:
        st = self._st_open
        if st is None:
            self._fault("SE", "", "an SE without its ST", "an ST before it")
            return
        if self.body is not None:
            self._end_body(cut=False)
            self._check("SE", "SE01", at(e, 1), self.number - self._st_number + 1, "segments")
            self._check_control("SE", "SE02", at(e, 2), at(st, 2), "ST02")
        self._st_open, self.skipping = None, False

    def _ge(self, e: Elements) -> None:
        self._close_set("GE")
        gs = self._gs_open
        if gs is None:
            self._fault("GE", "", "a GE without its GS", "a GS before it")
            return
        self._check("GE", "GE01", at(e, 1), self._sets, "transaction sets")
        self._check_control("GE", "GE02", at(e, 2), at(gs, 6), "GS06")
        self._gs_open = None

    def _iea(self, e: Elements) -> None:
        self._close_group("IEA")
        isa = self._isa_open
        if isa is None:
            self._fault("IEA", "", "an IEA without its ISA", "an ISA before it")
            return
        self._check("IEA", "IEA01", at(e, 1), self._groups, "groups")
        self._check_control("IEA", "IEA02", at(e, 2), at(isa, 13), "ISA13")
        self._isa_open, self._strayed = None, False

    def _close_set(self, before: str) -> None:
        if self._st_open is not None:
            if self.body is not None:
                self._end_body(cut=not before)
            self._missing("SE", before, "the end of a transaction set")
        self._st_open, self.skipping = None, False

    def _close_group(self, before: str) -> None:
        self._close_set(before)
        if self._gs_open is not None:
            self._missing("GE", before, "the end of a group")
        self._gs_open = None

    def _close_interchange(self, before: str) -> None:
        self._close_group(before)
        if self._isa_open is not None:
            self._missing("IEA", before, "the end of an interchange")
        self._isa_open = None

    def end_of_file(self) -> None:
        """State what the file should still have held."""
        cut_in = self.number if self._st_open is not None else 0  # half a segment is no unknown one
        self._close_interchange("")
        for segment, (count, number, offset) in self._unknown.items():
            if number == cut_in:
                continue
            self.number, self.offset = number, offset
            name = f"the segment {segment}" if segment != OTHERS else "what is no segment id"
            times = f", {count} times in the file" if count > 1 else ""
            advice = "It was kept with its claim, and passed over."
            self._fault(segment, "", f"{name}{times}", "a segment of the guide", advice)

    def _end_body(self, *, cut: bool) -> None:
        assert self.body is not None
        self.body.end(cut=cut)
        self.body.handlers.clear()  # they refer to the body: without them it is freed now, not at some collection
        heading = self._heading(self._st_open or [])
        key = (heading.sender, heading.interchange, heading.group, heading.transaction)
        self._ordinals[key] = max(self._ordinals[key] + 1, self.body.ordinal)
        self.body = None

    def _stray(self, e: Elements) -> None:
        """Something that stands in no transaction set: said once for each run of such segments."""
        if not self._strayed and e[0] != "TA1":
            self._fault("", "", "something outside any transaction set", "an ST, GE, GS, IEA or ISA segment")
            self._strayed = True

    def nothing_to_read(self) -> UnreadableFile:
        """What the file is, when it holds no transaction set of the wanted kind."""
        expected = in_words(self.wanted[:3], MANDATED[self.wanted])
        if self._first_foreign is None:
            advice = "The file ends before its first ST segment: get it again from its sender."
            return UnreadableFile(
                "file", found="an interchange without a transaction set", expected=expected, advice=advice
            )
        found, advice = in_words(*self._first_foreign), where_to_read(*self._first_foreign)
        return UnreadableFile("file", found=found, expected=expected, advice=advice)

    def _missing(self, segment: str, before: str, what: str) -> None:
        found = f"{before} before {segment}" if before else "the end of the file"
        advice = "" if before else "The file may have been cut: get it again from its sender."
        self._fault(before or segment, "", found, f"{segment}, {what}", advice)

    def _check(self, segment: str, element: str, said: str, counted: int, of: str) -> None:
        if not (said.isascii() and said.isdigit() and len(said) <= 10 and int(said) == counted):
            advice = "Nothing that was read is lost, but the file may not be whole."
            self._fault(segment, element, shown(said), f"{counted}, the number of {of}", advice)

    def _check_control(self, segment: str, element: str, said: str, opened: str, by: str) -> None:
        numeric = element != "SE02"  # GE02 and IEA02 are numbers: leading zeros say nothing
        if (said.strip().lstrip("0") != opened.strip().lstrip("0")) if numeric else said.strip() != opened.strip():
            self._fault(segment, element, shown(said.strip()), f"{shown(opened.strip())} as in {by}")

    def _fault(self, segment: str, element: str, found: str, expected: str, advice: str = "") -> None:
        error = UnreadableSegment(
            number=self.number, segment=segment, element=element, found=found, expected=expected, advice=advice,
            offset=self.offset,
        )  # fmt: skip
        self.out.append(Refusal(error))
