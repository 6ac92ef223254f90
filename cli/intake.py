"""Claims out of the files a person names: 837P or claim JSON, read as often as asked, each loss said once."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from claims.claim import Claim
from claims.errors import UnreadableFile
from claims.reading import Refusal
from claims.x12 import read_837, sniff
from cli.console import counted, say

STDIN = Path("-")
SNIFFED = 4096  # bytes looked at to tell what a file is


@dataclass(slots=True)
class Batch:
    """One file of claims. `claims()` may be called again and again; what was refused is said the first time only."""

    path: Path
    data: bytes | None = None  # what came through standard input, held since it cannot be read twice
    refused: int = 0  # claims lost
    faults: int = 0  # everything refused, a wrong trailer count too
    _said: bool = field(default=False, repr=False)

    def claims(self) -> Iterator[Claim]:
        """The claims that can be read, in order. Raises UnreadableFile when there is nothing to read at all."""
        first, self._said = not self._said, True
        with self._open() as source:
            for record in _records(source):
                if isinstance(record, Claim):
                    yield record
                elif first:
                    self.faults += 1
                    self.refused += record.claims_lost
                    say(f"{self.path}: {lost_claim(record.claims_lost, record.claim_id)}{record.error}")

    def _open(self) -> BinaryIO:
        if self.path == STDIN:
            if self.data is None:
                self.data = sys.stdin.buffer.read()
            return io.BytesIO(self.data)
        if self.path.is_dir():
            raise UnreadableFile(
                str(self.path),
                found="a folder",
                expected="an 837P file or claim JSON",
                advice="Name its files: FOLDER/*",
            )
        try:
            return self.path.open("rb")
        except OSError as error:
            raise UnreadableFile(
                str(self.path),
                found=(error.strerror or "a file that cannot be opened").lower(),
                expected="an 837P file or claim JSON",
                advice="Check the path.",
            ) from error


def lost_claim(claims_lost: int, claim_id: str) -> str:
    """What a refusal costs, before what it says; of one that lost nothing, the claim it is about."""
    if not claims_lost:
        return f"claim {claim_id}: " if claim_id else ""
    return f"claim {claim_id} not read: " if claim_id else f"{counted(claims_lost, 'claim')} not read: "


def _records(source: BinaryIO) -> Iterator[Claim | Refusal]:
    from serving.intake import bounded, read_json  # noqa: PLC0415  (brings FastAPI, too slow for `--help`)

    head = source.read(SNIFFED)
    source.seek(0)
    if sniff(head) == "" and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        yield from read_json(source.read())
    else:
        yield from bounded(read_837(source))
