"""What the bytes of a file show before any segment is read: marks, NUL bytes, empty segments.

The tokenizer passes over all of these, as it should; here they are noticed on the way, so that they can be said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from claims.errors import UnreadableFile
from claims.x12.delimiters import BLANK, BYTE_ORDER_MARK, declared_delimiters
from claims.x12.validate.finding import Finding, Place, warning

_BLANKS = b" \t\r\n"


class Watched:
    """A source that is read through, and notes what passes by."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._last = b""  # the last byte that is no blank, so that a pair on the border of two chunks is seen
        self._read = 0
        self._terminator = b""
        self._counts = {"empty": 0, "control": 0}
        self._first = {"empty": 0, "control": 0}
        self.marked = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes of the source."""
        chunk = self._source.read(size)
        if not self._read:
            self._begin(chunk)
        if chunk:
            self._look(chunk)
        self._read += len(chunk)
        return chunk

    def findings(self) -> Iterator[Finding]:
        """What was noticed, once the file has been read."""
        if self.marked:
            yield warning(
                "byte-order-mark", Place("ISA", 1, 0), "a UTF-8 byte order mark before ISA", "ISA as the first bytes",
                "Many receivers refuse such a file: save it as plain text.", snip=1,
            )  # fmt: skip
        if self._counts["empty"]:
            found = _times(self._counts["empty"], "segment terminator with nothing before it")
            yield warning(
                "empty-segment", Place("", 0, self._first["empty"]), f"{found}, first at byte {self._first['empty']}",
                "one terminator after each segment", snip=1,
            )  # fmt: skip
        if self._counts["control"]:
            found = _times(self._counts["control"], "NUL or ^Z byte")
            yield warning(
                "control-byte", Place("", 0, self._first["control"]),
                f"{found}, first at byte {self._first['control']}", "text only", snip=1,
            )  # fmt: skip

    def _begin(self, chunk: bytes) -> None:
        self.marked = chunk.startswith(BYTE_ORDER_MARK)
        try:
            declared, _ = declared_delimiters(chunk.removeprefix(BYTE_ORDER_MARK).lstrip(BLANK)[:512])
        except UnreadableFile:
            return
        if declared.segment not in "\r\n" and ord(declared.segment) < 256:  # a blank line after a line end is no fault
            self._terminator = declared.segment.encode("latin-1")

    def _look(self, chunk: bytes) -> None:
        if mark := self._terminator:
            dense = self._last + chunk.translate(None, _BLANKS)
            if mark + mark in dense:
                runs = re.findall(re.escape(mark) + b"{2,}", dense)
                first = re.search(re.escape(mark) + rb"[ \t\r\n]*(?=" + re.escape(mark) + b")", chunk)
                self._note("empty", self._read + (first.end() if first else 0), sum(map(len, runs)) - len(runs))
            self._last = dense[-1:]
        if found := [at for at in (chunk.find(b"\x00"), chunk.find(b"\x1a")) if at >= 0]:
            self._note("control", self._read + min(found), chunk.count(b"\x00") + chunk.count(b"\x1a"))

    def _note(self, what: str, offset: int, times: int) -> None:
        if not self._counts[what]:
            self._first[what] = offset
        self._counts[what] += times


def _times(count: int, what: str) -> str:
    return f"a {what}" if count == 1 else f"{count} times a {what}"
