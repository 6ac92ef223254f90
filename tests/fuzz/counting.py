"""How many records a file holds, found without the readers: the other side of "records in = records out + refused".

A record is a segment whose id is CLM (837P) or CLP (835), in capitals or not, inside a readable set; what one is in a
277CA or 999 `tests.fuzz.counting_acknowledgments` tells, and in a 271 or 278 `tests.fuzz.counting_levels`.

A readable set begins at an ST whose version (ST03, else that of its GS) is one we read and whose ST01 says the same or
is missing; it ends at the next ISA, GS, ST, SE, GE or IEA. Segments are cut one at a time, at the terminator of the
latest ISA that could be read, or before an ISA of the right form inside them; blanks around a segment and its id, and
line breaks inside it, are nothing. A segment of 64 KB or more counts by its id alone, and is no envelope.

Where the readers may differ, and why that is no loss:
* what stands before the first ISA, or in a file without one, is not X12 to either: both count nothing;
* a CLM outside a readable set (an institutional claim, a set whose ST is damaged) is no record to either; the readers
  state the set or the stray segments;
* a whole record inside one segment (its terminator lost) is one record with that segment's neighbour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BLANKS = b" \t\r\n\0\x1a"
ENVELOPE = {"ISA", "GS", "ST", "SE", "GE", "IEA"}
VERSIONS = {
    "837P": {"005010X222", "005010X222A1", "005010X222A2"},
    "835": {"005010X221", "005010X221A1", ""},
}
GUIDES = {"271": "005010X279", "278": "005010X217"}
RECORD = {"837P": "CLM", "835": "CLP"}
LINE = {"837P": "SV1", "835": "SVC"}
ENDS_RECORD = {"837P": {"HL"}, "835": {"LX", "PLB"}}

BEGIN, END = "ST", "\0"  # no segment has the second for its id
CAP = 64 * 1024  # a segment that long, with its terminator, is only counted
# An ISA whose 16 elements have the width they should
_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
WHOLE_ISA = re.compile(rb"ISA(?=([^0-9A-Za-z]))" + b"".join(rb"\1.{%d}" % width for width in _WIDTHS), re.DOTALL)


@dataclass(slots=True)
class Counted:
    """One record as a plain split sees it."""

    id: str
    lines: int = 0
    parts: int = 0  # the amounts of its CAS segments, those of its lines too (835)


@dataclass(slots=True)
class Found:
    """One segment of a readable set; with the id "ST" it begins one, with END it follows the last of one."""

    number: int  # its ordinal in the file (ISA = 1, empty segments have none)
    name: str
    elements: list[str]
    component: str
    too_long: bool = False


def records_in(document: bytes, kind: str) -> dict[int, Counted]:
    """The claims (837P) or remittances (835) of a file by the ordinal of their segment."""
    found: dict[int, Counted] = {}
    latest: Counted | None = None
    for segment in segments_in(document, kind):
        name = segment.name
        if name in (BEGIN, END):
            latest = None
        elif name.upper() == RECORD[kind]:
            latest = found[segment.number] = Counted(at(segment.elements, 1))
        elif name in ENDS_RECORD[kind]:
            latest = None
        elif latest is not None and name == LINE[kind]:
            latest.lines += 1
        elif latest is not None and kind == "835" and name == "CAS":
            latest.parts += _filled(segment.elements, 2, 3)
    return found


def provider_adjustments_in(document: bytes) -> dict[int, int]:
    """How many amounts each PLB of the readable 835 sets holds, by its ordinal."""
    return {s.number: _filled(s.elements, 3, 2) for s in segments_in(document, "835") if s.name == "PLB"}


def _filled(elements: list[str], first: int, size: int) -> int:
    """How many groups of that size hold anything, from an element on."""
    return sum(1 for i in range(first, len(elements), size) if any(elements[i : i + size]))


def segments_in(document: bytes, kind: str) -> Iterator[Found]:
    """The segments of every readable set, each set between its ST and an END."""
    cursor = len(document) - len(document.removeprefix(b"\xef\xbb\xbf").lstrip(BLANKS))
    separators = _declared(document, cursor)
    if separators is None:
        return
    inside, version, number = False, "", 0
    while cursor < len(document):
        element, terminator, component = separators
        end = _end(document, cursor, terminator)
        start = end - len(document[cursor:end].lstrip(BLANKS))
        if number and (isa := _interchange(document, start, end)) >= 0:
            if isa > start:
                end = isa
            elif (declared := _declared(document, start)) and declared != separators:
                separators, cursor = declared, start
                continue
        too_long = end - start >= CAP
        text = _text(document[cursor:end].strip(BLANKS), element + component)
        cursor = end + (document[end : end + 1] == terminator)
        if not text:
            continue
        number += 1
        elements = text.split(element.decode("latin-1"))
        name = elements[0].strip(BLANKS.decode())
        if too_long:
            elements = [name]
        if name in ENVELOPE and too_long:
            continue
        if name in ENVELOPE:
            if inside:
                yield Found(number, END, [], "")
            if name == "GS":
                version = at(elements, 8).strip()
            elif name in ("ISA", "IEA", "GE"):
                version = ""
            inside = name == "ST" and _readable(kind, at(elements, 1).strip(), at(elements, 3).strip() or version)
            if inside:
                yield Found(number, BEGIN, elements, "")
        elif inside:
            yield Found(number, name, elements, component.decode("latin-1"), too_long)
    if inside:
        yield Found(number + 1, END, [], "")


def _readable(kind: str, transaction: str, version: str) -> bool:
    """Whether a set is one the reader of that kind reads."""
    if kind in VERSIONS:
        same = transaction == kind if not version else kind.startswith(transaction)
        return same and version in VERSIONS[kind]
    if any(version in versions - {""} for versions in VERSIONS.values()):
        return False
    if kind in GUIDES:
        return transaction == kind and version[:10] == GUIDES[kind]
    return transaction == "999" if kind == "999" else transaction == "277" and version.startswith("005010X214")


def _end(document: bytes, at: int, terminator: bytes) -> int:
    end = document.find(terminator, at)
    return len(document) if end < 0 else end


def _interchange(document: bytes, start: int, end: int) -> int:
    """Where in a segment an ISA begins: at its start, or whole and well formed anywhere in it; -1 for nowhere."""
    begins = document.startswith(b"ISA", start)
    if begins and _declared(document, start):
        return start
    if document.find(b"ISA", start + begins, end) < 0:
        return start if begins else -1
    for found in WHOLE_ISA.finditer(document, start + begins):
        if found.start() >= end:
            break
        if _declared(document, found.start()):
            return found.start()
    return start if begins else -1


def _declared(document: bytes, at: int) -> tuple[bytes, bytes, bytes] | None:
    """Element separator, terminator and component separator of the ISA at that place; None when it cannot be read."""
    element = document[at + 3 : at + 4]
    parts = document[at : at + 256].split(element, 16) if _separates(element) else []
    if document[at : at + 3] != b"ISA" or len(parts) < 17:
        return None
    component, terminator = parts[16][:1], parts[16][1:].lstrip(b" ")[:1]
    if not _separates(component) or not terminator or terminator.decode("latin-1").isalnum():
        return None
    return (element, terminator, component) if len({element, component, terminator}) == 3 else None


def _separates(character: bytes) -> bool:
    return bool(character) and not character.decode("latin-1").isalnum() and character not in b" \t\r\n\0"


def _text(segment: bytes, separators: bytes) -> str:
    try:
        text = segment.decode("utf-8" if separators.isascii() else "latin-1")
    except UnicodeDecodeError:
        text = segment.decode("latin-1")
    return text.replace("\r", "").replace("\n", "")


def at(elements: list[str], i: int) -> str:
    """Element i, "" when the segment ends before it."""
    return elements[i] if len(elements) > i else ""
