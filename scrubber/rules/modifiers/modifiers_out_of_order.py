"""MOD-015: modifiers in another order than payers read them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from claims.claim import Line
from claims.reasons import Reason
from scrubber import places
from scrubber.registry import ANY_MODIFIER, Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "MOD-015",
    severity=Severity.INFO,
    reason=Reason.MODIFIER,
    carcs=("4",),
    citation=Citation(
        "NUCC, 1500 Claim Form Reference Instruction Manual, item 24D, and contractors' guidance on modifier order",
        "https://www.nucc.org/images/stories/PDF/1500_claim_form_instruction_manual_2012_02-v12.pdf",
    ),
    place=places.MODIFIERS,
    remedy="Put the modifiers that change the price first, then those of a policy, then side and information.",
    remedy_kind=RemedyKind.CORRECT,
    requires="each modifier is true of the service",
    confidence="medium",
    modifiers=ANY_MODIFIER,
    settled=True,
)
def modifiers_out_of_order(case: Case, line: Line) -> Iterator[Hit]:
    """The modifiers of a line do not stand in the order payers read them: price, then policy, then side.

    Some payers price by the first modifier alone, so that a side before 26 or 50 pays wrongly or is returned. Most read
    all four, so this is only a hint. A modifier whose place the table does not know is passed over.
    """
    if len(line.modifiers) < 2:
        return
    release = case.tables.modifiers.on(case.day(line), case.as_of)
    known = [(row.position_rank, row.modifier) for m in line.modifiers if (row := release.get(m)) is not None]
    if any(before[0] > after[0] for before, after in pairwise(known)):
        best = ", ".join(modifier for _, modifier in sorted(known, key=lambda ranked: ranked[0]))
        given = ", ".join(modifier for _, modifier in known)
        yield Hit(f"{line.code} carries {given}; payers read them in the order {best}.")
