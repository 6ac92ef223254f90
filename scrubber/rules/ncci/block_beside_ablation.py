"""NCC-006: a block of the nerves that are destroyed on the same day."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, pain_pairs, places
from scrubber.registry import Answer, Case, Citation, RemedyKind, Severity, rule
from scrubber.tables.rows import CodeRow

# Family of the block -> family of the ablation of the same nerves
_ABLATION = {"facet_injection": "facet_rfa", "facet_injection_us": "facet_rfa", "genicular": "genicular_rfa"}
_WORDS = pain_pairs.Words(
    why="numbing the nerves is part of destroying them",
    remedy="Do not bill the block where it numbed the nerves that were destroyed. Only where the record shows it at "
    "another level or on the other side, and why, is it a service of its own: XS (59 where the payer takes no X "
    "modifier) says so.",
    requires="the record shows the block at another level or side than the ablation",
    by_side=True,
)


@rule(
    "NCC-006",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97", "236"),
    citation=Citation(
        "CMS, Medicare NCCI procedure-to-procedure edits between nerve destruction and blocks",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-procedure-procedure-ptp-edits",
    ),
    place=places.MODIFIERS,
    remedy=_WORDS.remedy,
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires=_WORDS.requires,
    payer_types=ncci.PAYER_TYPES,
    supersedes=("NCC-001", "NCC-002"),
    families=tuple(_ABLATION),
)
def block_beside_ablation(case: Case, line: Line) -> Iterable[Answer]:
    """A block is billed beside the ablation of nerves of the same kind.

    The anaesthetic before the ablation is part of it. The verdict is the PTP table's of the day; where only the side
    lifts the edit and both were on the same side, the rule warns.
    """
    return pain_pairs.answers(case, line, _same_nerves, _WORDS)


def _same_nerves(row: CodeRow, beside: CodeRow) -> bool:
    return beside.family == _ABLATION.get(row.family)
