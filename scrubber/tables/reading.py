"""The cells of a release file, and what makes a row of each table: its columns and how they are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from claims.claim import PayerType
from claims.evidence import ITEMS
from scrubber.tables.errors import UnreadableTable
from scrubber.tables.pairs import Layered
from scrubber.tables.rows import (
    BODY_REGIONS,
    PAYER_WANTS,
    AddonRow,
    AuthorizationRow,
    CodeRow,
    CoverageRow,
    DiagnosisRow,
    DrugRow,
    EnrolmentRow,
    ListedCode,
    ModifierRow,
    MueLimit,
    PayerRow,
    PlaceRow,
    PtpEdit,
    RecordRow,
)


class Cells:
    """One row of a release file; each reader says where the row stands when a value is not what it should be."""

    __slots__ = ("_row", "where")

    def __init__(self, row: Mapping[str, str], where: str) -> None:
        self._row, self.where = row, where

    def wrong(self, column: str, expected: str) -> UnreadableTable:
        """The error for a value that cannot be read."""
        return UnreadableTable(f"{self.where}, column {column}", found=repr(self._row[column]), expected=expected)

    def text(self, column: str) -> str:
        """The cell as it stands; may be empty."""
        return self._row[column]

    def maybe_whole(self, column: str) -> int | None:
        """A whole number, or None for an empty cell."""
        return self.whole(column) if self._row[column] else None

    def some_of(self, column: str, allowed: frozenset[str]) -> frozenset[str]:
        """Values of a closed list, parted by spaces; may be empty."""
        values = frozenset(self._row[column].split())
        if not values <= allowed:
            raise self.wrong(column, f"any of {', '.join(sorted(allowed))}")
        return values

    def given(self, column: str) -> str:
        """The cell, which must not be empty."""
        if not self._row[column]:
            raise self.wrong(column, "a value")
        return self._row[column]

    def words(self, column: str) -> list[str]:
        """The values of a cell that holds several, parted by spaces."""
        return self._row[column].split()

    def flag(self, column: str) -> bool:
        """A yes or a no."""
        return self.one_of(column, ("yes", "no")) == "yes"

    def one_of(self, column: str, allowed: Iterable[str]) -> str:
        """A value of a closed list."""
        value = self._row[column]
        if value not in allowed:
            raise self.wrong(column, ", ".join(a or "(empty)" for a in allowed))
        return value

    def whole(self, column: str) -> int:
        """A whole number, not negative."""
        value = self._row[column]
        if not (value.isascii() and value.isdigit()):
            raise self.wrong(column, "a whole number")
        return int(value)

    def day(self, column: str) -> date | None:
        """A day, or None for an empty cell."""
        value = self._row[column]
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            raise self.wrong(column, "a day such as 2024-07-01") from None

    def amount(self, column: str) -> Decimal | None:
        """Money in dollars, or None for an empty cell."""
        value = self._row[column]
        try:
            amount = Decimal(value) if value else None
        except InvalidOperation:
            amount = Decimal("NaN")
        if amount is not None and not (amount.is_finite() and amount >= 0):
            raise self.wrong(column, "an amount such as 125.00")
        return amount

    def span(self, first: str, last: str) -> tuple[date | None, date | None]:
        """The first and last day a row is valid, in this order."""
        start, end = self.day(first), self.day(last)
        if start and end and end < start:
            raise self.wrong(last, f"a day not before {first} ({start})")
        return start, end


Rows = Mapping[str, Any]
Read = Callable[[Iterable[Cells], date], Rows]  # the rows, and the day the release takes effect
Over = Callable[[Rows, Rows], Rows]  # the rows of a subset, over those it does not end


def _by_key(newer: Rows, older: Rows) -> Rows:
    return {**older, **newer}


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a table: its columns in order, and how its rows are read.

    `dated_by_release`: the rows take their first day from the release, so each release needs rows of its own.
    `over` lays the rows of a subset over those of the release before it. `optional` are the last columns, which a
    practice's own file, made before they came, may not have: they read as empty.
    """

    columns: tuple[str, ...]
    read: Read
    dated_by_release: bool = False
    over: Over = _by_key
    optional: tuple[str, ...] = ()


def _by(key: str, make: Callable[[Cells], Any]) -> Read:
    """A reader that files each row under one column, which must be unique."""

    def read(cells: Iterable[Cells], _effective: date) -> Rows:
        rows: dict[str, Any] = {}
        for c in cells:
            if c.given(key) in rows:
                raise c.wrong(key, "each only once")
            rows[c.text(key)] = make(c)
        return rows

    return read


UNCLASSIFIED = "other"  # in the family column: a code we know of, and do not count to any family
OTHERS_TOO = "contractor"  # among the primaries of an add-on code: Medicare's contractor takes others too


