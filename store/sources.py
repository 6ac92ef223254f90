"""Which files to read, what each is, and its records one by one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from claims.acknowledgment import Acknowledgment
from claims.claim import Claim
from claims.errors import UnreadableFile
from claims.reading import Refusal
from claims.records import AuthorizationRecord, EligibilityRecord
from claims.remittance import Remittance
from claims.x12 import read_835, read_837, sniff
from claims.x12.read_271 import read_271
from claims.x12.read_277ca import read_277ca
from claims.x12.read_278 import read_278
from claims.x12.read_999 import read_999

HEAD_BYTES = 4096
CLAIMS, REMITTANCES = "837P", "835"
EXPECTED = "an 837P, 835, 277CA, 999, 278 or 271 file"
Record = Claim | Remittance | Acknowledgment | AuthorizationRecord | EligibilityRecord
_READERS: Mapping[str, Callable[[BinaryIO], Iterator[Record | Refusal]]] = MappingProxyType(
    {CLAIMS: read_837, REMITTANCES: read_835, "277CA": read_277ca, "999": read_999, "278": read_278, "271": read_271}
)


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files named, and those of the folders named with all below, in order of name; each once."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = (Path(folder) / name for folder, _, names in os.walk(path) for name in names)
            found.update(dict.fromkeys(sorted(inside)))
        else:
            found[path] = None
    return list(found)


def kind_of(path: Path) -> str:
    """837P, 835, 277CA, 999, 278 or 271; raises UnreadableFile for anything else, with what to do."""
    where = path.name
    try:
        if not path.is_file():
            raise UnreadableFile(
                where, found="no such file" if not path.exists() else "no regular file", expected=EXPECTED
            )
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise UnreadableFile(where, found=error.strerror or "an unreadable file", expected="a readable file") from None
    if not head:
        raise UnreadableFile(where, found="an empty file", expected=EXPECTED)
    kind = sniff(head)
    if kind in _READERS:
        return kind
    raise UnreadableFile(
        where,
        found="another X12 transaction" if kind else "no X12 interchange",
        expected=EXPECTED,
        advice="Leave it out: only claims, remittances, acknowledgments, approvals and eligibility answers are kept.",
    )


def digest(path: Path) -> str:
    """The SHA-256 of the file, read in pieces."""
    hashed = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            hashed.update(piece)
    return hashed.hexdigest()


def records(path: Path, kind: str) -> Iterator[Record | Refusal]:
    """What the file holds, one by one, and what of it could not be read."""
    with path.open("rb") as file:
        yield from _READERS[kind](file)
