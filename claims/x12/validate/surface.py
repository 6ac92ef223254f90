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

_OVERLAP = 64  # bytes of a chunk looked at again with the next, so that nothing hides on the border
_CONTROL = re.compile(rb"[\x00\x1a]")


class Watched:
    """A source that is read through, and notes what passes by."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._tail = b""
        self._read = 0
        self._empty: re.Pattern[bytes] | None = None
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
        terminator = declared.segment
        if terminator not in "\r\n" and ord(terminator) < 256:  # a blank line after a line end is no fault
            mark = re.escape(terminator.encode("latin-1"))
            self._empty = re.compile(mark + rb"[ \t\r\n]{0,8}(?=" + mark + rb")")

    def _look(self, chunk: bytes) -> None:
        # a pair counts where its second terminator is new, so that the overlap is never counted twice
        window, known = self._tail + chunk, len(self._tail)
        if self._empty is not None:
            for match in self._empty.finditer(window):
                if match.end() >= known:
                    self._note("empty", self._read - known + match.end())
        for match in _CONTROL.finditer(chunk):
            self._note("control", self._read + match.start())
        self._tail = window[-_OVERLAP:]

    def _note(self, what: str, offset: int) -> None:
        if not self._counts[what]:
            self._first[what] = offset
        self._counts[what] += 1


def _times(count: int, what: str) -> str:
    return f"a {what}" if count == 1 else f"{count} times a {what}"
