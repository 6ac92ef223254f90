"""MOD-007: a code that has sides, and no side."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places, sides
from scrubber.registry import Case, Change, Citation, Hit, RemedyKind, Severity, rule

_FAMILIES = (
    *("chemodenervation", "esi_transforaminal", "facet_injection", "facet_injection_us", "facet_rfa", "genicular"),
    *("genicular_rfa", "joint_injection", "nerve_block", "neurolysis_peripheral", "si_fusion", "si_joint"),
    *("si_joint_rfa", "sympathetic_block", "tendon_ligament"),
)
_MODIFIER = {sides.LEFT: "LT", sides.RIGHT: "RT", sides.BOTH: sides.BILATERAL}


@rule(
    "MOD-007",
    severity=Severity.WARN,
    reason=Reason.MODIFIER,
    carcs=("4", "16"),
    citation=Citation(
        "CMS, physician fee schedule relative value files: bilateral indicator 1, a procedure that is done by the side",
        "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    ),
    place=places.MODIFIERS,
    remedy="Add the side the record gives: RT, LT, or 50 where both were treated.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows the side",
    payer_types=ncci.PAYER_TYPES,
    families=_FAMILIES,
    where=lambda row, modifiers: (
        row.side_expected == "side" and row.bilateral == "1" and not sides.of_modifiers(modifiers)
    ),
    settled=True,
)
def side_missing(case: Case, line: Line) -> Iterator[Hit]:
    """A procedure on one of two sides is billed without saying which.

    Payers ask for the side of a joint, a nerve or a facet, and without it take the other side of a later day for a
    duplicate. Only codes are meant that the fee schedule pays for each side (bilateral indicator 1) and that lie on
    one by nature. A finger, toe or eyelid says the side too.
    """
    if sides.of_line(line):
        return
    row = case.code_row(line)
    if row is None:
        return
    recorded = sides.of_record(case, line)
    text = f"{line.code} is a procedure of one side, and the line names none"
    if recorded:
        modifier = _MODIFIER[recorded]
        yield Hit(
            f"{text}; the record says {sides.words(recorded)}.", change=Change("add_modifier", line.number, modifier)
        )
    else:
        yield Hit(f"{text}.")
