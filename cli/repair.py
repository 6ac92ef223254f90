"""Repairs of form: shown as a list of what would be written differently, and written when asked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from rich.table import Table
from rich.text import Text

from claims.errors import UnreadableFile, UnreadableInput
from claims.x12 import sniff
from claims.x12.repair import Repair, repaired, repairs
from cli.console import say, stdout
from cli.intake import SNIFFED, STDIN
from scrubber.tables import Tables

SHOWN = 20  # of a file; the rest is counted


def show_repairs(tables: Tables, files: Sequence[Path]) -> None:
    """Below the findings: what each 837P would say in the same words, written as payers want it."""
    for path in files:
        with suppress(UnreadableFile, OSError):  # what cannot be read has been said by now
            if path != STDIN and path.is_file() and _is_claims(path):
                with path.open("rb") as stream:
                    _show(path, repairs(stream, ranks(tables)))


def repair_file(tables: Tables, path: Path, out: Path) -> None:
    """Write the repaired file, whole or not at all, and list what was repaired."""
    if path == STDIN or not path.is_file() or not _is_claims(path):
        raise UnreadableInput(str(path), found="no 837P file", expected="an 837P file to repair, by its name")
    if out.exists():
        raise UnreadableInput(
            str(out), found="a file that is there already", expected="a new file", advice="Name another, or remove it."
        )
    part = out.with_name(f".{out.name}.part")
    with path.open("rb") as stream:
        try:
            with part.open("wb") as target:
                target.writelines(repaired(stream, ranks(tables)))
            os.replace(part, out)
        finally:
            part.unlink(missing_ok=True)
    with path.open("rb") as stream:
        made = _show(path, repairs(stream, ranks(tables)), made=True)
    say(f"{out}: written, {made} elements repaired")


def ranks(tables: Tables) -> Mapping[str, int]:
    """Where each modifier stands, from the newest release of the modifier table."""
    releases = tables.modifiers.releases
    return {m: row.position_rank for m, row in releases[-1].rows.items()} if releases else {}


def _show(path: Path, found: Iterator[Repair], *, made: bool = False) -> int:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("segment", "element", "found", "written" if made else "would be written"):
        table.add_column(column, no_wrap=True)
    table.add_column("why", ratio=1)
    count = 0
    for repair in found:
        count += 1
        if count <= SHOWN:
            was, now = Text(repair.was or "(not shown)"), Text(repair.now or "(not shown)")
            table.add_row(str(repair.segment_number), repair.element, was, now, Text(repair.why))
    if not count:
        return 0
    more = f", the first {SHOWN} shown" if count > SHOWN else ""
    advice = (
        "" if made else " `cleanclaim scrub FILE --repair OUT` writes a file with them; nothing is changed by itself."
    )
    stdout().print(Text(f"\nRepairs of form in {path.name}: {count}{more}.{advice}", style="bold"))
    stdout().print(table)
    return count


def _is_claims(path: Path) -> bool:
    with path.open("rb") as stream:
        return sniff(stream.read(SNIFFED)) == "837P"
