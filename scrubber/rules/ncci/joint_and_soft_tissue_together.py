"""NCC-007: joint, tendon and trigger point injections of one day."""

from __future__ import annotations

from collections.abc import Iterable

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, pain_pairs, places
from scrubber.registry import Answer, Case, Citation, RemedyKind, Severity, rule
from scrubber.tables.rows import CodeRow

_INJECTIONS = ("joint_injection", "tendon_ligament", "trigger_point", "dry_needling")
_WORDS = pain_pairs.Words(
    why="at one site they are one injection",
    remedy="Ask the clinician which joint, tendon or muscle each needle went to. At one site only the first code is "
    "billed. Only where the record names another site does XS (59 where the payer takes no X modifier) say so.",
    requires="the record names another joint, tendon or muscle for each injection",
    by_side=True,
)


@rule(
    "NCC-007",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97", "236"),
    citation=Citation(
        "CMS, Medicare NCCI procedure-to-procedure edits between injections of joints, tendons and muscles",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-procedure-procedure-ptp-edits",
    ),
    place=places.MODIFIERS,
    remedy=_WORDS.remedy,
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires=_WORDS.requires,
    payer_types=ncci.PAYER_TYPES,
    supersedes=("NCC-001", "NCC-002"),
    families=_INJECTIONS,
)
def joint_and_soft_tissue_together(case: Case, line: Line) -> Iterable[Answer]:
    """Injections of a joint, tendon or trigger point are billed together that NCCI takes to be one.

    The verdict is the PTP table's of the day. A shoulder and a knee of one side are two sites, but the side does not
    say so: where only the side lifts the edit and it is the same for both, the rule warns.
    """
    return pain_pairs.answers(case, line, _both_injections, _WORDS)


def _both_injections(_row: CodeRow, beside: CodeRow) -> bool:
    return beside.family in _INJECTIONS
