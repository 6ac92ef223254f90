"""The National Correct Coding Initiative's pairs: which apply to a line, what lifts one, and whom they bind.

What lifts an indicator-1 pair, as this house reads CMS: an NCCI-associated modifier on the column 2 line; 24, 25 or 57
on an office visit in either column; 59, XE, XP, XS, XU on either line for dates of service from 2019-07-01 (CR 11168).
Whether the sides two modifiers name really differ is left to the rules that know the anatomy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from claims.claim import Line, PayerType
from claims.freezing import made_quickly, maker
from scrubber.parameters import parameter
from scrubber.registry import EVERY_PAYER_TYPE, MEDICARE_PLANS, Case, Gap, Severity
from scrubber.same_day import ByCode, lines_by_day
from scrubber.tables import Release, TableGap
from scrubber.tables.rows import CodeRow, PtpEdit

# Medicare's edits bind Part B and, by their contracts, Medicare Advantage plans. Medicaid has edits of its own
# (Social Security Act § 1903(r)), and others adopt Medicare's in part: there the same edit only warns.
PAYER_TYPES = EVERY_PAYER_TYPE - {PayerType.SELF_PAY}

DISTINCT = frozenset({"59", "XE", "XP", "XS", "XU"})
VISIT = frozenset({"24", "25", "57"})


@made_quickly
@dataclass(frozen=True, slots=True)
class Pair:
    """A PTP edit between two lines of a claim; indicator 0 nothing lifts, 1 a modifier may, 9 is switched off."""

    column1: Line
    column2: Line
    indicator: str


_pair = maker(Pair)  # half of all claims have one
_Looked = tuple[Sequence[Pair], Gap | None]  # a line's pairs, and what the release cannot know of it
_NOTHING: _Looked = ((), None)


def severity(payer_type: PayerType) -> Severity:
    """How sure an NCCI edit makes a denial: this kind of payer is bound by Medicare's edits, or only follows them."""
    return Severity.DENY if payer_type in MEDICARE_PLANS else Severity.WARN


def code_row(case: Case, line: Line) -> CodeRow | None:
    """The line's row in the code table of its day; None where the table or the row is missing."""
    try:
        return case.code_row(line)
    except TableGap:
        return None


def is_visit(row: CodeRow | None) -> bool:
    """True for an evaluation and management service that stands on its own."""
    return row is not None and row.family == "em" and not row.is_addon and row.status != "B"


def pairs(case: Case, line: Line) -> Sequence[Pair]:
    """The edits in force that make `line` the column 2 of another line of the same day and rendering provider.

    Raises TableGap where no PTP release speaks for the day.
    """
    return looked(case, line)[0]


def looked(case: Case, line: Line) -> _Looked:
    """The same pairs, and a gap where the PTP release cannot know the line's code: "no edit" is "no edit known" there.

    Raises TableGap where no PTP release speaks for the day.
    """
    of_lines = case.once_of(_looked)
    if not of_lines:  # of most claims nothing is paired
        return _NOTHING
    found = of_lines.get(id(line), _NOTHING)
    if isinstance(found, LookupError):
        raise found
    return found


def _looked(case: Case) -> Mapping[int, _Looked | LookupError]:
    """Of each line in company, by its identity: its pairs, in order of the column 1 lines, and its blind spot.

    Or why nobody can tell.
    """
    found: dict[int, _Looked | LookupError] = {}
    for (day, _), by_code in case.once_of(lines_by_day).items():
        if len(by_code) == 1 and not any(len(lines) > 1 for lines in by_code.values()):
            continue  # a line without company
        try:
            release = _release(case, day, by_code)
        except LookupError as gap:
            found |= {id(line): gap for lines in by_code.values() for line in lines}
            continue
        among = _among(case, day or date.min, release, tuple(by_code))
        if among:
            found |= _of_day(day or date.min, by_code, among)
    return found


def _of_day(day: date, by_code: ByCode, among: _Among) -> Mapping[int, _Looked]:
    """What is known of the lines of one day and clinician, by identity."""
    found: dict[int, _Looked] = {}
    for code2, (edits, blind) in among.items():
        beside = [(held, by_code[code1]) for code1, e in edits if (held := e.on(day))]
        for line in by_code[code2] if beside or blind else ():
            of_line = [_pair(each, line, e.indicator) for e, lines in beside for each in lines if each is not line]
            if len(of_line) > 1:
                of_line.sort(key=lambda pair: pair.column1.number)
            found[id(line)] = of_line, blind and blind._replace(line=line)
    return found


# By column 2 code the edits with others of the day, each with its column 1 code, and the blind spot
_Among = Mapping[str, tuple[Sequence[tuple[str, PtpEdit]], Gap | None]]


def _among(case: Case, day: date, release: Release[Mapping[str, PtpEdit]], codes: tuple[str, ...]) -> _Among:
    """Of codes done together those a release pairs, or cannot know: looked up once for all claims with these codes."""
    try:
        known = case.tables.codes.on(day, case.as_of)
    except TableGap:
        known = None
    return case.tables.once(("ptp", id(release), id(known), codes), lambda: _pair_up(release, known, codes))


def _pair_up(release: Release[Mapping[str, PtpEdit]], known: Release[CodeRow] | None, codes: tuple[str, ...]) -> _Among:
    found: dict[str, tuple[Sequence[tuple[str, PtpEdit]], Gap | None]] = {}
    for code2 in codes:
        edits = release.get(code2) or {}
        beside = [(code1, edit) for code1 in codes if (edit := edits.get(code1))]
        # a code is never paired with itself
        blind = _blind_spot(code2, known.get(code2) if known else None, release) if len(codes) > 1 else None
        if beside or blind:
            found[code2] = beside, blind
    return found


def _blind_spot(code: str, row: CodeRow | None, release: Release[Mapping[str, PtpEdit]]) -> Gap | None:
    if row is None:
        if release.complete or code in release.rows:
            return None
        why = f"{code} is not among the codes whose pairs the PTP release {release.name} holds"
    elif row.valid_from is not None and row.valid_from > release.effective:
        why = f"{code} starts on {row.valid_from}, after the PTP release {release.name}"
    else:
        return None
    return Gap(("ptp table",), f"{why}: no edit known is not no edit. Run `cleanclaim tables import ptp FILE`.")


def _release(case: Case, day: date | None, by_code: ByCode) -> Release[Mapping[str, PtpEdit]]:
    """The PTP release of the day. Raises NotSaid for lines without a day, TableGap where there is no release."""
    return case.tables.ptp.on(day or case.day(next(iter(by_code.values()))[0]), case.as_of)


def lifted(case: Case, pair: Pair) -> bool | None:
    """Whether a modifier lifts the pair; None where column 2 carries one the modifier table does not know."""
    if pair.indicator != "1":
        return False
    first, second = pair.column1.modifiers, pair.column2.modifiers
    if first:
        if not DISTINCT.isdisjoint(first) and _either_column(case, pair.column2):
            return True
        if not VISIT.isdisjoint(first) and is_visit(code_row(case, pair.column1)):
            return True
    if not second:
        return False
    release = case.tables.modifiers.on(case.day(pair.column2), case.as_of)
    sure = True
    for modifier in second:
        row = release.rows.get(modifier)
        if row is None:
            sure = release.complete
        elif row.lifts_ptp:
            return True
    return False if sure else None


def _either_column(case: Case, line: Line) -> bool:
    try:
        value = parameter("ncci_59_x_columns").on(case.day(line), case.as_of)
    except TableGap:
        return False
    return value is not None and value.value == "either"
