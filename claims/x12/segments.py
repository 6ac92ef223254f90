"""Bytes to segments: a tokenizer that streams, never holds the file, and gives up on no segment but the bad one."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import accumulate
from operator import add
from typing import BinaryIO

from claims.errors import UnreadableFile
from claims.x12.delimiters import BLANK, BYTE_ORDER_MARK, Delimiters, declared_delimiters

SEGMENT_CAP = 64 * 1024  # bytes; the longest segment of the guides has well under 2,000
TOO_LONG = "(too long)"  # stands as the id of a segment over the cap: elements are (TOO_LONG, its id, its size)
_CHUNK = 32 * 1024
_HEAD = 512
_BLANK_TEXT = BLANK.decode("ascii")

_WITH_TERMINATOR = (1).__add__


class Segments:
    """Iterates `(number, offset, elements)`: the ordinal in the file (ISA = 1), the first byte, the elements.

    `elements[0]` is the segment's id. Empty segments, line breaks, a byte order mark, and trailing NUL or ^Z are passed
    over and have no number. Every ISA sets the delimiters anew; `delimiters` and `isa_length` speak of the latest.
    Raises UnreadableFile on the first step when the source does not begin with an interchange.
    """

    def __init__(self, source: bytes | BinaryIO) -> None:
        self._read = io.BytesIO(source).read if isinstance(source, bytes) else source.read
        self._buffer = b""
        self._ended = False
        self._oversize = 0  # size of the segment over the cap that the next block stands for
        self.delimiters = Delimiters()
        self.isa_length = 0

    def __iter__(self) -> Iterator[tuple[int, int, list[str]]]:
        offset = self._skip_to_start()
        self.delimiters, self.isa_length = declared_delimiters(self._buffer[:_HEAD])
        number = 0
        while block := self._next_block():
            if self._oversize:
                number += 1
                yield number, offset, [TOO_LONG, self._id_of(block), str(self._oversize)]
                offset, self._oversize = offset + self._oversize + 1, 0
                continue
            separator, large = self.delimiters.element, len(block) > SEGMENT_CAP
            texts, starts = self._cut(block)
            for segment, start in zip(texts, starts, strict=False):
                if not segment:
                    continue
                if segment[0] == "I" and number and segment.startswith("ISA") and self._redeclares(block, start):
                    self._buffer = block[start:] + self._buffer
                    offset += start
                    break
                number += 1
                if large and len(segment) > SEGMENT_CAP:
                    yield number, offset + start, [TOO_LONG, self._id_of(segment[:8].encode()), str(len(segment))]
                else:
                    yield number, offset + start, segment.split(separator)
            else:
                offset += len(block)

    def _skip_to_start(self) -> int:
        """Drop what may stand before the first ISA; how many bytes that was."""
        dropped = 0
        self._fill()
        if self._buffer.startswith(BYTE_ORDER_MARK):
            self._buffer, dropped = self._buffer[len(BYTE_ORDER_MARK) :], len(BYTE_ORDER_MARK)
        while True:
            kept = self._buffer.lstrip(BLANK)
            dropped += len(self._buffer) - len(kept)
            self._buffer = kept
            if self._ended or len(kept) >= _HEAD:
                return dropped
            self._fill()

    def _next_block(self) -> bytes:
        """The next whole segments, as bytes; at the end of the file what is left; b"" when nothing is."""
        while True:
            end = self._buffer.rfind(self.delimiters.segment.encode("latin-1")) + 1
            if end:
                block, self._buffer = self._buffer[:end], self._buffer[end:]
                return block
            if self._starts_new_interchange():
                continue
            if len(self._buffer) > SEGMENT_CAP:
                return self._pass_over_long_segment()
            if self._ended:
                block, self._buffer = self._buffer, b""
                return block
            self._fill()

    def _pass_over_long_segment(self) -> bytes:
        """Read on to the terminator without keeping what is read; the first bytes, for the segment's id."""
        terminator = self.delimiters.segment.encode("latin-1")
        head, size = self._buffer[:_HEAD], 0
        while (end := self._buffer.find(terminator)) < 0 and not self._ended:
            size += len(self._buffer)
            self._buffer = b""
            self._fill()
        end = len(self._buffer) if end < 0 else end
        self._oversize = size + end
        self._buffer = self._buffer[end + 1 :]
        return head

    def _cut(self, block: bytes) -> tuple[list[str], Iterable[int]]:
        """The segments of the block as text, and where in the block each begins."""
        terminator = self.delimiters.segment.encode("latin-1")
        if block.isascii():
            texts = block.decode("ascii").split(self.delimiters.segment)
            sizes: Iterable[int] = map(len, texts)
        else:
            pieces = block.split(terminator)
            texts, sizes = [self._decoded(piece) for piece in pieces], map(len, pieces)
        starts: Iterable[int] = accumulate(map(_WITH_TERMINATOR, sizes), initial=0)
        marks = (b"\n", b"\r", b"\0", b"\x1a", b"\t", b" " + terminator, terminator + b" ")
        if not block.endswith(terminator) or any(mark in block for mark in marks):
            leads = [len(text) - len(text.lstrip(_BLANK_TEXT)) for text in texts]
            starts = map(add, starts, leads)
            texts = [_unwrapped(text.strip(_BLANK_TEXT)) for text in texts]
        return texts, starts

    def _decoded(self, piece: bytes) -> str:
        if self.delimiters.element.isascii() and self.delimiters.component.isascii():
            try:
                return piece.decode("utf-8")
            except UnicodeDecodeError:
                pass
        return piece.decode("latin-1")

    def _redeclares(self, block: bytes, at: int) -> bool:
        """True when the ISA at `at` declares other delimiters than those the block was cut with; takes them over."""
        while len(block) - at + len(self._buffer) < _HEAD and not self._ended:
            self._fill()
        return self._takes_over(block[at : at + _HEAD] + self._buffer[:_HEAD])

    def _starts_new_interchange(self) -> bool:
        """True when what is left without a terminator is an ISA with delimiters of its own; takes them over."""
        ahead = self._buffer[: 2 * _HEAD].lstrip(BLANK)
        return ahead.startswith(b"ISA") and (len(ahead) >= _HEAD or self._ended) and self._takes_over(ahead)

    def _takes_over(self, ahead: bytes) -> bool:
        try:
            declared, length = declared_delimiters(ahead.lstrip(BLANK)[:_HEAD])
        except UnreadableFile:
            self.isa_length = 0
            return False
        self.isa_length = length
        changed, self.delimiters = declared != self.delimiters, declared
        return changed

    def _id_of(self, head: bytes) -> str:
        text = head[:8].decode("latin-1").strip(_BLANK_TEXT)
        return text.split(self.delimiters.element)[0]

    def _fill(self) -> None:
        chunk = self._read(_CHUNK)
        self._buffer += chunk
        self._ended = not chunk


def _unwrapped(segment: str) -> str:
    """The segment without line breaks inside it: some systems wrap their files at 80 columns."""
    return segment.replace("\r", "").replace("\n", "") if "\n" in segment or "\r" in segment else segment
