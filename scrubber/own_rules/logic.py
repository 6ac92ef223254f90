"""Three-valued logic: a condition is true, false, or cannot be told; what cannot be told never passes for either."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from claims.claim import Line
from scrubber.registry import Case, NotSaid
from scrubber.tables.release import TableGap


class Unknown(NamedTuple):
    """A condition that cannot be told for want of something.

    `missing` are short stable names, as in `Gap.missing`. `likely` is what the condition would be if the past we know
    of a patient were all there was; None where nothing is known that would make it either.
    """

    missing: tuple[str, ...]
    likely: bool | None = None


Verdict = bool | Unknown
Judge = Callable[[Case, Line | None], Verdict]


def all_of(judges: Sequence[Judge]) -> Judge:
    """False where one is false, whatever the others are; true where all are true."""
    return _decided(judges, decisive=False)


def any_of(judges: Sequence[Judge]) -> Judge:
    """True where one is true, whatever the others are; false where all are false."""
    return _decided(judges, decisive=True)


def _decided(judges: Sequence[Judge], decisive: bool) -> Judge:
    """What `decisive` is where one judge says so, and the contrary where all say that."""
    if len(judges) == 1:
        return judges[0]

    def judge(case: Case, line: Line | None) -> Verdict:
        unknown = []
        for each in judges:
            verdict = each(case, line)
            if verdict is decisive:
                return decisive
            if isinstance(verdict, Unknown):
                unknown.append(verdict)
        return _together(unknown, decisive) if unknown else not decisive

    return judge


def none_of(judge: Judge) -> Judge:
    """The contrary; what cannot be told stays so."""

    def contrary(case: Case, line: Line | None) -> Verdict:
        return opposite(judge(case, line))

    return contrary


def opposite(verdict: Verdict) -> Verdict:
    """True of false, false of true, and of what cannot be told the same with the other likelihood."""
    if isinstance(verdict, Unknown):
        return verdict if verdict.likely is None else verdict._replace(likely=not verdict.likely)
    return not verdict


def asked(judge: Judge) -> Judge:
    """The same, where the claim or a table does not say what it needs: it cannot be told, and says for want of what."""

    def ask(case: Case, line: Line | None) -> Verdict:
        try:
            return judge(case, line)
        except NotSaid as silence:
            return Unknown((silence.what,))
        except TableGap as gap:
            return Unknown((f"{gap.table} table",))

    return ask


def some(verdicts: Sequence[Verdict]) -> Verdict:
    """True where one is, false where all are, else it cannot be told: `any_of` for verdicts already given."""
    if any(verdict is True for verdict in verdicts):
        return True
    unknown = [verdict for verdict in verdicts if isinstance(verdict, Unknown)]
    return _together(unknown, True) if unknown else False


def _together(unknown: Sequence[Unknown], decisive: bool) -> Unknown:
    """Several that cannot be told as one: likely what `decisive` is where one likely is, else the contrary or open."""
    missing = sorted({name for one in unknown for name in one.missing})
    likely = {one.likely for one in unknown}
    open_still = None if None in likely else not decisive
    return Unknown(tuple(missing), decisive if decisive in likely else open_still)
