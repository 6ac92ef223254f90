"""Bytes to segments: a tokenizer that streams, never holds the file, and gives up on no segment but the bad one."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import accumulate, chain, count, repeat
from typing import BinaryIO

from claims.errors import UnreadableFile
from claims.x12.delimiters import BLANK, BYTE_ORDER_MARK, ISA_LENGTH, Delimiters, declared_delimiters

SEGMENT_CAP = 64 * 1024  # bytes, with the terminator; the longest segment of the guides has well under 2,000
TOO_LONG = "(too long)"  # stands as the id of a segment over the cap: elements are (TOO_LONG, its id, its size)
_CHUNK = 32 * 1024
_HEAD = 512
_BLANK_TEXT = BLANK.decode("ascii")
_BLANKS = tuple(bytes([blank]) for blank in BLANK)
_BREAKS = (b"\n", b"\r", b"\0", b"\x1a", b"\t")  # a blank of these may stand around any segment
_SEPARATORS_OF_ISA = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)

Segment = tuple[int, int, list[str]]

_with_terminator = (1).__add__


class Segments:
    """Iterates `(number, offset, elements)`: the ordinal in the file (ISA = 1), the first byte, the elements.

    `elements[0]` is the segment's id, without blanks. Empty segments, line breaks, a byte order mark, and trailing NUL
    or ^Z are passed over and have no number. Every ISA sets the delimiters anew, even one in the middle of a segment,
    where the file before it was cut; `delimiters` and `isa_length` speak of the latest. Raises UnreadableFile on the
    first step when the source does not begin with an interchange.
    """

    def __init__(self, source: bytes | BinaryIO) -> None:
        self._read = io.BytesIO(source).read if isinstance(source, bytes) else source.read
        self._buffer = b""
        self._offset = 0  # of the first byte of the buffer
        self._ended = False
        self._passed_over = 0  # size of the segment over the cap that the latest block is the beginning of
        self._separator = self._terminator = b""
        self.delimiters = Delimiters()
        self.isa_length = 0

    def __iter__(self) -> Iterator[Segment]:
        return chain.from_iterable(self._runs())  # a segment costs no step of a generator

    def _runs(self) -> Iterator[Iterable[Segment]]:
        """The segments, a block at a time."""
        self._skip_to_start()
        self._declare(*declared_delimiters(self._buffer[:_HEAD]))
        number = 0
        while block := self._next_block(first=not number):
            offset = self._offset
            self._offset += self._passed_over or len(block)
            if self._passed_over:
                number += 1
                yield [(number, offset, self._too_long(block, self._passed_over))]
                self._passed_over = 0
            elif (texts := self._plain(block)) is not None:
                starts = accumulate(map(_with_terminator, map(len, texts)), initial=offset)
                yield zip(count(number + 1), starts, map(str.split, texts, repeat(self.delimiters.element)))
                number += len(texts)
            else:
                run = self._cleaned(block, number, offset)
                yield run
                number += len(run)

    def _skip_to_start(self) -> None:
        """Drop what may stand before the first ISA."""
        self._fill()
        if self._buffer.startswith(BYTE_ORDER_MARK):
            self._drop(len(BYTE_ORDER_MARK))
        while True:
            self._drop(len(self._buffer) - len(self._buffer.lstrip(BLANK)))
            if self._ended or len(self._buffer) >= _HEAD:
                return
            self._fill()

    # Blocks: whole segments that share their delimiters

    def _next_block(self, *, first: bool) -> bytes:
        """The next whole segments, up to the next ISA; at the end of the file what is left; b"" when nothing is.

        Of a segment over the cap only the beginning is returned, and `_passed_over` set.
        """
        while True:
            end = self._buffer.rfind(self._terminator) + 1
            whole = end > 0 or self._ended
            block, self._buffer = self._buffer[: end or None], self._buffer[end:] if end else b""
            if block.startswith(b"ISA") and not first and self._redeclares(block):
                self._buffer = block + self._buffer
                continue
            if at := self._interchange_inside(block):
                self._buffer = block[at:] + self._buffer
                return block[:at]
            if whole:
                return block
            self._buffer = block + self._buffer
            if len(self._buffer) > SEGMENT_CAP and not self._drop_blanks():
                return self._pass_over_long_segment()
            self._fill()

    def _interchange_inside(self, block: bytes) -> int:
        """Where in the block an interchange begins; 0 when none does, or at its very start."""
        at = block.find(b"ISA", 1)
        while at >= 0:
            before = block[:at].rstrip(BLANK)
            if not before or before.endswith(self._terminator) or self._terminator in block[len(before) : at]:
                return at
            head = self._ahead(block, at, ISA_LENGTH)
            if len(head) == ISA_LENGTH and len({head[i] for i in _SEPARATORS_OF_ISA}) == 1 and _declared(head):
                return at
            at = block.find(b"ISA", at + 1)
        return 0

    def _redeclares(self, block: bytes) -> bool:
        """True when the ISA the block begins with declares other delimiters than those it was cut with; takes them."""
        declared = _declared(self._ahead(block, 0, _HEAD))
        if declared is None:
            self.isa_length = 0
            return False
        before = self.delimiters
        self._declare(*declared)
        return self.delimiters != before

    def _declare(self, delimiters: Delimiters, isa_length: int) -> None:
        self.delimiters, self.isa_length = delimiters, isa_length
        self._separator, self._terminator = delimiters.element.encode("latin-1"), delimiters.segment.encode("latin-1")

    def _ahead(self, block: bytes, at: int, size: int) -> bytes:
        """That many bytes from a place in the block on, also past its end."""
        while len(block) - at + len(self._buffer) < size and not self._ended:
            self._fill()
        return block[at : at + size] + self._buffer[: max(0, size - len(block) + at)]

    def _pass_over_long_segment(self) -> bytes:
        """Read up to the terminator, or an ISA, without keeping what is read; the first bytes, for the segment's id."""
        head, size = self._buffer[:_HEAD], 0
        while True:
            block, self._buffer = self._buffer, b""
            stop = self._interchange_inside(block)
            if (end := block.find(self._terminator, 0, stop or None)) >= 0:
                stop = end
            if stop or not block:
                self._passed_over = size + stop
                self._buffer = block[stop:] + self._buffer
                return head
            kept = 0 if self._ended else ISA_LENGTH  # an ISA may have begun in it
            size += len(block) - kept
            self._buffer = block[len(block) - kept :] + self._buffer
            self._fill()

    def _drop_blanks(self) -> bool:
        """Drop blanks at the start of the buffer; whether there were any."""
        blanks = len(self._buffer) - len(self._buffer.lstrip(BLANK))
        self._drop(blanks)
        return blanks > 0

    def _drop(self, size: int) -> None:
        self._buffer = self._buffer[size:]
        self._offset += size

    def _fill(self) -> None:
        chunk = self._read(_CHUNK)
        self._buffer += chunk
        self._ended = not chunk

    # Segments of a block

    def _plain(self, block: bytes) -> list[str] | None:
        """The segments when a split is all it takes: ASCII, nothing empty or over the cap, no blank around anything."""
        terminator = self._terminator
        if (
            len(block) > SEGMENT_CAP
            or not block.endswith(terminator)
            or not block.isascii()
            or any(mark in block for mark in _BREAKS if mark != terminator)
        ):
            return None
        texts = block.decode("ascii").split(self.delimiters.segment)
        del texts[-1]  # what follows the last terminator
        is_isa = block.startswith(b"ISA") and block[3:4] != b" "
        after_isa = block.find(terminator) if is_isa else 0  # its elements are filled up with blanks
        if "" in texts or list(map(str.strip, texts)) != texts:
            return None
        if block.find(b" " + self._separator, after_isa) >= 0 and self._has_blank_after_id(block):
            return None
        return texts

    def _has_blank_after_id(self, block: bytes) -> bool:
        separator = self._separator
        ids = (segment.partition(separator)[0] for segment in block.split(self._terminator))
        return any(name.endswith(b" ") for name in ids)

    def _cleaned(self, block: bytes, number: int, offset: int) -> list[Segment]:
        """The segments of a block that has to be looked at closely."""
        run = []
        separator, is_ascii = self.delimiters.element, block.isascii()
        for piece in block.split(self._terminator):
            bare = piece.lstrip(BLANK)
            start = offset + len(piece) - len(bare)
            offset += len(piece) + 1
            if not bare:
                continue
            number += 1
            if len(bare) >= SEGMENT_CAP:
                run.append((number, start, self._too_long(bare, len(bare))))
                continue
            text = bare.decode("ascii") if is_ascii else self._decoded(bare)
            text = text.rstrip(_BLANK_TEXT)
            if "\n" in text or "\r" in text:  # some systems wrap their files at 80 columns
                text = text.replace("\r", "").replace("\n", "")
            elements = text.split(separator)
            elements[0] = elements[0].rstrip(_BLANK_TEXT)
            run.append((number, start, elements))
        return run

    def _decoded(self, piece: bytes) -> str:
        if self._separator.isascii() and self.delimiters.component.isascii():
            try:
                return piece.decode("utf-8")
            except UnicodeDecodeError:
                pass
        return piece.decode("latin-1")

    def _too_long(self, head: bytes, size: int) -> list[str]:
        """The elements that stand for a segment over the cap."""
        name = head[:8].decode("latin-1").split(self.delimiters.element)[0]
        return [TOO_LONG, name.strip(_BLANK_TEXT), str(size)]


def _declared(head: bytes) -> tuple[Delimiters, int] | None:
    """Delimiters and length of the ISA at the start of `head`; None when it cannot be read."""
    try:
        return declared_delimiters(head)
    except UnreadableFile:
        return None
