"""A first look at a file: which of the transactions we know it holds, from its first bytes."""

from __future__ import annotations

from claims.errors import UnreadableFile
from claims.x12.elements import at
from claims.x12.segments import Segments
from claims.x12.transactions import kind_of

_LOOK = 4096
_GROUPS = {"HP": "835", "FA": "999", "HB": "271", "HI": "278"}  # GS01, when the head ends before ST


def sniff(head: bytes) -> str:
    """What the file that begins with `head` holds: "837P", "835", "277CA", "999", "271" or "278".

    "x12" stands for another transaction, "" for what is not X12.

    A file may hold several kinds; the first counts. The readers state the rest.
    """
    version = group = ""
    try:
        for _, _, e in Segments(head[:_LOOK]):
            if e[0] == "GS":
                group, version = at(e, 1), at(e, 8).strip()
            elif e[0] == "ST":
                return kind_of(at(e, 1).strip(), at(e, 3).strip() or version)
    except UnreadableFile:
        return ""
    guess = kind_of("837" if group == "HC" else _GROUPS.get(group, ""), version)
    return guess
