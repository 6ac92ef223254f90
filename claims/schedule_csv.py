"""Services a practice has scheduled, from a CSV file: each row a claim of one line, as it would be billed.

The columns are described in docs/authorizations.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from claims.authorization_csv import PRIVATE, SIDES, WHOSE, code_of, whose_in
from claims.cells import Cells, read_rows
from claims.claim import Address, Claim, Evidence, Line, Payer, Provider, Subscriber
from claims.entries import STAGES
from claims.errors import UnreadableInput
from claims.kinds import type_of_payer

COLUMNS = (
    "record_ref", *WHOSE, "date", "code", "units", "side", "modifiers", "payer", "payer_name", "filing_indicator",
    "place", "state", "npi", "stage",
)  # fmt: skip
REQUIRED = ("date", "code", "payer")
_MODIFIER = {"left": "LT", "lt": "LT", "right": "RT", "rt": "RT", "both": "50", "50": "50"}


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A planned service as a claim, with the practice's own reference and the stage it is planned as."""

    claim: Claim
    record_ref: str = ""
    stage: str = ""
    place: str = ""  # where it stands in its file


def read_schedule(lines: Iterable[str], name: str) -> tuple[list[Scheduled], list[UnreadableInput]]:
    """The scheduled services of a file, and what was wrong with the rows left out.

    Raises UnreadableFile where a required column is missing.
    """
    numbers = count(1)

    def read(row: Cells) -> Scheduled:
        return _scheduled(row, next(numbers))

    return read_rows(lines, name, read, columns=COLUMNS, required=REQUIRED, private=PRIVATE)


def _scheduled(row: Cells, number: int) -> Scheduled:
    day = row.day("date")
    for column in REQUIRED:
        if not row.text(column):
            raise row.wrong(column, "a value")
    side = row.one_of("side", SIDES)
    modifiers = [*row.text("modifiers").upper().split(), *([_MODIFIER[side]] if side else [])]
    stage, whose, npi = row.one_of("stage", STAGES), whose_in(row), row.text("npi")
    line = Line(
        number=1,
        code=code_of(row),
        charge=Decimal(0),
        units=row.amount("units") or Decimal(1),
        service_from=day,
        modifiers=tuple(dict.fromkeys(modifiers)),
    )
    filing = row.text("filing_indicator").upper()
    intent = stage if stage in ("trial", "permanent") else ""
    claim = Claim(
        id=row.text("claim_id") or f"planned {number}",
        charge=Decimal(0),
        payer=Payer(row.text("payer"), row.text("payer_name"), filing, type_of_payer(filing)),
        billing=Provider(npi=npi, address=Address(state=row.text("state").upper())),
        subscriber=Subscriber(whose.person, whose.member_id),
        patient=whose.person,
        diagnoses=(),
        lines=(line,),
        place_of_service=row.text("place"),
        medical_record_number=whose.record_number,
        evidence=(Evidence("intent", intent, line=1),) if intent else (),
    )
    return Scheduled(claim, row.text("record_ref"), stage, row.where)
