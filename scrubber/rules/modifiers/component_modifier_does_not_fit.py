"""MOD-011: the professional part of an image not marked, or 26 and TC on what has no parts."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import ClaimKind, Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.parameters import parameter
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule

_PARTS = frozenset({"26", "TC"})
_IN_PARTS = "1"  # PC/TC indicator: a diagnostic test with a professional and a technical part
_TAKE_OFF = "Take the modifier off, and bill the code as what was done."


@rule(
    "MOD-011",
    severity=Severity.DENY,
    reason=Reason.MODIFIER,
    carcs=("4", "16"),
    citation=Citation(
        "CMS, physician fee schedule relative value files, PC/TC indicator",
        "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    ),
    place=places.MODIFIERS,
    remedy="Add 26 where the clinician read the image and the hospital or surgery centre owns the equipment. If the "
    "service was in the office, correct the place instead.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the clinician did the professional part, and the facility the technical one",
    payer_types=ncci.PAYER_TYPES,
    supersedes=("POS-003",),
    where=lambda row, modifiers: row.pctc == _IN_PARTS or not _PARTS.isdisjoint(modifiers),
    settled=True,
)
def component_modifier_does_not_fit(case: Case, line: Line) -> Iterator[Answer]:
    """Imaging in a facility is billed without 26, or 26 or TC stands on a code without parts.

    In a hospital or surgery centre the facility is paid for the equipment, so a clinician who bills the whole image
    is denied. Which codes come in two parts the fee schedule says (PC/TC indicator 1); on most others neither
    modifier means anything. Medicare and Medicare Advantage deny; others use the same indicators, so there it warns.
    """
    part = next((modifier for modifier in line.modifiers if modifier in _PARTS), "")
    day = case.day(line)
    row = case.code_row(line)
    if row is None:
        if part:
            yield Gap(("codes table",), f"whether {line.code} comes in two parts is not in the code table")
    elif part:
        value = parameter("no_component_indicators").on(day, case.as_of)
        if value is not None and row.pctc in value.words:
            yield Hit(
                f"{line.code} carries {part}, and does not come in two parts (PC/TC indicator {row.pctc}).",
                severity=ncci.severity(case.payer_type),
                remedy=_TAKE_OFF,
                requires="the record shows the service as billed",
            )
    else:
        yield from _whole(case, line)


def _whole(case: Case, line: Line) -> Iterator[Answer]:
    """The answer for a code of two parts that is billed whole."""
    place, kind = case.claim.place_of(line), case.claim.kind
    if kind is ClaimKind.ASC_FACILITY:
        return
    if not place:
        yield Gap(("place of service",), "where the image was made decides who is paid for the equipment")
        return
    row = case.tables.places.on(case.day(line), case.as_of).get(place)
    if row is None:
        yield Gap(("places table",), f"the places table does not hold place {place}")
    elif row.rate == "facility":
        yield Hit(
            f"{line.code} is billed whole in place {place}, where the facility owns the equipment; the clinician's "
            "part carries 26.",
            severity=ncci.severity(case.payer_type) if kind is ClaimKind.PROFESSIONAL else Severity.WARN,
            change=Change("add_modifier", line.number, "26"),
        )
