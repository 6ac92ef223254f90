"""What a feature is: the decorator, what it may look at, the row, and the fingerprint of all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import wraps
from hashlib import sha256
from typing import TypeVar

from claims.claim import Claim, Line
from claims.reasons import Reason
from features.untold import forget
from past.patient import PatientPast
from past.payer import PayerPast
from scrubber.report import Report
from scrubber.tables import Tables

T = TypeVar("T")
Row = dict[str, float | str]  # column -> number (NaN unknown), or a category's word ("" unknown)


class Direction(IntEnum):
    """How the risk of denial may move as a feature grows: LightGBM's monotone constraint."""

    RAISES = 1
    LOWERS = -1
    EITHER = 0


@dataclass(frozen=True, slots=True)
class Look:
    """All a feature may look at: one line of a claim, on the day it would be sent.

    The memos let twenty features that ask the same question ask it once: `line_memo` is this line's alone, `memo` is
    shared by the claim's lines, `payer_memo` by all the claims of a day (`PayerPast.answers`), for questions to the
    payer's past. They hold answers only: a row is the same with empty ones.
    """

    claim: Claim
    line: Line
    report: Report
    patient: PatientPast
    payer: PayerPast
    tables: Tables
    as_of: date
    family: str  # of the line's code; "" unknown
    memo: dict[Hashable, object] = field(default_factory=dict, compare=False, repr=False)
    payer_memo: dict[Hashable, object] = field(default_factory=dict, compare=False, repr=False)
    line_memo: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What was computed the first time, of the claim; the key must name all that it rests on within the claim."""
        return _once(self.memo, key, compute)

    def once_of_payers(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What was computed the first time, of the payer's past; the key must name all that it rests on but the day."""
        return _once(self.payer_memo, key, compute)


def _once(memo: dict[Hashable, object], key: Hashable, compute: Callable[[], T]) -> T:
    try:
        return memo[key]  # type: ignore[return-value]  # each key has one type of answer
    except KeyError:
        answer = memo[key] = compute()
        return answer


def once_a_line(compute: Callable[[Look], T]) -> Callable[[Look], T]:
    """Make a function of a look remember its answer for the line."""
    key = f"{compute.__module__}.{compute.__qualname__}"

    @wraps(compute)
    def remembered(look: Look) -> T:
        try:
            return look.line_memo[key]  # type: ignore[return-value]  # each key has one type of answer
        except KeyError:
            answer = look.line_memo[key] = compute(look)
            return answer

    return remembered


Compute = Callable[[Look], float | str | None]


@dataclass(frozen=True, slots=True)
class Feature:
    """One model input."""

    name: str
    summary: str
    reason: Reason
    risk: Direction
    categorical: bool
    compute: Compute
    unit: str = ""


FEATURES: dict[str, Feature] = {}


def feature(
    *, reason: Reason, unit: str = "", risk: Direction = Direction.EITHER, categorical: bool = False, name: str = ""
) -> Callable[[Compute], Compute]:
    """Register a function as a feature; its name is the column, its docstring's first line the glossary entry.

    Raises ValueError when the name is taken, when it has no docstring, or when a category declares a direction.
    `unit` is for the glossary: "days", "share", "count" ...
    """

    def register(compute: Compute) -> Compute:
        column = name or compute.__name__
        if column in FEATURES:
            raise ValueError(f"feature {column!r} is declared twice")
        if not compute.__doc__:
            raise ValueError(f"feature {column!r} has no docstring: say what quantity it is, with its unit")
        if categorical and risk is not Direction.EITHER:
            raise ValueError(f"feature {column!r} is a category: it has no direction")
        summary = compute.__doc__.splitlines()[0]
        unit_said = unit or ("category" if categorical else "")
        FEATURES[column] = Feature(column, summary, reason, risk, categorical, compute, unit_said)
        return compute

    return register


def rows(
    claim: Claim, report: Report, patient: PatientPast, payer: PayerPast, *, tables: Tables, as_of: date
) -> list[Row]:
    """One row a line, in the claim's order; a missing number is NaN, a missing category "". Training calls this too."""
    memo: dict[Hashable, object] = {}
    payer_memo = payer.answers(as_of)
    found = [
        _row(Look(claim, line, report, patient, payer, tables, as_of, tables.family(line.code), memo, payer_memo))
        for line in claim.lines
    ]
    if claim.origin is not None and claim.origin.untold:
        for row in found:
            forget(row, claim.origin.untold)
    return found


def _row(look: Look) -> Row:
    row: Row = {}
    for name, f in FEATURES.items():
        value = f.compute(look)
        if f.categorical:
            row[name] = "" if value is None else str(value)
        else:
            row[name] = math.nan if value is None else float(value)
    return row


def fingerprint() -> str:
    """Changes when a feature is added, dropped, renamed, reordered, re-directed or turned into a category."""
    declared = [(f.name, int(f.risk), f.categorical, f.reason.value) for f in FEATURES.values()]
    return sha256(repr(declared).encode()).hexdigest()[:12]
