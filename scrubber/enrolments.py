"""Where a clinician or facility stands with the claim's payer, by the practice's own enrolment file.

The file comes from the practice's credentialing and ships empty: a practice that keeps none is told so once of the
claim, and one that keeps it learns which NPI it leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from scrubber.payer_profile import profile
from scrubber.registry import Case, Gap
from scrubber.tables import TableGap
from scrubber.tables.rows import EnrolmentRow

NO_FILE = Gap(("enrolment record",), "no enrolment file of the practice is here", of_claim=True)


def kept(case: Case) -> bool:
    """True where the practice keeps an enrolment file at all."""
    return bool(_file(case))


def of_payer(case: Case, npi: str) -> Sequence[EnrolmentRow]:
    """The rows of an NPI with the claim's payer, by its key in the payer table or by its kind."""
    file = _file(case)
    rows = file.get(npi) if file and npi else None
    if not rows:
        return ()
    row = profile(case)
    names = {case.payer_type, row.key if row else ""}
    return [row for row in rows if row.payer in names]


def holds(row: EnrolmentRow, day: date) -> bool:
    """True on the days of service the row speaks for."""
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)


def left_out(npi: str) -> Gap:
    """The answer of a rule that looked for an NPI the file does not have with this payer."""
    who = f"NPI {npi}" if npi else "a provider without an NPI"
    return Gap(("enrolment record",), f"the enrolment file has no row of {who} with this payer", of_claim=True)


def _file(case: Case) -> Mapping[str, tuple[EnrolmentRow, ...]]:
    return case.once_of(_read)


def _read(case: Case) -> Mapping[str, tuple[EnrolmentRow, ...]]:
    try:
        return case.tables.enrolments.on(case.first_service or case.as_of, case.as_of).rows
    except TableGap:
        return {}
