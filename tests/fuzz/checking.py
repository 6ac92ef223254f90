"""Does a reader keep its promise on one file: our own errors only, no record lost or made up, and in good time."""

from __future__ import annotations

import io
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from claims.acknowledgment import ClaimAcknowledgment
from claims.errors import UnreadableFile, UnreadableSegment
from claims.reading import Refusal
from claims.records import AuthorizationRecord
from claims.x12 import read_271, read_278, read_835, read_837, read_provider_adjustments
from claims.x12.read_277ca import read_277ca
from claims.x12.read_999 import read_999
from tests.fuzz.counting import ENVELOPE, GUIDES, LINE, RECORD, provider_adjustments_in, records_in
from tests.fuzz.counting_acknowledgments import Entry, acknowledgments_in
from tests.fuzz.counting_levels import levels_in

READERS = {"837P": read_837, "835": read_835, "277CA": read_277ca, "999": read_999, "271": read_271, "278": read_278}
SECONDS = 5.0  # of processor time; longer than this is a hang, however busy the machine is

EXCEPTION, LOSS, INVENTION, HANG = "exception", "silent loss", "invention", "hang"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the records of one file; `broken` names the promise that was not kept, "" when all were."""

    records: int = 0
    refused: int = 0
    broken: str = ""
    detail: str = ""


class Dribble(io.RawIOBase):
    """A file that gives a few bytes at a time, so that every place in it is once the end of a block."""

    def __init__(self, document: bytes, step: int) -> None:
        self._document, self._step, self._at = document, step, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        part = self._document[self._at : self._at + self._step]
        self._at += len(part)
        return part


class _Hangs(BaseException):
    """Not an Exception: nothing on the way may catch it."""


@contextmanager
def guard(seconds: float = SECONDS) -> Iterator[None]:
    """Raise when what is inside takes longer, in processor time."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _Hangs

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def check(document: bytes, kind: str, step: int = 0) -> Verdict:
    """Read a document, `step` bytes at a time (0: at once), and compare with a plain count."""
    source = Dribble(document, step) if step else document
    moved = []
    try:
        said = list(READERS[kind](source))
        if kind == "835" and step == 0:
            moved = [adjustment.segment for _, adjustment in read_provider_adjustments(document)]
    except UnreadableFile as error:
        held = entries_in(document, kind)
        return Verdict(broken=LOSS if held else "", detail=f"{held} records in a file refused whole: {error}")
    except _Hangs:
        raise
    except Exception as error:  # any other is what we look for
        return Verdict(broken=EXCEPTION, detail=f"{type(error).__name__}: {error}")
    if kind in RECORD:
        return _compared(said, document, kind, moved if kind == "835" and step == 0 else None)
    return (_compared_levels if kind in GUIDES else _compared_acknowledgments)(said, document, kind)


def entries_in(document: bytes, kind: str) -> int:
    """How many records the readable sets of a file hold, of any kind."""
    if kind in GUIDES:
        return len(levels_in(document, kind).entries)
    return len(records_in(document, kind) if kind in RECORD else acknowledgments_in(document, kind).entries)


def _compared(said: list, document: bytes, kind: str, moved: list[int] | None) -> Verdict:  # type: ignore[type-arg]
    held = records_in(document, kind)
    records = [s for s in said if not isinstance(s, Refusal)]
    refused = sum(s.claims_lost for s in said if isinstance(s, Refusal))
    out, broken, detail = len(records) + refused, "", ""
    if out != len(held):
        broken = LOSS if out < len(held) else INVENTION
        detail = f"{len(held)} records in, {len(records)} out, {refused} refused"
    seen: set[int] = set()
    for record in records:
        number = record.segments[RECORD[kind]]
        counted = held.get(number)
        if counted is None or number in seen or counted.id != (record.id if kind == "837P" else record.claim_id):
            broken, detail = INVENTION, f"a record at segment {number} that the file does not hold"
        elif len(record.lines) != counted.lines:
            broken, detail = (
                LOSS,
                f"{counted.lines} {LINE[kind]} in the record at segment {number}, {len(record.lines)} out",
            )
        elif kind == "835" and (read := _adjustments(record)) != counted.parts:
            broken, detail = LOSS, f"{counted.parts} adjustments in the record at segment {number}, {read} out"
        seen.add(number)
    if moved is not None and not broken:
        stated = _stated(said)
        for number, amounts in provider_adjustments_in(document).items():
            if moved.count(number) != amounts and number not in stated:
                broken, detail = LOSS, f"{amounts} amounts in the PLB at segment {number}, {moved.count(number)} out"
    return Verdict(len(records), refused, broken, detail)


