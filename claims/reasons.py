"""Why payers deny, in the words a biller uses, and which CARC or RARC means which.

The table itself is `claims/denial_codes.csv` (each row with its source); a practice may replace it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from claims.errors import UnreadableInput


class Reason(StrEnum):
    """A root cause of denial: findings, features, labels and explanations all speak these words."""

    AUTHORIZATION = "authorization"
    ELIGIBILITY = "eligibility"
    MEDICAL_NECESSITY = "medical_necessity"
    DOCUMENTATION = "documentation"
    MODIFIER = "modifier"
    BUNDLING = "bundling"
    CODING = "coding"
    FREQUENCY = "frequency"
    TIMELY_FILING = "timely_filing"
    DUPLICATE = "duplicate"
    COORDINATION = "coordination"
    ENROLMENT = "enrolment"
    PATIENT_INFO = "patient_info"
    SUBMISSION_ERROR = "submission_error"
    PAYER_HABIT = "payer_habit"  # history that no cause explains: only features speak it
    CLAIM_CONTENT = "claim_content"  # what is billed, as such: only features speak it
    OTHER = "other"

    __hash__ = str.__hash__  # that of the word it equals, and without the call into Enum that every look-up would make


SHIPPED_CODES = Path(__file__).with_name("denial_codes.csv")
COLUMNS = (
    "kind", "code", "groups", "refines", "reason", "by_remark", "is_denial", "fixability", "words", "remedy",
    "start", "end", "citation", "verified",
)  # fmt: skip
NOT_PAYER_SPEECH = (Reason.PAYER_HABIT, Reason.CLAIM_CONTENT)  # only features speak them, no CARC means them


@dataclass(frozen=True, slots=True)
class DenialCode:
    """A group code, CARC or RARC, in our own short words (X12 owns its own).

    `groups`: the CAS groups the row speaks for; empty speaks for every group that no other row of the code names.
    `standing`: yes a denial; no; partial, a reduction that leaves the line paid; pending, not decided yet. It is empty
    for a RARC, which decides nothing. `by_remark`: the CARC leaves its cause to the remark codes. `refines`: the CARCs
    a RARC is usually seen with, for people. `verified` is about the code and its dates; words, reason and remedy are
    our judgement.
    """

    kind: str  # GROUP, CARC, RARC
    code: str
    groups: frozenset[str]
    refines: frozenset[str]
    reason: Reason | None
    by_remark: bool
    standing: str
    fixability: str  # high, medium, low
    words: str
    remedy: str
    start: date | None
    end: date | None
    citation: str
    verified: bool


class DenialCodes:
    """The table of CARCs and RARCs: what denies, and for which Reason.

    What is decided here, and may be decided otherwise by a practice's own table:

    - CARC 16, 96, 125, 129, 226, 227, 252 and A1 name no cause. The first remark code with a Reason gives it, a precise
      one before `submission_error` (MA130 stands beside nearly every other). Without one: the row's own Reason.
    - CARC 11 (diagnosis and procedure do not fit) is `coding`: the fix is a pointer or a code. 50 and 167 are
      `medical_necessity`.
    - 45, 253, 1, 2, 3 and 23 never deny. 22 denies (another payer comes first), but with group OA it is an amount
      that coordination of benefits left to another payer. A patient-billed denial (PR with 96, 204, 50 ...) denies.
    - 59, 186, B10 and B22 reduce: `partial`, no denial. 133 and 257 are `pending`.
    - Group CR corrects an earlier decision and decides nothing.
    - A CARC we do not hold denies with CO or PI, where the provider bears it for a cause we do not know, and not
      with PR or OA, where it is most often a share or a transfer. Its Reason is a remark's, else `other`.
    """

    def __init__(self, rows: Iterable[DenialCode]) -> None:
        self.rows = tuple(rows)
        self._carcs: dict[tuple[str, str], DenialCode] = {}
        self._remarks: dict[str, Reason | None] = {}
        self._groups: dict[str, DenialCode] = {}
        self._families: dict[str, str] = {}
        for row in self.rows:
            if row.kind == "CARC":
                self._carcs.update({(row.code, group): row for group in row.groups or ("",)})
                family = row.reason.value if row.standing == "yes" and row.reason else ""
                self._families[row.code] = self._families.get(row.code) or family
            elif row.kind == "RARC":
                self._remarks[row.code] = row.reason
            else:
                self._groups[row.code] = row

    @classmethod
    def load(cls, path: Path | None = None) -> DenialCodes:
        """The table of a file with the columns of `claims/denial_codes.csv`; None: the one we ship.

        Raises UnreadableInput with line and column.
        """
        path = path or SHIPPED_CODES
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise UnreadableInput(
                    path.name, found=f"columns {', '.join(reader.fieldnames or ())}", expected=", ".join(COLUMNS)
                )
            rows = [_row(f"{path.name}, line {reader.line_num}", record) for record in reader]
        seen: set[tuple[str, str, str]] = set()
        for row in rows:
            for key in [(row.kind, row.code, group) for group in row.groups or ("",)]:
                if key in seen:
                    raise UnreadableInput(path.name, found=f"two rows for {' '.join(key).strip()}", expected="one")
                seen.add(key)
        return cls(rows)

    def carc(self, group: str, carc: str) -> DenialCode | None:
        """The row of a CARC as this group uses it; None for a CARC we do not hold."""
        return self._carcs.get((carc, group)) or self._carcs.get((carc, ""))

    def standing(self, group: str, carc: str) -> str:
        """What the adjustment is: yes (a denial), no, partial or pending."""
        named = self._groups.get(group)
        if named is not None and named.standing == "no":
            return "no"
        row = self.carc(group, carc)
        if row is None:
            return "no" if group in ("PR", "OA") or not carc else "yes"
        return row.standing

    def is_denial(self, group: str, carc: str) -> bool:
        """True when the adjustment refuses payment, whoever bears it."""
        return self.standing(group, carc) == "yes"

    def reason_of(self, group: str, carc: str, rarcs: Iterable[str] = ()) -> Reason:
        """The root cause the payer names, by the CARC or, where that leaves it open, by the remark codes."""
        row = self.carc(group, carc)
        if row is not None and not row.by_remark:
            return row.reason or Reason.OTHER
        named = [reason for reason in (self._remarks.get(rarc) for rarc in rarcs) if reason is not None]
        precise = [reason for reason in named if reason is not Reason.SUBMISSION_ERROR]
        if precise or named:
            return (precise or named)[0]
        return (row.reason if row is not None else None) or Reason.OTHER

    def family(self, carc: str) -> str:
        """The class of a CARC for the model of causes: its Reason without remark; "" when it never denies."""
        return self._families.get(carc, Reason.OTHER.value)


@cache
def shipped_codes() -> DenialCodes:
    """The table that comes with the product, read once."""
    return DenialCodes.load()


def reason_of(group: str, carc: str, rarcs: Iterable[str] = ()) -> Reason:
    """The root cause a payer names by a CARC and its remark codes.

    >>> reason_of("CO", "197"), reason_of("CO", "16", ["MA130", "M62"]), reason_of("CO", "252").value
    (<Reason.AUTHORIZATION: 'authorization'>, <Reason.AUTHORIZATION: 'authorization'>, 'documentation')
    """
    return shipped_codes().reason_of(group, carc, rarcs)


def is_denial(group: str, carc: str) -> bool:
    """True when an adjustment with this group and CARC refuses payment.

    >>> is_denial("CO", "45"), is_denial("PR", "1"), is_denial("OA", "22"), is_denial("CO", "22"), is_denial("PR", "96")
    (False, False, False, True, True)
    """
    return shipped_codes().is_denial(group, carc)


def carc_family(carc: str) -> str:
    """The class of a CARC for the model of causes; "" when it never denies.

    >>> carc_family("197"), carc_family("16"), carc_family("45")
    ('authorization', 'submission_error', '')
    """
    return shipped_codes().family(carc)


def _row(where: str, record: Mapping[str, str]) -> DenialCode:
    if None in record or None in record.values():
        raise UnreadableInput(where, found="too many or too few values", expected=f"{len(COLUMNS)} values")
    kind = _one_of(where, record, "kind", ("GROUP", "CARC", "RARC"))
    reason = _one_of(where, record, "reason", ("", *(r.value for r in Reason if r not in NOT_PAYER_SPEECH)))
    standings = ("yes", "no", "partial", "pending") if kind == "CARC" else ("", "no")
    standing = _one_of(where, record, "is_denial", standings)
    if standing == "yes" and not reason:
        raise UnreadableInput(f"{where}, column reason", found="nothing", expected="the reason of a denial")
    return DenialCode(
        kind=kind,
        code=record["code"],
        groups=frozenset(record["groups"].split()),
        refines=frozenset(record["refines"].split()),
        reason=Reason(reason) if reason else None,
        by_remark=_one_of(where, record, "by_remark", ("yes", "")) == "yes",
        standing=standing,
        fixability=_one_of(where, record, "fixability", ("high", "medium", "low", "")),
        words=record["words"],
        remedy=record["remedy"],
        start=_day(where, record, "start"),
        end=_day(where, record, "end"),
        citation=record["citation"],
        verified=_one_of(where, record, "verified", ("true", "false")) == "true",
    )


def _one_of(where: str, record: Mapping[str, str], column: str, allowed: Iterable[str]) -> str:
    value = record[column]
    if value not in allowed:
        expected = ", ".join(a or "(empty)" for a in allowed)
        raise UnreadableInput(f"{where}, column {column}", found=repr(value), expected=expected)
    return value


def _day(where: str, record: Mapping[str, str], column: str) -> date | None:
    try:
        return date.fromisoformat(record[column]) if record[column] else None
    except ValueError:
        raise UnreadableInput(
            f"{where}, column {column}", found=repr(record[column]), expected="a day such as 2024-07-01"
        ) from None
