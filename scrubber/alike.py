"""Lines and claims alike: what a rule answers of one it answers of all, so that it is asked once and not every time.

Most rules say nothing of most lines, and a claim without evidence is told the same of its kind of line each time. A
rule declared `settled` is shown a line of which no more can be read than its kind: code, modifiers, place, the kinds of
claim and payer, which of evidence, authorization and eligibility it lacks, and the tables of codes, modifiers, places
and records (of a claim: the kinds and what it lacks). One that reads anything else there fails on it, and is then asked
about every line, as is one that objects. So what is kept cannot depend on what it was not shown.

Rules that are silent `by_diagnoses` are shown the diagnoses and the state of service beside it, and their silence is
kept for lines, or claims of one day of service, that are alike in those too. Whatever they answer, they are asked anew.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any, cast

from claims.claim import Claim, ClaimKind, Line
from past.patient import PatientPast
from scrubber.coverage import state_of_service
from scrubber.parameters import parameters
from scrubber.registry import Case, Check, Gap, Rule
from scrubber.tables import Release, Table, Tables
from scrubber.tables.profiles import Profiles

Said = tuple[tuple[Rule, Gap], ...]
# Rules with their checks, and of a claim whether the day says that they are in force: said apart, for every claim asks
OfLine = tuple[tuple[Rule, Check], ...]
OfClaim = tuple[tuple[Rule, Check, bool], ...]


# What a claim may come without; as most come without it, what rules say then is worked out once
EVIDENCE, AUTHORIZATION, ELIGIBILITY = 1, 2, 4


def lacking(claim: Claim) -> int:
    """Which of the three the claim comes without."""
    lacks = 0 if claim.evidence else EVIDENCE
    if not (claim.authorization_number or claim.authorizations):
        for line in claim.lines:
            if line.authorization_number:
                break
        else:
            lacks |= AUTHORIZATION
    return lacks if claim.eligibility else lacks | ELIGIBILITY


class _Hidden:
    """Modifiers that are not to be looked at: whoever does raises TypeError."""

    def __bool__(self) -> bool:
        raise TypeError("hidden")

    __len__ = __bool__

    def __eq__(self, other: object) -> bool:
        raise TypeError("hidden")

    __hash__ = None  # type: ignore[assignment]


HIDDEN = cast(Sequence[str], _Hidden())


@dataclass(frozen=True, slots=True)
class _Coded:
    """All a settled rule may read of a line before its modifiers and its place are looked at."""

    code: str
    qualifier: str
    service_from: date | None
    lacks: int  # of its claim

    @property
    def authorization_number(self) -> str:
        """None where the claim has none at all; else not to be looked at."""
        if self.lacks & AUTHORIZATION:
            return ""
        raise AttributeError("authorization_number")


@dataclass(frozen=True, slots=True)
class _Line(_Coded):
    """All it may read of a line."""

    modifiers: tuple[str, ...]
    place: str


class _Claim:
    """All a settled rule may read of a claim: its kind, and what it comes without."""

    __slots__ = ("authorization_number", "authorizations", "eligibility", "evidence", "kind")

    def __init__(self, kind: ClaimKind, lacks: int) -> None:
        self.kind = kind
        if lacks & EVIDENCE:
            self.evidence: tuple[()] = ()
        if lacks & AUTHORIZATION:
            self.authorizations: tuple[()] = ()
            self.authorization_number = ""
        if lacks & ELIGIBILITY:
            self.eligibility: tuple[()] = ()

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


@dataclass(frozen=True, slots=True)
class _Diagnosis:
    """All a rule silent by diagnoses may read of one."""

    dotted: str

    @property
    def code(self) -> str:
        """The code; as sent it may be written otherwise."""
        return self.dotted


@dataclass(frozen=True, slots=True)
class _Pointing:
    """All it may read of a line."""

    code: str
    modifiers: tuple[str, ...]
    service_from: date | None
    diagnosis_pointers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _OfDay:
    """All it may read of the lines of a claim of one day of service."""

    service_from: date | None


@dataclass(frozen=True, slots=True)
class _Diagnosed:
    """All it may read of a claim."""

    diagnoses: tuple[_Diagnosis, ...]
    first_service: date | None = None
    lines: tuple[_OfDay, ...] = ()


@dataclass(frozen=True, slots=True)
class _OfDiagnoses:
    """The tables it may read: those whose changes part the days in `Days`."""

    codes: Table[Any]
    icd10: Table[Any]
    coverage: Table[Any]
    regions: Table[Any]
    excludes1: Table[Any]
    once: Callable[[Hashable, Callable[[], Any]], Any]


def of_kinds(tables: Tables) -> Sequence[Table[Any]]:
    """The tables a settled rule reads."""
    return tables.codes, tables.modifiers, tables.places, tables.records


def of_diagnoses(tables: Tables) -> Sequence[Table[Any]]:
    """The tables a rule silent by diagnoses reads."""
    return tables.codes, tables.icd10, tables.coverage, tables.regions, tables.excludes1


class Days:
    """The days from which a rule that reads these tables may answer otherwise than the day before."""

    def __init__(self, held: Sequence[Table[Any]], rules: Sequence[Rule], of_sending: Sequence[date]) -> None:
        releases = [release for table in held for release in table.releases]
        values = [value for parameter in parameters() for value in parameter.values]
        # of a day of service is known what took effect by then and was published when the claim is sent
        self._known = [(r.first_day, r.published) for r in releases] + [(v.effective, v.published) for v in values]
        begun = chain(
            (r.effective for r in rules if r.effective is not None),
            (first for first, _ in self._known),
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
        self._of_sending = of_sending
        self._between: dict[tuple[int, int], tuple[int, int]] = {}

    def between(self, day: date | None, sent: int) -> tuple[int, int]:
        """Which stretch of days of service the day lies in (-1 without one), and how much was known of it when sent.

        `sent` is the place of the day of sending among the days of publication. What was published since, of later days
        of service alone, makes no difference.
        """
        at = bisect_right(self._of_service, day) if day is not None else -1, sent
        found = self._between.get(at)
        if found is None:
            found = self._between[at] = at[0], self._known_of(day, sent)
        return found

    def _known_of(self, day: date | None, sent: int) -> int:
        last = self._of_sending[sent - 1] if sent else date.min
        return sum((day is None or first <= day) and published <= last for first, published in self._known)


def published(held: Sequence[Table[Any]]) -> Sequence[date]:
    """The days from which a claim may be judged otherwise than if it were sent the day before."""
    values = (value.published for parameter in parameters() for value in parameter.values)
    return sorted({release.published for table in held for release in table.releases}.union(values))


def _rows(release: Release[Any]) -> Iterator[Any]:
    """The rows of a release that have days of their own."""
    for row in release.rows.values():
        if hasattr(row, "valid_from"):
            yield row
        elif isinstance(row, Mapping):  # the records table: by family, then by rule
            yield from chain.from_iterable(row.values())
        elif isinstance(row, tuple):  # the coverage table: by code
            yield from (part for part in row if hasattr(part, "valid_from"))


def settle_by_code(case: Case, line: Line, lacks: int, rules: Sequence[Rule]) -> tuple[Said, Sequence[Rule]]:
    """What the settled rules say of every line of the code, whatever its modifiers and place, and those that differ."""
    return _settle(case, line, lacks, _Coded(line.code, line.qualifier, line.service_from, lacks), rules)


def settle(case: Case, line: Line, lacks: int, rules: Sequence[Rule]) -> tuple[Said, Sequence[Rule]]:
    """What the settled rules say of every line alike, and those of them that have to be asked of each."""
    if not rules:
        return (), ()
    place = case.claim.place_of(line)
    shown = _Line(line.code, line.qualifier, line.service_from, lacks, line.modifiers, place)
    return _settle(case, line, lacks, shown, rules)


def settle_of_claim(case: Case, lacks: int, asked: OfClaim) -> tuple[Said, OfClaim]:
    """What the settled rules of the claim say of every claim of its kind that lacks as much, and those that differ."""
    shown: Any = _Claim(case.claim.kind, lacks)
    nobodys = Case(shown, cast(date, None), cast(Tables, None), cast(PatientPast, None), case.payer_type)
    said: list[tuple[Rule, Gap]] = []
    still = []
    for each in asked:
        gaps = _gaps(each[0], nobodys) if each[0].settled and not each[2] else None
        if gaps is None:
            still.append(each)
        else:
            said += [(each[0], gap) for gap in gaps]
    return tuple(said), tuple(still)


def _settle(case: Case, line: Line, lacks: int, shown: Any, rules: Sequence[Rule]) -> tuple[Said, Sequence[Rule]]:
    t, claim = case.tables, cast(Any, _Claim(case.claim.kind, lacks))
    held = cast(Any, _Tables(t.codes, t.modifiers, t.places, t.records, t.profiles, t.family, t.once))
    nobodys = Case(claim, case.as_of, held, cast(PatientPast, None), case.payer_type)
    said: list[tuple[Rule, Gap]] = []
    asked = []
    for r in rules:
        gaps = _gaps(r, nobodys, shown)
        if gaps is None or any(_of_one(gap, line) for gap in gaps):
            asked.append(r)
        else:
            said += [(r, gap) for gap in gaps]
    return tuple(said), asked


def _gaps(r: Rule, *shown: Any) -> Sequence[Gap] | None:
    """What the rule misses of all alike; None where it reads more than it is shown, or objects."""
    try:
        answers = list(r.check(*shown))
    except Exception:  # or it has to tell what is missing of this one
        return None
    gaps = [answer for answer in answers if isinstance(answer, Gap)]
    return gaps if len(gaps) == len(answers) else None


def not_silent(case: Case, line: Line, codes: Sequence[str], asked: OfLine) -> OfLine:
    """Those that do not keep silent of every line alike that points to these diagnoses."""
    pointers = tuple(range(1, len(codes) + 1))
    shown = _Pointing(line.code, line.modifiers, line.service_from, pointers)
    nobodys = _of_nobody(case, _Diagnosed(tuple(map(_Diagnosis, codes))))
    return tuple([pair for pair in asked if not _keeps_silent(pair[0], nobodys, shown)])


def not_silent_of_claim(case: Case, day: date, codes: Sequence[str], asked: OfClaim) -> OfClaim:
    """Those that do not keep silent of every claim with these diagnoses and services of that day alone."""
    nobodys = _of_nobody(case, _Diagnosed(tuple(map(_Diagnosis, codes)), day, (_OfDay(day),)))
    return tuple([found for found in asked if not _keeps_silent(found[0], nobodys)])


def _of_nobody(case: Case, claim: _Diagnosed) -> Case:
    """The case without anything that is not shown, but the state of service, which is."""
    t = case.tables
    held = _OfDiagnoses(t.codes, t.icd10, t.coverage, t.regions, t.excludes1, t.once)
    shown = Case(cast(Any, claim), case.as_of, cast(Any, held), cast(PatientPast, None), case.payer_type)
    return shown.knowing(state_of_service, case.once_of(state_of_service))


def _keeps_silent(r: Rule, *shown: Any) -> bool:
    try:
        return not list(r.check(*shown))
    except Exception:  # it reads more than it is shown, or a table is missing
        return False


def _of_one(gap: Gap, line: Line) -> bool:
    """True where the gap tells of this very line, or of its day."""
    return gap.line is not None or str(line.service_from) in " ".join((gap.why, *gap.missing))
