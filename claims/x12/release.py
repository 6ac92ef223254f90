"""Some of the claims of a file, in a file of their own; all else of it stays byte for byte.

What a claim shares with others (provider, subscriber, patient, envelope) stays as long as one claim under it does.
Only what counts or numbers these is written anew: HL01, HL02, HL04, SE01, GE01 and IEA01.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO

from claims.claim import Claim
from claims.x12.elements import at
from claims.x12.read_837 import read_837
from claims.x12.segments import Segments
from claims.x12.transactions import PROFESSIONAL_CLAIM, kind_of

_CHUNK = 64 * 1024
_FOREIGN = "a set of another kind"
_OPENED_BY = {"SE": ("ST", _FOREIGN), "GE": ("GS",), "IEA": ("ISA",)}
_DEPTH = {"20": 1, "22": 2, "23": 3}


def release(source: bytes | BinaryIO, keep: Callable[[Claim], bool]) -> Iterator[bytes]:
    """The file with the claims that `keep` says yes to, in parts; nothing at all when there are none.

    A claim that cannot be read cannot be judged, so it is left out like one that is not kept: `read_837` says which.
    What holds no kept claim is gone, transaction sets of another kind too. A source that is no bytes must be able to go
    back to its start, since it is read three times. Memory: a few numbers for each level and claim.
    Raises UnreadableFile when the source holds no professional claims.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    start = stream.tell()
    kept = {c.segments["CLM"] for c in read_837(stream) if isinstance(c, Claim) and keep(c)}
    stream.seek(start)
    plan = _Plan(kept)
    segments = Segments(stream)
    for number, offset, elements in segments:
        plan.see(elements, number, offset, segments.delimiters.element)
    size = stream.seek(0, io.SEEK_END) - start
    plan.end(size)
    stream.seek(start)
    return _written(stream, plan.root, size) if kept else iter(())


@dataclass(slots=True)
class _Node:
    """A stretch of the file: an interchange, a group, a set, a level, a claim or a trailer."""

    name: str
    begin: int
    element: str
    up: _Node | None = None
    wanted: bool = False
    end: int = 0  # of its own first segment
    children: list[_Node] = field(default_factory=list)
    segments: int = 1  # its own, without its children's
    level: str = ""


class _Plan:
    """The tree of a file, from its segments."""

    def __init__(self, kept: set[int]) -> None:
        self._kept = kept
        self.root = _Node("", 0, "*")
        self._open = self.root
        self._last = self.root  # the node that began last: its own segment ends where the next begins
        self._version = ""

    def see(self, e: list[str], number: int, offset: int, element: str) -> None:
        """Take the next segment."""
        name = e[0].strip()
        if not self._last.end:
            self._last.end = offset
        if name == "ISA":
            self._up_to(lambda node: node is self.root)
            self._begin(name, offset, element)
        elif name == "GS":
            self._version = at(e, 8).strip()
            self._up_to(lambda node: node.name in ("ISA", ""))
            self._begin(name, offset, element)
        elif name == "ST":
            self._up_to(lambda node: node.name in ("GS", "ISA", ""))
            kind = kind_of(at(e, 1).strip(), at(e, 3).strip() or self._version)
            self._begin(name if kind == PROFESSIONAL_CLAIM else _FOREIGN, offset, element)
        elif name in _OPENED_BY:
            self._trailer(name, offset, element)
        elif name == "HL" and self._in_claims():
            depth = _DEPTH.get(at(e, 3), 1)
            self._up_to(lambda node: node.name == "ST" or (node.name == "HL" and _DEPTH.get(node.level, 1) < depth))
            self._begin(name, offset, element).level = at(e, 3)
        elif name == "CLM" and self._in_claims():
            self._up_to(lambda node: node.name in ("HL", "ST"))
            self._begin(name, offset, element).wanted = number in self._kept
        else:
            self._open.segments += 1

    def end(self, size: int) -> None:
        """The file is over."""
        if not self._last.end:
            self._last.end = size
        _settle(self.root)

    def _in_claims(self) -> bool:
        return self._open.name in ("ST", "HL", "CLM")

    def _begin(self, name: str, offset: int, element: str) -> _Node:
        node = _Node(name, offset, element, self._open)
        self._open.children.append(node)
        self._open = self._last = node
        return node

    def _trailer(self, name: str, offset: int, element: str) -> None:
        opened = _OPENED_BY[name]
        self._up_to(lambda node: node.name in opened or node is self.root)
        node = self._begin(name, offset, element)
        self._open = node.up.up or self.root if node.up is not None else self.root

    def _up_to(self, found: Callable[[_Node], bool]) -> None:
        while not found(self._open) and self._open.up is not None:
            self._open = self._open.up


