"""Lines alike: what a rule answers of one it answers of all, so that it is asked once and not for every claim.

Most rules say nothing of most lines, and a claim without evidence is told the same of its kind of line each time. A
rule declared `settled` is shown a line of which no more can be read than its kind: code, modifiers, place, the kinds of
claim and payer, and the tables of codes, modifiers, places and records. One that reads anything else there fails on
it, and is then asked about every line, as is one that objects. So what is kept cannot depend on what it was not shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any, cast

from claims.claim import ClaimKind, Evidence, Line
from past.patient import PatientPast
from scrubber.parameters import parameters
from scrubber.registry import Case, Gap, Rule
from scrubber.tables import Release, Table, Tables
from scrubber.tables.profiles import Profiles

Said = tuple[tuple[Rule, Gap], ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """All a settled rule may read of a line."""

    code: str
    modifiers: tuple[str, ...]
    qualifier: str
    place: str
    service_from: date | None


@dataclass(frozen=True, slots=True)
class _Claim:
    """All a settled rule may read of a claim: one without evidence."""

    kind: ClaimKind
    evidence: tuple[Evidence, ...] = ()

    def place_of(self, line: _Line) -> str:
        """The place of service that stands for the line."""
        return line.place


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables a settled rule may read: those whose changes part the days in `Days`."""

    codes: Table[Any]
    modifiers: Table[Any]
    places: Table[Any]
    records: Table[Any]
    profiles: Profiles  # whether there is any: what one says is of a payer, and that is not shown
    family: Callable[[str], str]
    once: Callable[[Hashable, Callable[[], Any]], Any]


class Days:
    """The days from which a settled rule may answer otherwise than the day before: of service, and of sending."""

    def __init__(self, tables: Tables, rules: Sequence[Rule]) -> None:
        held = (tables.codes, tables.modifiers, tables.places, tables.records)
        releases = [release for table in held for release in table.releases]
        values = [value for parameter in parameters() for value in parameter.values]
        begun = chain(
            (r.effective for r in rules if r.effective is not None),
            (r.effective for r in releases),
            (v.effective for v in values),
            (row.valid_from for r in releases for row in _rows(r)),
        )
        ended = chain(
            (r.until for r in rules),
            (r.verified_to for r in releases),
            (row.valid_to for r in releases for row in _rows(r)),
        )
        self._of_service = sorted(
            {day for day in begun if day} | {day + timedelta(days=1) for day in ended if day and day < date.max}
        )
        self._of_sending = sorted({r.published for r in releases} | {v.published for v in values})

    def of_service(self, day: date | None) -> int:
        """Which stretch of days of service the day lies in; -1 without one."""
        return bisect_right(self._of_service, day) if day is not None else -1

    def of_sending(self, day: date) -> int:
        """Which stretch of days of sending it lies in."""
        return bisect_right(self._of_sending, day)


def _rows(release: Release[Any]) -> Iterator[Any]:
    """The rows of a release that have days of their own."""
    for row in release.rows.values():
        if hasattr(row, "valid_from"):
            yield row
        elif not hasattr(row, "place"):  # the records table: by family, then by rule
            yield from chain.from_iterable(row.values())


def settle(case: Case, line: Line, rules: Sequence[Rule]) -> tuple[Said, Sequence[Rule]]:
    """What the settled rules say of every line alike, and those of them that have to be asked of each."""
    claim, tables = case.claim, case.tables
    shown = _Line(line.code, line.modifiers, line.qualifier, claim.place_of(line), line.service_from)
    held = _Tables(
        tables.codes, tables.modifiers, tables.places, tables.records, tables.profiles, tables.family, tables.once
    )
    nobodys = Case(cast(Any, _Claim(claim.kind)), case.as_of, cast(Any, held), cast(PatientPast, None), case.payer_type)
    said: list[tuple[Rule, Gap]] = []
    asked = []
    for r in rules:
        try:
            answers = list(r.check(nobodys, shown))
        except Exception:  # it reads more than the kind of line, or has to tell what is missing of this one
            asked.append(r)
            continue
        gaps = [answer for answer in answers if isinstance(answer, Gap) and not _of_one(answer, line)]
        if len(gaps) < len(answers):
            asked.append(r)
        else:
            said += [(r, gap) for gap in gaps]
    return tuple(said), asked


def _of_one(gap: Gap, line: Line) -> bool:
    """True where the gap tells of this very line, or of its day."""
    return gap.line is not None or str(line.service_from) in " ".join((gap.why, *gap.missing))