def _code(c: Cells) -> CodeRow:
    start, end = c.span("valid_from", "valid_to")
    family = c.given("family")
    return CodeRow(
        code=c.text("code"),
        label=c.given("label"),
        family="" if family == UNCLASSIFIED else family,
        region=c.given("region"),
        status=c.text("status"),
        is_addon=c.flag("is_addon"),
        bilateral=c.one_of("bilateral", ("", "0", "1", "2", "3", "9")),
        global_days=c.one_of("global_days", ("", "000", "010", "090", "MMM", "XXX", "YYY", "ZZZ")),
        pctc=c.text("pctc"),
        side_expected=c.one_of("side_expected", ("none", "side", "midline", "bilateral_code")),
        included_guidance=frozenset(c.words("included_guidance")),
        valid_from=start,
        valid_to=end,
        allowed_nonfacility=c.amount("allowed_nonfacility"),
        allowed_facility=c.amount("allowed_facility"),
        verified=c.flag("verified"),
        allowed_basis=c.one_of("allowed_basis", ("", "mpfs", "clfs_estimate", "asp_estimate")),
        allowed_year=c.whole("allowed_year") if c.text("allowed_year") else None,
        counterparts=tuple(c.words("counterparts")),
    )


def _ptp(cells: Iterable[Cells], effective: date) -> Rows:
    """Column 2 code -> column 1 code -> edit; one edit object for each indicator, since a release dates all of them."""
    edits = {indicator: PtpEdit(indicator, effective, None) for indicator in ("0", "1", "9")}
    rows: dict[str, dict[str, PtpEdit]] = {}
    for c in cells:
        edit = edits[c.one_of("indicator", edits)]
        pairs = rows.setdefault(c.given("column2"), {})
        for column1 in c.words("column1"):
            if column1 in pairs:
                raise UnreadableTable(c.where, found=f"the pair {column1} > {c.text('column2')} twice", expected="once")
            pairs[column1] = edit
    return rows


def _ptp_over(newer: Rows, older: Rows) -> Rows:
    if not (isinstance(newer, dict) and isinstance(older, dict)):  # a compiled file is not taken into memory
        return Layered(newer, older)
    return {column2: {**older.get(column2, {}), **newer.get(column2, {})} for column2 in {**older, **newer}}


def _addon(c: Cells) -> AddonRow:
    primaries = frozenset(c.given("primaries").split())
    return AddonRow(primaries - {OTHERS_TOO}, c.flag("verified"), OTHERS_TOO in primaries)


def _listed(c: Cells) -> ListedCode:
    start, end = c.span("valid_from", "valid_to")
    return ListedCode(c.text("code"), start, end, c.flag("verified"))


def _taxonomy(c: Cells) -> ListedCode:
    c.one_of("level", ("", "individual", "organization"))
    return _listed(c)


def _diagnosis(c: Cells) -> DiagnosisRow:
    start, end = c.span("valid_from", "valid_to")
    return DiagnosisRow(
        code=c.text("code"),
        billable=c.flag("billable"),
        valid_from=start,
        valid_to=end,
        side=c.one_of("side", ("none", "left", "right", "bilateral", "unspecified")),
        unspecified=c.flag("unspecified"),
        seventh_character=c.flag("seventh_character"),
        replacement=c.text("replacement"),
        verified=c.flag("verified"),
    )


def _modifier(c: Cells) -> ModifierRow:
    start, end = c.span("valid_from", "valid_to")
    return ModifierRow(
        modifier=c.text("modifier"),
        label=c.given("label"),
        kind=c.given("kind"),
        lifts_ptp=c.flag("lifts_ptp"),
        position_rank=c.whole("position_rank"),
        valid_from=start,
        valid_to=end,
        verified=c.flag("verified"),
        only_with=frozenset(c.words("only_with")),
        never_with=frozenset(c.words("never_with")),
    )


def _payer(c: Cells) -> PayerRow:
    patterns = tuple(p for p in c.text("name_patterns").split(";") if p)
    try:
        for pattern in patterns:
            re.compile(pattern)
    except re.error:
        raise c.wrong("name_patterns", "regular expressions parted by ;") from None
    return PayerRow(
        key=c.text("key"),
        name=c.given("name"),
        ids=tuple(c.words("ids")),
        name_patterns=patterns,
        type=c.one_of("type", tuple(PayerType)),
        timely_filing_days=c.maybe_whole("timely_filing_days"),
        verified=c.flag("verified"),
        wants=c.some_of("wants", PAYER_WANTS),
        corrected_claim_days=c.maybe_whole("corrected_claim_days"),
        member_id_pattern=_pattern(c, "member_id_pattern"),
        filing_indicators=frozenset(c.words("filing_indicators")),
    )


