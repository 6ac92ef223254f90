"""Every table the rules may read, each with its dated releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from claims.claim import Claim, PayerType
from scrubber.tables.release import Release, Table, TableGap
from scrubber.tables.rows import (
    AddonRow,
    AuthorizationRow,
    CodeRow,
    DiagnosisRow,
    ModifierRow,
    MueLimit,
    PayerRow,
    PtpEdit,
)

__all__ = ["Release", "Table", "TableGap", "TableStatus", "Tables"]


class TableStatus(NamedTuple):
    """What an answer says of a table: release, coverage, age in days on the day of service, and whether it is stale."""

    name: str
    release: str
    effective: date
    published: date
    coverage: str  # complete | subset
    age_days: int
    stale: bool


@dataclass(frozen=True)
class Tables:
    """The tables, read once at start-up."""

    codes: Table[CodeRow]
    ptp: Table[dict[str, PtpEdit]]  # column 2 code -> column 1 code -> edit
    mue: Table[MueLimit]
    addons: Table[AddonRow]
    icd10: Table[DiagnosisRow]
    modifiers: Table[ModifierRow]
    payers: Table[PayerRow]
    authorizations: Table[tuple[AuthorizationRow, ...]]  # by code

    def payer_type(self, claim: Claim) -> PayerType:
        """What kind of payer decides: the claim's own word, refined by the payer table (by id, then by name)."""
        raise NotImplementedError

    def family(self, code: str) -> str:
        """The family of a code in the newest release of the code table; "" when it is not there."""
        raise NotImplementedError

    def status(self, day: date, as_of: date) -> list[TableStatus]:
        """Which release of each table speaks for a day of service, and how old it is."""
        raise NotImplementedError
