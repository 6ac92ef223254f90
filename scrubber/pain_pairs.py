"""NCCI pairs between the services of a pain practice, told by rules that know what the two have to do with each other.

The verdict is that of the PTP table and of what lifts a pair (`scrubber.ncci`); only the words are more exact. What a
table alone cannot see is added: where nothing but a side lifts a pair, and the two sides do not differ, the payer's
edit is passed and the services may still be one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from claims.claim import Line
from scrubber import ncci, sides
from scrubber.diagnoses import listed
from scrubber.ncci import Pair
from scrubber.registry import Case, Change, Hit, RemedyKind, Severity
from scrubber.tables.rows import CodeRow

_SIDE_MODIFIERS = frozenset({"LT", "RT", "50"})
_WRITE_OFF = "Do not bill it, and write it off: no modifier lifts this edit."
_SAME_SITE = (
    "Ask the clinician whether it was at another site than the other service. If the record shows that, XS (or 59) "
    "says so; if it was the same site, do not bill it: a side alone does not make two services of one."
)


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule knows of its pairs: why the column 2 code is part of the other, and what to do where it was not."""

    why: str  # continues "62323 ...": a clause without its full stop
    remedy: str  # where a modifier may lift the pair
    requires: str
    by_side: bool = False  # the two may be told apart by their sides, so the sides are compared


def answers(case: Case, line: Line, own: Callable[[CodeRow, CodeRow], bool], words: Words) -> Iterable[Hit]:
    """The objection to the line as column 2 of the rule's own pairs; what else it is part of is named beside it.

    `own` is asked of the line's row and of the column 1 code's. Raises TableGap where no PTP release speaks.
    """
    pairs = ncci.pairs(case, line)
    row = ncci.code_row(case, line) if pairs else None
    return () if row is None else _answers(case, line, pairs, row, own, words)


def _answers(
    case: Case,
    line: Line,
    pairs: Sequence[Pair],
    row: CodeRow,
    own: Callable[[CodeRow, CodeRow], bool],
    words: Words,
) -> Iterator[Hit]:
    ours: list[Pair] = []
    others: list[Pair] = []
    for pair in pairs:
        beside = ncci.code_row(case, pair.column1)
        (ours if beside is not None and own(row, beside) else others).append(pair)
    if not ours:
        return
    never = [pair for pair in ours if pair.indicator == "0"]
    bare = [pair for pair in ours if pair.indicator == "1" and ncci.lifted(case, pair) is False]
    if never or bare:
        said = never or bare
        rest = [p for p in (*bare, *others) if p not in said and ncci.lifted(case, p) is False and p.indicator != "9"]
        yield _objection(case, line, said, rest, words)
    elif words.by_side:
        yield from _one_side(case, line, ours)


def _objection(case: Case, line: Line, said: Sequence[Pair], rest: Sequence[Pair], words: Words) -> Hit:
    text = f"{line.code} beside {_beside(said)}: {words.why} (NCCI indicator {said[0].indicator})."
    also = [pair for pair in rest if pair.indicator == "1"]
    barred = [pair for pair in rest if pair.indicator == "0"]
    if also:
        text += f" It is also part of {_beside(also)}."
    if barred:
        text += f" It is never paid beside {_beside(barred)}."
    severity = ncci.severity(case.payer_type)
    if barred or said[0].indicator == "0":
        return Hit(
            text,
            severity=severity,
            remedy=_WRITE_OFF,
            remedy_kind=RemedyKind.DO_NOT_BILL,
            requires="both services were done as coded",
            change=Change("drop_line", line.number, ""),
        )
    return Hit(text, severity=severity, remedy=words.remedy, requires=words.requires)


def _one_side(case: Case, line: Line, ours: Sequence[Pair]) -> Iterator[Hit]:
    """A warning where only a side lifts the pairs, and it is not another side than that of the other service."""
    same = [pair for pair in ours if pair.indicator == "1" and _only_by_side(case, pair) and _not_apart(pair)]
    if same:
        yield Hit(
            f"{line.code} beside {_beside(same)}: only the side lifts the NCCI edit, and it is not another side than "
            "that of the other service.",
            severity=Severity.WARN,
            remedy=_SAME_SITE,
        )


def _only_by_side(case: Case, pair: Pair) -> bool:
    """True where the pair is lifted, and taking the sides off the column 2 line would leave it bare."""
    if ncci.DISTINCT & {*pair.column1.modifiers, *pair.column2.modifiers}:
        return False
    rest = set(pair.column2.modifiers) - _SIDE_MODIFIERS
    release = case.tables.modifiers.on(case.day(pair.column2), case.as_of)
    rows = [release.get(modifier) for modifier in rest]
    return not any(row is None or row.lifts_ptp for row in rows)


def _not_apart(pair: Pair) -> bool:
    """True where the two sides overlap, or the column 1 line is of the middle and names none."""
    first, second = sides.of_line(pair.column1), sides.of_line(pair.column2)
    return not first or bool(first & second)


def _beside(pairs: Sequence[Pair]) -> str:
    return listed(f"{pair.column1.code} (line {pair.column1.number})" for pair in pairs)
