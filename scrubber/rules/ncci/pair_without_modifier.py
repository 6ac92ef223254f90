"""NCC-002: two codes paid together only where a modifier says why."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.ncci import Pair
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "NCC-002",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97", "236"),
    citation=Citation(
        "CMS, Medicare NCCI procedure-to-procedure edits, modifier indicator 1; 59 and X modifiers on either column "
        "since 2019-07-01 (CR 11168)",
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/medicare-ncci-procedure-procedure-ptp-edits",
    ),
    place=places.MODIFIERS,
    remedy="Ask the clinician: was this a separate site, encounter or clinician? If the record shows it, add the "
    "modifier that says so (XS, XE, XP, XU, or 59 where the payer takes no X modifier); if not, do not bill it.",
    remedy_kind=RemedyKind.ASK_CLINICIAN,
    requires="the record shows a separate site, so that XS is true; XE, XP or XU where one of those is true instead",
    payer_types=ncci.PAYER_TYPES,
)
def pair_without_modifier(case: Case, line: Line) -> Iterator[Answer]:
    """A code is billed beside one that includes it, and no modifier says that it was separate.

    NCCI takes the column 2 code to be part of the column 1 code of the same day and clinician, unless an
    NCCI-associated modifier says otherwise. Medicare and Medicare Advantage deny; other payers follow these edits or
    edits of their own, so there the rule warns.
    """
    bare: list[Pair] = []
    unsure: list[Pair] = []
    for pair in ncci.pairs(case, line):
        lifted = ncci.lifted(case, pair)
        if pair.indicator == "1" and not lifted:
            (unsure if lifted is None else bare).append(pair)
    if bare:
        yield _hit(case, line, bare)
    elif unsure:
        carried = ", ".join(sorted(line.modifiers))
        yield Gap(("modifiers table",), f"whether {carried} lifts the pair is not in the modifier table")
    gap = ncci.blind_spot(case, line)
    if gap:
        yield gap


def _hit(case: Case, line: Line, bare: list[Pair]) -> Hit:
    beside = ", ".join(f"{pair.column1.code} (line {pair.column1.number})" for pair in bare)
    message = f"{line.code} is part of {beside} unless a modifier says it was separate (NCCI indicator 1)."
    severity = ncci.severity(case.payer_type)
    if not ncci.is_visit(ncci.code_row(case, line)):
        return Hit(message, severity=severity, change=Change("add_modifier", line.number, "XS"))
    return Hit(
        message,
        severity=severity,
        remedy="Ask the clinician: was the visit significant and separate? If the note shows it, add the visit "
        "modifier that says so (25 beside a minor procedure, 57 where it was the decision for a major one, 24 in an "
        "unrelated global period); if not, do not bill the visit.",
        requires="the note shows a significant visit, separate from the procedure",
        change=None,  # which of the three is true only the note can say
    )
