"""Which files to read, what each is, and its records one by one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from claims.claim import Claim
from claims.errors import UnreadableFile
from claims.reading import Refusal
from claims.remittance import Remittance
from claims.x12 import read_835, read_837, sniff

HEAD_BYTES = 4096
CLAIMS, REMITTANCES = "837P", "835"
NOT_READ = {"277CA": "a 277CA acknowledgement", "999": "a 999 acknowledgement", "x12": "another X12 transaction"}


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
    """837P or 835; raises UnreadableFile for anything else, with what to do."""
    where = path.name
    try:
        if not path.is_file():
            raise UnreadableFile(
                where, found="no such file" if not path.exists() else "no regular file", expected="an 837P or 835 file"
            )
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise UnreadableFile(where, found=error.strerror or "an unreadable file", expected="a readable file") from None
    if not head:
        raise UnreadableFile(where, found="an empty file", expected="an 837P or 835 file")
    kind = sniff(head)
    if kind in (CLAIMS, REMITTANCES):
        return kind
    raise UnreadableFile(
        where,
        found=NOT_READ.get(kind, "no X12 interchange"),
        expected="an 837P or 835 file",
        advice="Leave it out: only claims and remittances are kept.",
    )


def digest(path: Path) -> str:
    """The SHA-256 of the file, read in pieces."""
    hashed = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            hashed.update(piece)
    return hashed.hexdigest()


def records(path: Path, kind: str) -> Iterator[Claim | Remittance | Refusal]:
    """The file's claims or remittances, and what of it could not be read."""
    with path.open("rb") as file:
        if kind == CLAIMS:
            yield from read_837(file)
        else:
            yield from read_835(file)
