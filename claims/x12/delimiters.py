"""The four separators of an interchange, as its ISA segment declares them."""

from __future__ import annotations

from dataclasses import dataclass

from claims.errors import UnreadableFile

ISA_LENGTH = 106
BLANK = b" \t\r\n\x00\x1a"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ISA_SEARCH = 256  # an ISA whose fields are not padded as they should be still ends within this
_ADVICE = "Export the file again from the sending system, as plain X12 text."


@dataclass(frozen=True, slots=True)
class Delimiters:
    """What stands between elements, components, repetitions, and after each segment."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    segment: str = "~"


def declared_delimiters(head: bytes) -> tuple[Delimiters, int]:
    """The delimiters an ISA at the start of `head` declares, and the length of that ISA (106 when well formed).

    An ISA whose fields have the wrong width is read by counting its separators. Raises UnreadableFile when `head` is
    not the start of an interchange.
    """
    if not head:
        raise _unreadable("an empty file")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _unreadable("UTF-16 text")
    if head[:2] in (b"GS", b"ST") and not head[2:3].isalnum():
        raise _unreadable(f"a file that begins with {head[:2].decode()}, without its envelope")
    if not head.startswith(b"ISA"):
        raise _unreadable("a file that does not begin with ISA")
    text = head[: 2 * _ISA_SEARCH].decode("latin-1")
    element = text[3:4]
    if not _separates(element):
        raise _unreadable("an ISA segment without a separator after its name")
    parts = _elements(text, element)
    if len(parts) < 17 or len(parts[16]) < 2:
        if len(head) < _ISA_SEARCH:
            raise _unreadable(f"an ISA segment cut after {len(head)} bytes")
        raise _unreadable(f"an ISA segment with {len(parts) - 1} of its 16 elements")
    component, segment = parts[16][0], parts[16][1]
    if segment == " ":  # blanks before the terminator
        segment = parts[16][1:].lstrip(" ")[:1]
    if not segment or segment.isalnum():
        raise _unreadable("an ISA segment without a terminator after ISA16")
    if len({element, component, segment}) < 3 or not all(_separates(c) for c in (element, component)):
        raise _unreadable("an ISA segment whose separators cannot be told apart")
    repetition = parts[11] if len(parts[11]) == 1 and _separates(parts[11]) else ""
    return Delimiters(element, component, repetition, segment), sum(map(len, parts[:16])) + 18


def _elements(text: str, element: str) -> list[str]:
    """The ISA cut at its separators; a line break inside it (lines wrapped at 80 columns) is no part of it."""
    parts = text[:_ISA_SEARCH].split(element, 16)
    unwrapped = [part.replace("\r", "").replace("\n", "") for part in parts[:16]]
    return unwrapped + parts[16:]


def _separates(character: str) -> bool:
    return bool(character) and not character.isalnum() and character not in " \t\r\n\0"


def _unreadable(found: str) -> UnreadableFile:
    expected = f"an X12 interchange, which begins with an ISA segment of {ISA_LENGTH} characters"
    return UnreadableFile("file", found=found, expected=expected, advice=_ADVICE)
