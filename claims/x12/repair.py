"""Repairs of form in an 837P: how a value is written, never what it says.

Blanks around values, lower case in codes and states, dots in diagnoses, hyphens in ZIP codes, NPIs and tax ids, and the
order of a line's modifiers. No code, modifier, diagnosis, date, amount or name is added, dropped or exchanged. Nothing
is applied by itself: `repairs` says what would be written differently, `repaired` writes it, and all else of the file
stays byte for byte.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from claims.x12.delimiters import Delimiters
from claims.x12.segments import Segments
from claims.x12.transactions import PROFESSIONAL_CLAIM, kind_of

_FREE_TEXT = frozenset({"NTE", "K3"})
_ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA"})
_CODED = re.compile(r"[A-Za-z]\d[0-9A-Za-z](\.?[0-9A-Za-z]{1,4})?")  # the form of an ICD-10-CM code
_PROCEDURE = re.compile(r"[0-9A-Za-z]{5}")
_MODIFIER = re.compile(r"[0-9A-Za-z]{2}")
_CHUNK = 64 * 1024
_DIAGNOSIS_QUALIFIERS = frozenset({"ABK", "ABF", "ABJ", "APR", "BK", "BF"})

Ranks = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Repair:
    """One element written differently: where, what stands there, what would, and why.

    `was` and `now` are empty where they would show patient data.
    """

    segment_number: int
    segment: str
    element: str  # such as "HI01-2"
    was: str
    now: str
    why: str


def repairs(source: bytes | BinaryIO, ranks: Ranks) -> Iterator[Repair]:
    """What would be written differently, in the order of the file.

    `ranks`: for each modifier its place, lowest first (pricing before policy before side); a line with a modifier that
    has none keeps its order. Raises UnreadableFile when the source is no X12.
    """
    for _, _, _, found in _walk(Segments(source), ranks):
        yield from found


def repaired(source: bytes | BinaryIO, ranks: Ranks) -> Iterator[bytes]:
    """The file with every repair made, in parts; a source that is no bytes is read twice, so it must go back."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    start = stream.tell()
    rewritten = [(offset, old, new) for offset, old, new, _ in _walk(Segments(stream), ranks)]
    stream.seek(start)
    at = 0
    for offset, old, new in rewritten:
        yield from _copied(stream, offset - at)
        there = stream.read(len(old))
        yield new if there == old else there  # a segment with blanks in its very name is left to `validate`
        at = offset + len(old)
    yield from _copied(stream, -1)


def _copied(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """The next bytes of the stream in parts; all that is left for -1."""
    while size:
        part = stream.read(min(size, _CHUNK) if size > 0 else _CHUNK)
        if not part:
            return
        size -= len(part) if size > 0 else 0
        yield part


def _walk(segments: Segments, ranks: Ranks) -> Iterator[tuple[int, bytes, bytes, list[Repair]]]:
    """Each segment to be written anew: where it begins, its bytes, the new ones, and the repairs."""
    version, ours = "", False
    for number, offset, elements in segments:
        name = elements[0]
        if name == "GS":
            version = elements[8].strip() if len(elements) > 8 else ""
        elif name == "ST":
            told = elements[3].strip() if len(elements) > 3 else ""
            ours = kind_of(elements[1].strip() if len(elements) > 1 else "", told or version) == PROFESSIONAL_CLAIM
        if not ours or name in _ENVELOPE or name in _FREE_TEXT:
            continue
        changed, found = _segment(number, elements, segments.delimiters, ranks)
        old, new = (segments.delimiters.element.join(each) for each in (elements, changed))
        if found and old.isascii():  # a segment beyond ASCII may not be the bytes it was read from
            yield offset, old.encode(), new.encode(), found


def _segment(number: int, elements: list[str], d: Delimiters, ranks: Ranks) -> tuple[list[str], list[Repair]]:
    name, changed, found = elements[0], list(elements), list[Repair]()

    def write(i: int, now: str, why: str, part: int = 0, *, private: bool = False) -> None:
        place = f"{name}{i:02}" + (f"-{part}" if part else "")
        was = changed[i].split(d.component)[part - 1] if part else changed[i]
        if now != was:
            parts = changed[i].split(d.component)
            changed[i] = d.component.join([*parts[: part - 1], now, *parts[part:]]) if part else now
            found.append(Repair(number, name, place, "" if private else was, "" if private else now, why))

    for i in range(1, len(elements)):
        write(i, changed[i].strip(" "), "no blanks around a value", private=True)
    special = _SPECIAL.get(name)
    if special:
        special(changed, d, ranks, write)
    while changed[-1] == "" and elements[-1] != "":
        changed.pop()
    return changed, found


Write = Callable[..., None]


def _diagnoses(e: list[str], d: Delimiters, _ranks: Ranks, write: Write) -> None:
    for i in range(1, len(e)):
        parts = e[i].split(d.component)
        if len(parts) > 1 and parts[0] in _DIAGNOSIS_QUALIFIERS and _CODED.fullmatch(parts[1].strip()):
            write(i, parts[1].strip().replace(".", "").upper(), "a diagnosis is sent in capitals, without its dot", 2)


def _service(e: list[str], d: Delimiters, ranks: Ranks, write: Write) -> None:
    if len(e) < 2:
        return
    parts = e[1].split(d.component)
    if len(parts) > 1 and _PROCEDURE.fullmatch(parts[1].strip()):
        write(1, parts[1].strip().upper(), "a procedure code is sent in capitals", 2)
    modifiers = [part.strip().upper() for part in parts[2:6] if part.strip()]
    if not modifiers or not all(_MODIFIER.fullmatch(m) for m in modifiers) or "" in parts[2 : 2 + len(modifiers)]:
        return
    ordered = sorted(modifiers, key=lambda m: ranks[m]) if all(m in ranks for m in modifiers) else modifiers
    for n, modifier in enumerate(ordered):
        moved = modifier != modifiers[n]
        write(1, modifier, _ORDER if moved else "a modifier is sent in capitals, without blanks", n + 3)


_ORDER = "modifiers stand in order: pricing, then policy, then side"


def _place_on_earth(e: list[str], _d: Delimiters, _ranks: Ranks, write: Write) -> None:
    if len(e) > 2 and re.fullmatch(r"[A-Za-z]{2}", e[2]):
        write(2, e[2].upper(), "a state is sent in capitals")
    if len(e) > 3 and re.fullmatch(r"\d{5}[- ]+(\d{4})?", e[3]):
        write(3, re.sub(r"\D", "", e[3]), "a ZIP code is sent as digits alone", private=True)


def _name(e: list[str], _d: Delimiters, _ranks: Ranks, write: Write) -> None:
    if len(e) > 9 and e[8] == "XX" and re.fullmatch(r"[\d -]{11,16}", e[9]) and len(re.sub(r"\D", "", e[9])) == 10:
        write(9, re.sub(r"\D", "", e[9]), "an NPI is sent as ten digits")


def _reference(e: list[str], _d: Delimiters, _ranks: Ranks, write: Write) -> None:
    if (
        len(e) > 2
        and e[1] in ("EI", "SY")
        and len(re.sub(r"\D", "", e[2])) == 9
        and re.fullmatch(r"[\d-]{10,11}", e[2])
    ):
        write(2, re.sub(r"\D", "", e[2]), "a tax id is sent as nine digits", private=True)


_SPECIAL: Mapping[str, Callable[[list[str], Delimiters, Ranks, Write], None]] = {
    "HI": _diagnoses, "SV1": _service, "N4": _place_on_earth, "NM1": _name, "REF": _reference,
}  # fmt: skip
