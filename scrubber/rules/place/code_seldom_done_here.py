"""POS-001: a procedure in a place where it is hardly ever done."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places, service_places
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

# A needle held in the hand may do for these at home
_AT_THE_BEDSIDE = frozenset(
    {"acupuncture", "chemodenervation", "dry_needling", "joint_injection", "nerve_block", "tendon_ligament"}
    | {"trigger_point"}
)


@rule(
    "POS-001",
    severity=Severity.WARN,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("58", "5"),
    citation=Citation(
        "CMS, physician fee schedule relative value files: NA in the non-facility column means rarely or never done "
        "outside a facility; a contractor that allows it pays the facility rate",
        "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
    ),
    place=places.LINE_PLACE,
    remedy="Look up where the procedure was done, and correct the place if it was mistyped.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows the place",
    payer_types=MEDICARE_PLANS,
    families=(*service_places.HANDS_ON, "sedation"),
    settled=True,
)
def code_seldom_done_here(case: Case, line: Line) -> Iterator[Answer]:
    """A procedure that Medicare prices for facilities alone is billed elsewhere, or one that needs imaging at home.

    Where the fee schedule has no non-facility price, a contractor denies the service as done in the wrong place, or
    pays it at the facility rate: either way the place is looked at. A needle guided by X-ray is seldom placed in a
    patient's home, though home is on some lists.
    """
    where = service_places.place_row(case, line)
    if where.rate != "non_facility":
        return
    row = ncci.code_row(case, line)
    if row is None:
        yield Gap(("codes table",), f"the code table of the day does not hold {line.code}")
    elif row.allowed_basis == "mpfs" and row.allowed_facility is not None and row.allowed_nonfacility is None:
        yield Hit(
            f"{line.code} is billed in place {where.place}; Medicare's fee schedule has a price for it in facilities "
            "alone."
        )
    elif where.kind == "home" and row.family in service_places.HANDS_ON and row.family not in _AT_THE_BEDSIDE:
        yield Hit(f"{line.code} is billed in place {where.place}, the patient's home, where it is seldom done.")
