"""The smallest file that still breaks the same promise: whole segments go first, then bytes."""

from __future__ import annotations

import time
from collections.abc import Callable


def shrunk(document: bytes, still_broken: Callable[[bytes], bool], seconds: float = 10) -> bytes:
    """The document without all that can go."""
    deadline = time.monotonic() + seconds
    terminator = document[105:106] or b"~"
    segments = _without(document.split(terminator), lambda kept: still_broken(terminator.join(kept)), deadline)
    document = terminator.join(segments)
    pieces = _without(
        [document[i : i + 1] for i in range(len(document))], lambda kept: still_broken(b"".join(kept)), deadline
    )
    return b"".join(pieces)


def _without(pieces: list[bytes], still_broken: Callable[[list[bytes]], bool], deadline: float) -> list[bytes]:
    """The pieces that have to stay, by leaving out ever smaller runs."""
    size = max(1, len(pieces) // 2)
    while True:
        at, changed = 0, False
        while at < len(pieces) and time.monotonic() < deadline:
            fewer = pieces[:at] + pieces[at + size :]
            if still_broken(fewer):
                pieces, changed = fewer, True
            else:
                at += size
        if time.monotonic() >= deadline or (size == 1 and not changed):
            return pieces
        size = max(1, size // 2)