def _adjustments(record) -> int:  # type: ignore[no-untyped-def]
    return len(record.adjustments) + sum(len(line.adjustments) for line in record.lines)


def _stated(said: list) -> set[int]:  # type: ignore[type-arg]
    """The segments inside sets that are spoken of as unreadable or out of place."""
    errors = [s.error for s in said if isinstance(s, Refusal) and isinstance(s.error, UnreadableSegment)]
    return {error.number for error in errors if error.segment not in ENVELOPE}


def _compared_acknowledgments(said: list, document: bytes, kind: str) -> Verdict:  # type: ignore[type-arg]
    """Entry by entry, in the order of the file."""
    held, stated = acknowledgments_in(document, kind), _stated(said)
    entries = [e for e in held.entries if not e.level or e.level == "group" or set(e.rejecting) - stated]
    out = [s for s in said if not isinstance(s, Refusal) or s.claims_lost]
    refused = sum(s.claims_lost for s in said if isinstance(s, Refusal))
    records = len([s for s in out if not isinstance(s, Refusal)])
    broken, detail = "", ""
    if records + refused != len(entries):
        broken = LOSS if records + refused < len(entries) else INVENTION
        detail = f"{len(entries)} entries in, {records} out, {refused} refused"
    else:
        for place, (entry, one) in enumerate(zip(entries, out, strict=True), 1):
            if difference := _difference(entry, one):
                broken, detail = INVENTION, f"entry {place}: {difference}"
    for run in held.strays:
        if not broken and not stated.intersection(run):
            broken, detail = LOSS, f"segments {run} stand outside any entry and are not spoken of"
    return Verdict(records, refused, broken, detail)


def _compared_levels(said: list, document: bytes, kind: str) -> Verdict:  # type: ignore[type-arg]
    """Record by record, in the order of the file, with how many services or benefits each was read from."""
    held, stated = levels_in(document, kind), _stated(said)
    out = [s for s in said if not isinstance(s, Refusal) or s.claims_lost]
    refused = sum(s.claims_lost for s in said if isinstance(s, Refusal))
    records = len([s for s in out if not isinstance(s, Refusal)])
    broken, detail = "", ""
    if len(out) != len(held.entries) or records + refused != len(out):
        broken = LOSS if len(out) < len(held.entries) else INVENTION
        detail = f"{len(held.entries)} records in, {records} out, {refused} refused"
    else:
        for entry, one in zip(held.entries, out, strict=True):
            if isinstance(one, Refusal):
                continue
            parts = len(one.services) if isinstance(one, AuthorizationRecord) else one.statements
            if (one.place, parts) != (f"segment {entry.number}", entry.parts):
                broken, detail = INVENTION, f"{one.place} with {parts} parts was read of {entry}"
    for run in held.strays:
        if not broken and not stated.intersection(run):
            broken, detail = LOSS, f"segments {run} stand outside any record and are not spoken of"
    return Verdict(records, refused, broken, detail)


def _difference(entry: Entry, said) -> str:  # type: ignore[no-untyped-def]
    """What one record or refusal says otherwise than the file."""
    if isinstance(said, Refusal):
        same = not entry.level and said.claims_lost == 1 and said.claim_id in ("", entry.id)
        return "" if same else f"a refusal that cost {said.claims_lost} where {entry.level or 'an entry'} stands"
    if isinstance(said, ClaimAcknowledgment):
        read = said.claim_id, said.level if said.level != "claim" else "", len(said.lines)
        parts = len(said.statuses) + sum(len(line.statuses) for line in said.lines)
        if entry.level:  # statuses that could not be read were spoken of
            parts = entry.parts = 0
    else:
        read = said.transaction, "" if said.transaction or entry.level != "group" else "group", len(said.faults)
        parts = sum(len(fault.elements) for fault in said.faults)
    counted = entry.id, entry.level, entry.lines
    return (
        "" if (*read, parts) == (*counted, entry.parts) else f"{(*read, parts)} was read of {(*counted, entry.parts)}"
    )


def checked(document: bytes, kind: str, step: int = 0, seconds: float = SECONDS) -> Verdict:
    """`check` with a limit on its time."""
    try:
        with guard(seconds):
            return check(document, kind, step)
    except _Hangs:
        return Verdict(broken=HANG, detail=f"more than {seconds:.0f} s on {len(document)} bytes")