def _settle(node: _Node) -> bool:
    """Mark what stays: whatever holds a kept claim."""
    stays = [_settle(child) for child in node.children]
    node.wanted = node.wanted or any(stays)
    for child in node.children:
        if child.name in _OPENED_BY:
            child.wanted = node.wanted
    return node.wanted


def _written(stream: BinaryIO, root: _Node, size: int) -> Iterator[bytes]:
    """The stretches that stay, copied; the segments that count, corrected."""
    base = stream.tell()
    stops = [*_stretches(root), (size, size, "", {}, True)]
    for (begin, end, element, changes, wanted), (after, *_) in pairwise(stops):
        if not wanted:
            continue
        at_byte = begin
        if changes:
            stream.seek(base + begin)
            yield _changed(stream.read(end - begin), element.encode("latin-1"), changes)
            at_byte = end
        stream.seek(base + at_byte)
        while at_byte < after and (part := stream.read(min(_CHUNK, after - at_byte))):
            at_byte += len(part)
            yield part


Stretch = tuple[int, int, str, dict[int, bytes], bool]  # begin, end of its first segment, separator, changes, stays


def _stretches(root: _Node) -> Iterator[Stretch]:
    """Every node in the order of the file, with what becomes of its first segment."""
    if root.children and root.children[0].begin:
        yield 0, 0, "*", {}, True  # a byte order mark or blanks
    numbers: dict[int, int] = {}
    levels = 0
    stack = list(reversed(root.children))
    while stack:
        node = stack.pop()
        changes: dict[int, bytes] = {}
        if node.name == "ST":
            levels = 0
        if node.name == "HL" and node.wanted:
            levels += 1
            numbers[id(node)] = levels
            above = node.up if node.up is not None and node.up.name == "HL" else None
            has_levels = any(child.name == "HL" and child.wanted for child in node.children)
            changes = {1: b"%d" % levels, 4: b"1" if has_levels else b"0"}
            if above is not None:
                changes[2] = b"%d" % numbers[id(above)]
        elif node.up is not None and node.name in _OPENED_BY:
            changes = _count(node)
        yield node.begin, node.end, node.element, changes, node.wanted
        stack += reversed(node.children)


def _count(trailer: _Node) -> dict[int, bytes]:
    """The number a trailer gives: segments of a set, sets of a group, groups of an interchange."""
    over = trailer.up
    if over is None or over.name in ("", _FOREIGN):
        return {}
    if trailer.name == "SE":
        return {1: b"%d" % _segments(over)}
    return {1: b"%d" % sum(child.wanted for child in over.children if child.name in ("ST", "GS"))}


def _segments(node: _Node) -> int:
    return node.segments + sum(_segments(child) for child in node.children if child.wanted)


def _changed(segment: bytes, separator: bytes, changes: dict[int, bytes]) -> bytes:
    """The segment with other elements; its terminator, and the line break after it, stay."""
    elements = segment.split(separator)
    for i, value in changes.items():
        if i >= len(elements):
            continue
        if i == len(elements) - 1:  # the last element, with the terminator
            held = elements[i]
            length = next((n for n, byte in enumerate(held) if not bytes([byte]).isalnum()), len(held))
            elements[i] = value + held[length:]
        else:
            elements[i] = value
    return separator.join(elements)
