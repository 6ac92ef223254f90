"""A practice's own list of its approvals, from a CSV file; a row that cannot be read does not cost the others.

One row is one code of one approval. The columns are described in docs/authorizations.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from claims.cells import Cells, read_rows
from claims.claim import Authorization, AuthorizedCode, Person
from claims.entries import DECISIONS, STAGES, Entry
from claims.errors import UnreadableInput
from claims.records import Whose

WHOSE = ("record_number", "last_name", "first_name", "birth_date", "sex", "member_id", "claim_id")
COLUMNS = (
    "record_ref", *WHOSE, "payer", "number", "request", "decision", "decided_on", "recorded_on", "recorded_by",
    "from", "to", "code", "units", "side", "npi", "place", "stage", "follows",
)  # fmt: skip
REQUIRED = ("decision",)
PRIVATE = frozenset({*WHOSE, "record_ref"})
SIDES = ("left", "right", "both", "lt", "rt", "50")
_SAME = {"lt": "left", "rt": "right", "50": "both"}


def read_authorizations(
    lines: Iterable[str], name: str, today: date, payer: str = ""
) -> tuple[list[Entry], list[UnreadableInput]]:
    """The entries of a file, and what was wrong with what was left out.

    `today` stands in a row without `recorded_on`, `payer` in one without `payer`. Raises UnreadableFile where the
    columns are not those of `COLUMNS`.
    """

    def read(row: Cells) -> Entry:
        return entry_of(row, name, today, payer)

    return read_rows(lines, name, read, columns=COLUMNS, required=REQUIRED, private=PRIVATE)


def entry_of(row: Cells, name: str, today: date, payer: str) -> Entry:
    """The entry of one row."""
    decision = row.one_of("decision", tuple(DECISIONS))
    if not decision:
        raise row.wrong("decision", f"one of {', '.join(DECISIONS)}")
    first, last = row.day("from"), row.day("to")
    if first and last and last < first:
        raise row.wrong("to", f"a day not before {first}")
    recorded_on = row.day("recorded_on")
    if recorded_on and recorded_on > today:
        raise row.wrong("recorded_on", f"a day not after {today}: what is recorded later is not known yet")
    day = recorded_on or today
    held = Authorization(
        number=row.text("number"),
        payer_id=row.text("payer") or payer,
        status=DECISIONS[decision],
        decided_on=row.day("decided_on"),
        recorded_on=day,
        valid_from=first,
        valid_to=last,
        codes=codes_in(row),
        npi=row.text("npi"),
        place=row.text("place"),
    )
    if decision in ("approved", "partial") and not held.number:
        raise row.wrong("number", "the number of the approval", "A request without one is `pending`.")
    return Entry(
        day,
        whose_in(row),
        held,
        decision=decision,
        request=row.text("request"),
        stage=row.one_of("stage", STAGES),
        follows=row.text("follows"),
        claim_id=row.text("claim_id"),
        record_ref=row.text("record_ref"),
        recorded_by=row.text("recorded_by"),
        source="csv",
        place=row.where,
        answer=f"{name} {day}",
        dated=recorded_on is not None,
    )


def codes_in(row: Cells) -> tuple[AuthorizedCode, ...]:
    """The code of a row with its units and side; none where it names none."""
    units, side = row.amount("units"), row.one_of("side", SIDES)
    if row.text("code"):
        return (AuthorizedCode(code_of(row), units, _SAME.get(side, side)),)
    if units is not None or side:
        raise row.wrong("code", "the code that the units or the side are of")
    return ()


def code_of(row: Cells) -> str:
    """A procedure code: five letters and digits."""
    code = row.text("code").upper()
    if not (len(code) == 5 and code.isascii() and code.isalnum()):
        raise row.wrong("code", "one procedure code such as 64493", "Give a second code a row of its own.")
    return code


def whose_in(row: Cells) -> Whose:
    """Of whom the row is."""
    sex = row.one_of("sex", ("f", "m", "u")).upper()
    person = Person(row.text("last_name"), row.text("first_name"), birth_date=row.day("birth_date"), sex=sex)
    return Whose(
        person if (person.last_name or person.first_name or person.birth_date) else Person(),
        member_id=row.text("member_id"),
        record_number=row.text("record_number"),
    )
