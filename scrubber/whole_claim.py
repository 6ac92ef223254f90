"""One finding for one cause: told of the claim where every line has it, else of each line that has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from claims.claim import Line
from scrubber.registry import Case, Hit


def of_lines(case: Case, lines: Sequence[Line], hit: Hit) -> Iterator[Hit]:
    """The objection once where it is about every line of the claim, else of each line it is about; none for no line."""
    if lines and len(lines) == len(case.claim.lines):
        yield hit
    else:
        yield from (replace(hit, line=line) for line in lines)
