"""NCC-012: a stimulator or pump is programmed on the day it is implanted."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, pain_pairs, places
from scrubber.registry import Answer, Case, Citation, RemedyKind, Severity, rule
from scrubber.tables.rows import CodeRow

_DEVICES = frozenset({"scs", "pns", "pump"})
_WORDS = pain_pairs.Words(
    why="setting the device on the day it is put in is part of putting it in",
    remedy="Do not bill the analysis or refill of the day of the operation. Only where the record shows that it was "
    "separate, such as the reading of another device or at another encounter, does a modifier say how (XU, XE; 59 "
    "where the payer takes no X modifier).",
    requires="the record shows an analysis separate from the operation",
)


@rule(
    "NCC-012",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97", "236"),
    citation=Citation(
        "NCCI Policy Manual for Medicare, chapter VIII (nervous system): programming with the implant",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-policy-manual",
    ),
    place=places.PROCEDURE,
    remedy=_WORDS.remedy,
    remedy_kind=RemedyKind.DO_NOT_BILL,
    requires=_WORDS.requires,
    payer_types=ncci.PAYER_TYPES,
    supersedes=("NCC-001", "NCC-002"),
    families=("neurostim_analysis", "pump_service"),
)
def programming_on_the_day_of_the_implant(case: Case, line: Line) -> Iterable[Answer]:
    """The analysis of a stimulator, or the filling of a pump, is billed on the day of its implantation.

    Testing and setting the device is part of the operation. The verdict is the PTP table's of the day.
    """
    return pain_pairs.answers(case, line, _a_device, _WORDS)


def _a_device(_row: CodeRow, beside: CodeRow) -> bool:
    return beside.family in _DEVICES
