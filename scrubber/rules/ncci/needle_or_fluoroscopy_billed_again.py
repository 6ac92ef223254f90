"""NCC-011: an injection's own needle or fluoroscopy billed beside it."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, pain_pairs, places
from scrubber.registry import Answer, Case, Citation, RemedyKind, Severity, rule
from scrubber.tables.rows import CodeRow

_NO_PROCEDURE = frozenset({"em", "anesthesia", "sedation", "injection_admin", "imaging_guidance"})
_WORDS = pain_pairs.Words(
    why="giving the drug and looking with fluoroscopy are part of the procedure",
    remedy="Do not bill it where it was the procedure's own injection or fluoroscopy. Only where the record shows "
    "another drug, given another way for a reason of its own, is it separate: XS or XU (59 where the payer takes no X "
    "modifier) says so.",
    requires="the record shows another drug or another look, and its reason",
)


@rule(
    "NCC-011",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97", "236"),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter XI, and the PTP edits of 96372, 96374 and 76000",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.PROCEDURE,
    remedy=_WORDS.remedy,
    remedy_kind=RemedyKind.DO_NOT_BILL,
    requires=_WORDS.requires,
    payer_types=ncci.PAYER_TYPES,
    supersedes=("NCC-001", "NCC-002"),
    families=("injection_admin",),
    codes=("76000",),
)
def needle_or_fluoroscopy_billed_again(case: Case, line: Line) -> Iterable[Answer]:
    """The giving of a drug, or fluoroscopy on its own, is billed beside a procedure that holds it.

    An epidural or joint injection is itself the giving of the drug, and its imaging is in its code or in the guidance
    codes made for it. The verdict is the PTP table's of the day.
    """
    return pain_pairs.answers(case, line, _a_procedure, _WORDS)


def _a_procedure(_row: CodeRow, beside: CodeRow) -> bool:
    return beside.family not in _NO_PROCEDURE