def _pattern(c: Cells, column: str) -> str:
    try:
        return re.compile(c.text(column)).pattern
    except re.error:
        raise c.wrong(column, "a regular expression") from None


def _coverage(cells: Iterable[Cells], _effective: date) -> Rows:
    """Procedure code -> every row that names it."""
    rows: dict[str, tuple[CoverageRow, ...]] = {}
    for c in cells:
        start, end = c.span("valid_from", "valid_to")
        row = CoverageRow(
            topic=c.given("topic"),
            role=c.one_of("role", ("supports", "excludes", "exempt")),
            diagnoses=tuple(c.given("diagnoses").split()),
            states=frozenset(c.words("states")),
            valid_from=start,
            valid_to=end,
            verified=c.flag("verified"),
            citation=c.given("citation"),
            url=c.given("url"),
        )
        for code in c.given("codes").split():
            rows[code] = (*rows.get(code, ()), row)
    return dict(rows)


def _coverage_over(newer: Rows, older: Rows) -> Rows:
    """A topic the newer release speaks of for a code and states takes the place of what the older one said of it."""
    rows = dict(older)
    for code, given in newer.items():
        said = {(row.topic, row.states) for row in given}
        rows[code] = (*given, *(row for row in older.get(code, ()) if (row.topic, row.states) not in said))
    return rows


def _regions(c: Cells) -> frozenset[str]:
    c.given("regions")
    return c.some_of("regions", BODY_REGIONS)


def _place(c: Cells) -> PlaceRow:
    kinds = ("office", "home", "telehealth", "hospital_outpatient", "inpatient", "emergency", "asc", "nursing")
    return PlaceRow(
        place=c.text("place"),
        label=c.given("label"),
        rate=c.one_of("rate", ("facility", "non_facility")),
        kind=c.one_of("kind", (*kinds, "laboratory", "other")),
        verified=c.flag("verified"),
    )


def _drug(c: Cells) -> DrugRow:
    kinds = ("steroid", "anesthetic", "botulinum", "hyaluronate", "contrast", "opioid", "sedative", "other")
    return DrugRow(
        code=c.text("code"),
        label=c.given("label"),
        per_unit=c.amount("per_unit"),
        measure=c.text("measure"),
        container=c.one_of("container", ("single_dose", "multi_dose", "either", "unknown")),
        kind=c.one_of("kind", kinds),
        verified=c.flag("verified"),
    )


def _enrolments(cells: Iterable[Cells], _effective: date) -> Rows:
    """NPI -> where the clinician stands with each payer."""
    rows: dict[str, tuple[EnrolmentRow, ...]] = {}
    for c in cells:
        start, end = c.span("valid_from", "valid_to")
        row = EnrolmentRow(
            npi=c.given("npi"),
            payer=c.given("payer"),
            group_npi=c.text("group_npi"),
            status=c.one_of("status", ("enrolled", "pending", "ended")),
            network=c.one_of("network", ("in", "out", "unknown")),
            valid_from=start,
            valid_to=end,
            taxonomy=c.text("taxonomy"),
            specialty=c.text("specialty"),
        )
        rows[row.npi] = (*rows.get(row.npi, ()), row)
    return dict(rows)


def _authorizations(cells: Iterable[Cells], _effective: date) -> Rows:
    """Code -> every demand that names it."""
    rows: dict[str, tuple[AuthorizationRow, ...]] = {}
    for c in cells:
        start, end = c.span("valid_from", "valid_to")
        if start is None:
            raise c.wrong("valid_from", "a day such as 2024-07-01")
        places, states = frozenset(c.words("places")), frozenset(c.words("states"))
        need, verified = c.one_of("need", ("required", "sometimes")), c.flag("verified")
        program = c.one_of("program", ("", "outpatient_department", "surgery_center", "wiser"))
        for code in c.words("codes"):
            demands = [
                AuthorizationRow(
                    code, payer, start, end, places, states, need, verified, c.given("citation"), c.text("url"), program
                )
                for payer in c.words("payer_types")
            ]
            rows[code] = (*rows.get(code, ()), *demands)
    return dict(rows)


def _authorizations_over(newer: Rows, older: Rows) -> Rows:
    """A demand of the newer release takes the place of the older one for the same payer, places and states."""
    rows = dict(older)
    for code, demands in newer.items():
        said = {(d.payer_type, d.places, d.states) for d in demands}
        kept = [d for d in older.get(code, ()) if (d.payer_type, d.places, d.states) not in said]
        rows[code] = (*demands, *kept)
    return rows


