"""What the two readers have in common: segments go to handlers, and one bad record is one refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Generic, TypeVar

from claims.claim import Carried, Origin
from claims.errors import UnreadableSegment
from claims.freezing import maker
from claims.reading import Refusal
from claims.x12.carrying import carried
from claims.x12.elements import BadElement, Elements, at
from claims.x12.segments import TOO_LONG
from claims.x12.transactions import Heading

Record = TypeVar("Record")
Handler = Callable[[Elements], None]
Place = tuple[int, int]  # segment number, offset
Unknown = dict[str, list[int]]  # segment id: how often, and number and offset of the first

_origin = maker(Origin)
_ID = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_UNKNOWN_IDS = 50  # ids of their own; more than that is not a file with a few strange segments
OTHERS = ""


class Body(Generic[Record]):
    """One transaction set being read: a table of handlers, the place in the file, the records and refusals so far.

    A handler raises BadElement for what it cannot read; `blame` decides what that costs. A segment without a handler is
    carried by the record it stands in; one no guide knows is counted too.
    """

    record_segment = ""  # CLM or CLP
    guide: frozenset[str] = frozenset()  # every segment id of the guide

    def __init__(self, heading: Heading, out: list[Record | Refusal], ordinal: int) -> None:
        self.heading, self.out, self.ordinal = heading, out, ordinal
        self.number = self.offset = 0
        self.component = heading.delimiters.component
        self.unknown: Unknown = {}
        self._extra: list[Carried] | None = None  # of what now comes in: where its segments are carried
        self._loop = self._role = ""  # where that is
        self._claim: Any = None  # the open record, with its `fault`
        self._strayed = False  # something out of place was said since the last record
        self.handlers: dict[str, Handler] = {
            **dict.fromkeys(self.guide, self.carry), **self.table(), TOO_LONG: self._too_long
        }  # fmt: skip

    def table(self) -> dict[str, Handler]:
        """Which segment is read by which method."""
        raise NotImplementedError

    def blame(self, error: UnreadableSegment) -> None:
        """Hold a fault against the record it stands in, or state it."""
        raise NotImplementedError

    def close(self) -> None:
        """Finish the open record, if any."""
        raise NotImplementedError

    def open_unreadable(self) -> None:
        """Begin a record of which nothing can be read."""
        raise NotImplementedError

    def feed(self, elements: Elements, number: int, offset: int) -> None:
        """Read one segment."""
        handler = self.handlers.get(elements[0])
        if handler is None:
            handler = self._unknown
        self.number, self.offset = number, offset
        try:
            handler(elements)
        except BadElement as bad:
            self.misread(elements[0], bad)

    def misread(self, segment: str, bad: BadElement) -> None:
        """Hold what was wrong with the current segment against what it belongs to."""
        self.blame(self.located(segment, bad))

    def end(self, *, cut: bool) -> None:
        """The set is over; a record still open when the file was cut may be incomplete, so it is refused."""
        if cut:
            advice = "The file may have been cut: get it again from its sender."
            bad = BadElement(
                "", found="the end of the file", expected="the SE segment that ends the set", advice=advice
            )
            self.cut(self.located("SE", bad))
        self.close()

    def cut(self, error: UnreadableSegment) -> None:
        """The file ended inside the set: hold that against the open record, if any."""
        if self._claim is not None:
            self.blame(error)

    def out_of_place(self, segment: str, expected: str) -> None:
        """A segment that misses the one before it: the open record may be two; without one it is said once."""
        bad = BadElement("", found=f"{segment} out of place", expected=expected)
        if self._claim is not None:
            raise bad
        if not self._strayed:
            self._strayed = True
            self.state(self.located(segment, bad))

    def located(self, segment: str, bad: BadElement, place: Place | None = None) -> UnreadableSegment:
        """The fault with its place in the file: that of the current segment, unless it is another's."""
        number, offset = place or (self.number, self.offset)
        return UnreadableSegment(
            number=number,
            segment=segment,
            element=bad.element,
            found=bad.found,
            expected=bad.expected,
            advice=bad.advice,
            offset=offset,
        )

    def carry(self, e: Elements, *, partial: bool = False) -> None:
        """Keep the segment with what now comes in; outside everything there is nothing to keep it with."""
        if self._extra is not None:
            kept = carried(self._loop, e, self._role, self.number, self.heading.delimiters, partial=partial)
            self._extra.append(kept)

    def state(self, error: UnreadableSegment) -> None:
        """Say a fault that cost no record."""
        self.out.append(Refusal(error))

    def origin(
        self, known_on: date | None, purpose: str = "", batch: str = "", header: tuple[Carried, ...] = ()
    ) -> Origin:
        """Where the record that now begins stands on the wire."""
        h = self.heading
        return _origin(
            sender=h.sender,
            interchange=h.interchange,
            group=h.group,
            transaction=h.transaction,
            ordinal=self.ordinal,
            known_on=known_on,
            purpose=purpose,
            receiver=h.receiver,
            test=h.test,
            batch=batch,
            header=header,
        )

    def composite(self, e: Elements, i: int) -> list[str]:
        """The components of element i."""
        return at(e, i).split(self.component)

    def _unknown(self, e: Elements) -> None:
        """Count and carry a segment no guide knows, unless it is one of ours in small letters."""
        segment = e[0]
        if segment in self.handlers:
            self.handlers[segment]([segment, *e[1:]])
        elif not segment.isupper() and segment.upper() in self.handlers:
            meant = segment.upper()
            if meant == self.record_segment:
                self.open_unreadable()
            raise BadElement(segment, found=repr(segment), expected=f"{meant!r}: segment ids are in capital letters")
        else:
            self._count(segment)
            self.carry([segment, *e[1:]])

    def _count(self, segment: str) -> None:
        known = segment in self.unknown or len(self.unknown) < _UNKNOWN_IDS
        name = segment if known and _ID.fullmatch(segment) else OTHERS
        self.unknown.setdefault(name, [0, self.number, self.offset])[0] += 1

    def _too_long(self, e: Elements) -> None:
        if e[1].upper() == self.record_segment:
            self.open_unreadable()
        raise BadElement("", found=f"a segment of {e[2]} bytes", expected="one of at most 65536, with its terminator")
