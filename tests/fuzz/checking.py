"""Does a reader keep its promise on one file: our own errors only, no record lost or made up, and in good time."""

from __future__ import annotations

import io
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from claims.errors import UnreadableFile
from claims.reading import Refusal
from claims.x12 import read_835, read_837, read_provider_adjustments
from tests.fuzz.counting import LINE, RECORD, records_in

READERS = {"837P": read_837, "835": read_835}
SECONDS = 5.0  # longer than this is a hang

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
    """Raise when what is inside takes longer."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise _Hangs

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def check(document: bytes, kind: str, step: int = 0) -> Verdict:
    """Read a document, `step` bytes at a time (0: at once), and compare with a plain count."""
    source = Dribble(document, step) if step else document
    try:
        said = list(READERS[kind](source))
        if kind == "835" and step == 0:
            list(read_provider_adjustments(document))
    except UnreadableFile as error:
        held = len(records_in(document, kind))
        return Verdict(broken=LOSS if held else "", detail=f"{held} records in a file refused whole: {error}")
    except _Hangs:
        raise
    except Exception as error:  # any other is what we look for
        return Verdict(broken=EXCEPTION, detail=f"{type(error).__name__}: {error}")
    return _compared(said, document, kind)


def _compared(said: list, document: bytes, kind: str) -> Verdict:  # type: ignore[type-arg]
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
        seen.add(number)
    return Verdict(len(records), refused, broken, detail)


def checked(document: bytes, kind: str, step: int = 0, seconds: float = SECONDS) -> Verdict:
    """`check` with a limit on its time."""
    try:
        with guard(seconds):
            return check(document, kind, step)
    except _Hangs:
        return Verdict(broken=HANG, detail=f"more than {seconds:.0f} s on {len(document)} bytes")
