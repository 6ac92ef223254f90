"""NCC-005: two epidural injections of one region on one day."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, pain_pairs, places
from scrubber.registry import Answer, Case, Citation, RemedyKind, Severity, rule
from scrubber.tables.rows import CodeRow

_EPIDURALS = ("esi_interlaminar", "esi_transforaminal", "esi_catheter")
_WORDS = pain_pairs.Words(
    why="they are two ways into the epidural space of one region, and one is paid at a level",
    remedy="Ask the clinician which levels were injected, and how. At one level only one way in is billed. Only where "
    "the record shows another level, by its name, does XS (59 where the payer takes no X modifier) say so.",
    requires="the record names another level for each injection",
    by_side=True,
)


@rule(
    "NCC-005",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97", "236"),
    citation=Citation(
        "CMS, Medicare NCCI procedure-to-procedure edits between epidural injections",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-procedure-procedure-ptp-edits",
    ),
    place=places.MODIFIERS,
    remedy=_WORDS.remedy,
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires=_WORDS.requires,
    payer_types=ncci.PAYER_TYPES,
    supersedes=("NCC-001", "NCC-002"),
    families=_EPIDURALS,
)
def two_ways_into_one_epidural_space(case: Case, line: Line) -> Iterable[Answer]:
    """Two epidural injections are billed that NCCI takes to be one: two ways in, or with and without imaging.

    The verdict is the PTP table's of the day. Where an injection through the foramen carries only its side, the edit
    is passed, yet the injection in the middle has no side it could differ from: there the rule warns.
    """
    return pain_pairs.answers(case, line, _both_epidural, _WORDS)


def _both_epidural(_row: CodeRow, beside: CodeRow) -> bool:
    return beside.family in _EPIDURALS
