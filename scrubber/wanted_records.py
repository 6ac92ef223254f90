"""What a payer wants the record to say of a procedure, row by row of the `records` table, and what the record says.

The documentation rules and the checklist of a procedure read the same rows, so that what people are asked for is what
is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.claim import Line, PayerType
from claims.evidence import ITEMS, in_own_unit
from scrubber import look_back
from scrubber.registry import Answer, Case, Citation, Gap, Hit, Severity
from scrubber.tables import Release, TableGap
from scrubber.tables.rows import RecordRow

# What the rules that check this table have in common
CITATION = Citation(
    "Coverage policies of the Medicare contractors; each row of the records table cites its own",
    "https://www.cms.gov/medicare-coverage-database/search.aspx",
)
REQUIRES = "the care was given so, and the record is completed by the one who gave it"

# What a rule says of a procedure of which nothing is told: always, of one that repeats another, and its family
_Untold = tuple[Sequence[Gap], Sequence[Gap], str]
_NOTHING: _Untold = ((), (), "")

PRESENT, SHORT, MISSING = "present", "falls short", "missing"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing wanted: the row that asks for it, what the record says ("" where nothing), and how the two agree."""

    row: RecordRow
    told: str
    state: str  # present, falls short, missing
    why: str  # of what falls short, as the end of a sentence


def wanted(case: Case, line: Line, rule_id: str = "") -> Sequence[Entry]:
    """Everything wanted of the line on its day, by one rule or (without an id) by all.

    Raises TableGap where no release of the table speaks for the day.
    """
    day = case.day(line)
    by_rule = case.tables.records.on(day, case.as_of).get(case.tables.family(line.code)) or {}
    rows = by_rule.get(rule_id, ()) if rule_id else (row for rows in by_rule.values() for row in rows)
    return [
        entry(case, line, row, day)
        for row in rows
        if row.binds(case.payer_type, day) and (row.when == "always" or is_repeat(case, line, row.family, day))
    ]


def entry(case: Case, line: Line, row: RecordRow, day: date) -> Entry:
    """How the record agrees with one row."""
    told = case.told(row.item, line)
    if told is None:
        if case.absent(row.item, line):
            return Entry(
                row, "", SHORT, f"{row.item.replace('_', ' ')} was looked for, and the record does not tell it"
            )
        return Entry(row, "", MISSING, "")
    why = _short_of(case, line, row, told, day)
    return Entry(row, told, SHORT if why else PRESENT, why)


def check(case: Case, line: Line, rule_id: str, but: Sequence[str] = ()) -> Iterable[Answer]:
    """The answers of a documentation rule: what falls short, and in one gap what nobody told us.

    Of the items in `but` another rule says what falls short.
    """
    return _check(case, line, rule_id, but) if case.claim.evidence else _nothing_told(case, line, rule_id)


def _check(case: Case, line: Line, rule_id: str, but: Sequence[str]) -> Iterator[Answer]:
    missing = []
    for each in wanted(case, line, rule_id):
        if each.state == SHORT and each.row.item in but:
            continue
        if each.state == SHORT:
            yield Hit(
                f"{line.code}: {each.why}.",
                severity=None if each.row.verified else Severity.WARN,
                citation=Citation(each.row.citation, each.row.url),
            )
        elif each.state == MISSING:
            missing.append(f"evidence {each.row.item}")
    yield from _gap(missing, line.code)


def _words(missing: Sequence[str]) -> str:
    return ", ".join(name.removeprefix("evidence ").replace("_", " ") for name in missing)


def _nothing_told(case: Case, line: Line, rule_id: str) -> Sequence[Gap]:
    """The gap of a claim that comes without any evidence, as most do: it is the same for every claim of its kind."""
    day, code, kind = case.day(line), line.code, case.payer_type
    release = case.tables.records.on(day, case.as_of)
    rows, first, last, untold = case.tables.once(
        ("records", id(release), code, kind), lambda: _of_kind(release, case.tables.family(code), code, kind)
    )
    if not first <= day <= last:
        untold = _untold(rows, code, day)
    always, repeated, family = untold.get(rule_id, _NOTHING)
    return repeated if always is not repeated and is_repeat(case, line, family, day) else always


def _of_kind(
    release: Release[Mapping[str, tuple[RecordRow, ...]]], family: str, code: str, kind: PayerType
) -> tuple[Mapping[str, Sequence[RecordRow]], date, date, Mapping[str, _Untold]]:
    """The rows of a kind of payer by rule, the days on which all of them hold, and what is untold on those."""
    of_family = release.get(family) or {}
    rows = {
        rule_id: [row for row in of_rule if not row.payer_types or kind in row.payer_types]
        for rule_id, of_rule in of_family.items()
    }
    every = [row for of_rule in rows.values() for row in of_rule]
    first = max((row.valid_from for row in every), default=date.min)
    last = min((row.valid_to for row in every if row.valid_to), default=date.max)
    return rows, first, last, _untold(rows, code)


def _untold(rows: Mapping[str, Sequence[RecordRow]], code: str, day: date | None = None) -> Mapping[str, _Untold]:
    """What is missing of a procedure of which nothing is told, by rule: of all rows, or of those that hold on a day."""
    found: dict[str, _Untold] = {}
    for rule_id, of_rule in rows.items():
        held = [row for row in of_rule if day is None or row.binds_on(day)]
        always = _gap([f"evidence {row.item}" for row in held if row.when == "always"], code)
        repeated = _gap([f"evidence {row.item}" for row in held], code)
        if held:
            found[rule_id] = always, always if always == repeated else repeated, held[0].family
    return found


def _gap(missing: Sequence[str], code: str) -> Sequence[Gap]:
    return [Gap(tuple(missing), f"nothing is recorded of {_words(missing)} for {code}")] if missing else ()


def is_repeat(case: Case, line: Line, family: str, day: date) -> bool:
    """True where an earlier procedure of the family and region is known."""
    try:
        codes = case.tables.codes.on(day, case.as_of)
    except TableGap:
        return False
    own = codes.get(line.code)
    region = own.region if own else ""
    days = look_back.sessions(case, codes, (family,), region)
    return bool(days) and days[0] < day


def _short_of(case: Case, line: Line, row: RecordRow, told: str, day: date) -> str:
    """What of the record falls short of the row; "" for nothing."""
    words, unit = row.item.replace("_", " "), ITEMS[row.item].unit
    if row.at_least is not None or row.at_most is not None:
        amount = in_own_unit(case.facts(row.item, line)[0])
        if amount is None:
            return f"{words} is recorded in a unit that does not convert to {unit}"
        said = f"{words} is recorded as {_plain(amount)} {unit}"
        if row.at_least is not None and amount < row.at_least:
            return f"{said}; the policy asks for at least {_plain(row.at_least)}"
        if row.at_most is not None and amount > row.at_most:
            return f"{said}; the policy allows at most {_plain(row.at_most)}"
    if row.one_of and told not in row.one_of:
        return f"{words} is recorded as {told.replace('_', ' ')}; the policy asks for {' or '.join(sorted(row.one_of))}"
    if row.within_days is not None:
        age = (day - date.fromisoformat(told)).days
        if age > row.within_days:
            return f"{words} is {told}, {age} days before the service; the policy looks back {row.within_days}"
    return ""


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