def _records(cells: Iterable[Cells], _effective: date) -> Rows:
    """Family -> the id of the rule that asks -> what it wants the record to say."""
    rows: dict[str, dict[str, tuple[RecordRow, ...]]] = {}
    for c in cells:
        start, end = c.span("valid_from", "valid_to")
        if start is None:
            raise c.wrong("valid_from", "a day such as 2024-07-01")
        item = ITEMS[c.one_of("item", ITEMS)]
        if not frozenset(c.words("one_of")) <= frozenset(item.choices or ("yes", "no")):
            raise c.wrong("one_of", ", ".join(item.choices or ("yes", "no")))
        for family in c.given("families").split():
            row = RecordRow(
                family=family,
                payer_types=c.some_of("payer_types", frozenset(PayerType)),
                item=c.text("item"),
                at_least=c.amount("at_least"),
                at_most=c.amount("at_most"),
                one_of=frozenset(c.words("one_of")),
                within_days=c.maybe_whole("within_days"),
                when=c.one_of("when", ("always", "repeat")),
                rule=c.given("rule"),
                valid_from=start,
                valid_to=end,
                verified=c.flag("verified"),
                citation=c.given("citation"),
                url=c.given("url"),
            )
            of_family = rows.setdefault(family, {})
            of_family[row.rule] = (*of_family.get(row.rule, ()), row)
    return rows


def _records_over(newer: Rows, older: Rows) -> Rows:
    """What the newer release says of an item for a family and kinds of payer takes the place of what the older said."""
    rows = {family: dict(of_family) for family, of_family in older.items()}
    for family, by_rule in newer.items():
        of_family = rows.setdefault(family, {})
        for rule_id, given in by_rule.items():
            said = {(row.item, row.payer_types) for row in given}
            kept = [row for row in of_family.get(rule_id, ()) if (row.item, row.payer_types) not in said]
            of_family[rule_id] = (*given, *kept)
    return rows


def _columns(names: str) -> tuple[str, ...]:
    return tuple(names.split())


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "codes": Form(
            _columns(
                "code label family region status is_addon bilateral global_days pctc side_expected included_guidance "
                "valid_from valid_to allowed_nonfacility allowed_facility allowed_basis allowed_year verified"
            ),
            _by("code", _code),
            optional=_columns("counterparts"),
        ),
        "ptp": Form(_columns("column2 indicator column1"), _ptp, dated_by_release=True, over=_ptp_over),
        "mue": Form(
            _columns("code units mai"),
            _by("code", lambda c: MueLimit(c.whole("units"), c.one_of("mai", ("1", "2", "3")))),
        ),
        "addons": Form(
            _columns("code primaries verified"),
            _by("code", _addon),
        ),
        "icd10": Form(
            _columns("code billable valid_from valid_to side unspecified seventh_character replacement verified"),
            _by("code", _diagnosis),
        ),
        "modifiers": Form(
            _columns("modifier label kind lifts_ptp position_rank valid_from valid_to verified"),
            _by("modifier", _modifier),
            optional=_columns("only_with never_with"),
        ),
        "payers": Form(
            _columns("key name ids name_patterns type timely_filing_days verified"),
            _by("key", _payer),
            optional=_columns("wants corrected_claim_days member_id_pattern filing_indicators"),
        ),
        "coverage": Form(
            _columns("topic codes role diagnoses states valid_from valid_to verified citation url"),
            _coverage,
            over=_coverage_over,
        ),
        "excludes1": Form(
            _columns("code excludes"),
            _by("code", lambda c: tuple(c.given("excludes").split())),
        ),
        "regions": Form(_columns("code regions"), _by("code", _regions)),
        "places": Form(_columns("place label rate kind verified"), _by("place", _place)),
        "drugs": Form(_columns("code label per_unit measure container kind verified"), _by("code", _drug)),
        "enrolments": Form(
            _columns("npi payer group_npi status network valid_from valid_to taxonomy specialty"), _enrolments
        ),
        "records": Form(
            _columns(
                "families payer_types item at_least at_most one_of within_days when rule valid_from valid_to verified "
                "citation url"
            ),
            _records,
            over=_records_over,
        ),
        "carc": Form(_columns("code valid_from valid_to modified verified"), _by("code", _listed)),
        "rarc": Form(_columns("code valid_from valid_to modified verified"), _by("code", _listed)),
        "taxonomies": Form(_columns("code level valid_from valid_to verified"), _by("code", _taxonomy)),
        "authorizations": Form(
            _columns("codes payer_types valid_from valid_to places states need verified citation url"),
            _authorizations,
            over=_authorizations_over,
            optional=_columns("program"),
        ),
    }
)
