"""MOD-005: both sides billed of a code that has none."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places, sides
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

# MPFS bilateral indicators: 1 and 3 take modifier 50
_WHY = {
    "0": "the code is not billed by the side",
    "2": "both sides are already in the code",
    "9": "sides mean nothing for the code",
}
_EACH_SIDE = (
    "Take modifier 50 off. Where the record shows that both sides were treated, bill each side as the payer wants it "
    "for this code (RT and LT, each with its units); where it shows one, bill that one."
)


@rule(
    "MOD-005",
    severity=Severity.DENY,
    reason=Reason.MODIFIER,
    carcs=("4",),
    citation=Citation(
        "CMS, physician fee schedule relative value files, bilateral surgery indicator",
        "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    ),
    place=places.MODIFIERS,
    remedy="Take modifier 50 off and bill the code once. If the record shows a second, separate site, ask the "
    "clinician which code describes it.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows what is billed instead",
    payer_types=ncci.PAYER_TYPES,
    modifiers=("50",),
)
def modifier_50_not_for_this_code(case: Case, line: Line) -> Iterator[Answer]:
    """Modifier 50 stands on a code that is not billed for both sides.

    The Medicare fee schedule says which codes take it: those with indicator 1 (and 3, by another rate). A midline
    injection has no sides, a code for both sides has them in it, and a drug has none. Medicare and Medicare Advantage
    deny; most others use the same indicators, so there the rule warns.
    """
    if sides.BILATERAL not in line.modifiers:
        return
    row = case.code_row(line)
    if row is None or not row.bilateral:
        yield Gap(("codes table",), f"the bilateral indicator of {line.code} is not known")
        return
    why = _WHY.get(row.bilateral)
    if why:
        yield Hit(
            f"{line.code} carries modifier 50, but {why} (bilateral indicator {row.bilateral}).",
            severity=ncci.severity(case.payer_type),
            remedy=_EACH_SIDE if row.side_expected == "side" else "",
        )
