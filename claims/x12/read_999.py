"""999 (005010X231A1) to set acknowledgments: what a receiver's syntax check accepted and rejected, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from claims.acknowledgment import ElementFault, SegmentFault, SetAcknowledgment
from claims.errors import UnreadableSegment
from claims.reading import Refusal
from claims.x12.body import Body, Handler
from claims.x12.elements import BadElement, Elements, at, required, whole_number
from claims.x12.envelope import MakeBody, read
from claims.x12.transactions import IMPLEMENTATION_ACKNOWLEDGMENT, Heading

_POSITION = re.compile(r"[0-9]{1,6}")
_IN_PART = "P"  # AK901


def read_999(source: bytes | BinaryIO) -> Iterator[SetAcknowledgment | Refusal]:
    """What a 999 says of each transaction set (AK2), in order, and what could not be read of it.

    A group that is rejected without naming its sets is one acknowledgment without `transaction`. Streams; raises
    UnreadableFile on the first step when the source holds no 999.
    """
    make: MakeBody[SetAcknowledgment] = _Acknowledgments
    return read(source, IMPLEMENTATION_ACKNOWLEDGMENT, make)


class _Acknowledgments(Body[SetAcknowledgment]):
    """The loops of one 999. The verdict on the group (AK9) comes last, so the sets are held until then."""

    record_segment = "AK2"
    guide = frozenset({"AK1", "AK2", "IK3", "CTX", "IK4", "IK5", "AK9"})

    def __init__(self, heading: Heading, out: list[SetAcknowledgment | Refusal], ordinal: int) -> None:
        super().__init__(heading, out, ordinal)
        self._group = self._kind = ""
        self._set = ""  # the open set's number
        self._open = False
        self._faults: list[SegmentFault] = []
        self._fault: UnreadableSegment | None = None
        self._elements: list[ElementFault] = []  # of the latest IK3
        self._ready: list[SetAcknowledgment | Refusal] = []
        self._verdict = ""  # AK901, once it has come
        self._strayed = False

    def table(self) -> dict[str, Handler]:
        return {
            "AK1": self._ak1, "AK2": self._ak2, "IK3": self._ik3, "IK4": self._ik4, "IK5": self._ik5, "AK9": self._ak9,
        }  # fmt: skip

    def _ak1(self, e: Elements) -> None:
        self._kind = at(e, 1)
        self._group = required(e, 2, "the control number of the group (GS06)")

    def _ak2(self, e: Elements) -> None:
        self.open_unreadable()
        self._set = required(e, 2, "the control number of the transaction set (ST02)")

    def open_unreadable(self) -> None:
        self._finish()
        self.ordinal += 1
        self._open, self._set, self._faults, self._fault = True, "", [], None
        self._elements, self._strayed = [], False

    def _ik3(self, e: Elements) -> None:
        if self._in_place("IK3"):
            self._finish_fault()
            self._faults.append(SegmentFault(at(e, 1), whole_number(e, 2), at(e, 3), at(e, 4)))

    def _ik4(self, e: Elements) -> None:
        if not self._in_place("IK4"):
            return
        if not self._faults:
            raise BadElement("", found="IK4 out of place", expected="an IK3 segment before it")
        position, component, *_ = [*self.composite(e, 1), "", ""]
        if not (_POSITION.fullmatch(position) and _POSITION.fullmatch(component or "0")):
            raise BadElement("IK401", found="no position", expected="a position in the segment, such as 2 or 1:4")
        self._elements.append(ElementFault(int(position), at(e, 3), int(component or 0), at(e, 2)))

    def _finish_fault(self) -> None:
        """Give the latest IK3 its IK4."""
        if self._elements:
            self._faults[-1] = replace(self._faults[-1], elements=tuple(self._elements))
            self._elements = []

    def _in_place(self, segment: str) -> bool:
        """Whether a set is open; where none is that is said, once for a run of such segments."""
        if not self._open and not self._strayed:
            self._strayed = True
            bad = BadElement("", found=f"{segment} out of place", expected="an AK2 segment before it")
            self.state(self.located(segment, bad))
        return self._open

    def _ik5(self, e: Elements) -> None:
        code = required(e, 1, "A, E, M, R, W or X")
        if not self._in_place("IK5"):
            return
        if self._fault is None:
            self._finish_fault()
            self._ready.append(
                SetAcknowledgment(
                    group=self._group,
                    transaction=self._set,
                    code=code,
                    faults=tuple(self._faults),
                    codes=tuple(x for x in e[2:] if x),
                    kind=self._kind,
                    known_on=self.heading.group_day,
                    origin=self.origin(self.heading.group_day),
                )
            )
            self._open = False
        self._finish()

    def _ak9(self, e: Elements) -> None:
        code = required(e, 1, "A, E, P, R, M, W or X")
        self._finish()
        self._verdict, self._strayed = code, False
        if self._ready:
            return
        if code == _IN_PART:
            expected = "AK2 segments that say which of its sets were accepted"
            raise BadElement("", found="a group accepted in part, without its sets", expected=expected)
        day = self.heading.group_day
        whole = SetAcknowledgment(self._group, "", code, kind=self._kind, known_on=day, origin=self.origin(day))
        self._ready.append(whole)

    def _finish(self) -> None:
        """Close the open set; one without its IK5 says nothing we could use."""
        if self._open:
            bad = BadElement("IK5", found="no verdict", expected="an IK5 segment that ends the set's acknowledgment")
            self._ready.append(Refusal(self._fault or self.located("AK2", bad), claims_lost=1))
        self._open = False

    # Faults and endings

    def blame(self, error: UnreadableSegment) -> None:
        if self._open:
            self._fault = self._fault or error
        else:
            self.state(error)

    def cut(self, error: UnreadableSegment) -> None:
        if self._open:
            self.blame(error)

    def close(self) -> None:
        self._finish()
        if self._ready and not self._verdict:
            bad = BadElement("AK9", found="no verdict on the group", expected="an AK9 segment before SE")
            self.state(self.located("SE", bad))
        verdict = self._verdict
        self.out += [r if isinstance(r, Refusal) else replace(r, group_code=verdict) for r in self._ready]
        self._ready = []
