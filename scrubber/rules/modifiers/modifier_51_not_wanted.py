"""MOD-010: 51 where nobody wants it."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule


@rule(
    "MOD-010",
    severity=Severity.WARN,
    reason=Reason.MODIFIER,
    carcs=("4",),
    citation=Citation(
        "Medicare Claims Processing Manual, chapter 12, section 40.6 (multiple surgeries)",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c12.pdf",
    ),
    place=places.MODIFIERS,
    remedy="Take modifier 51 off.",
    remedy_kind=RemedyKind.CORRECT,
    payer_types=ncci.PAYER_TYPES,
    modifiers=("51",),
)
def modifier_51_not_wanted(case: Case, line: Line) -> Iterator[Answer]:
    """Modifier 51 stands on an add-on code, or on a claim to Medicare.

    An add-on is priced beside its primary code and never as one of several procedures, whoever pays: with 51 it is
    returned or cut by half. Medicare finds the several procedures of a day itself and asks that 51 be left off.
    """
    if "51" not in line.modifiers:
        return
    row = ncci.code_row(case, line)
    if row is not None and row.is_addon:
        yield Hit(f"{line.code} is an add-on code and carries modifier 51.")
    elif case.payer_type is PayerType.MEDICARE:
        yield Hit(f"{line.code} carries modifier 51, which Medicare works out for itself.")
    elif row is None:
        yield Gap(("codes table",), f"whether {line.code} is an add-on is not in the code table")
