"""POS-004: a service done elsewhere, and the claim does not say where."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from claims.claim import ClaimKind, Line, PayerType, Provider
from claims.reasons import Reason
from scrubber import places, service_places
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule

_number = attrgetter("number")


@rule(
    "POS-004",
    severity=Severity.REJECT,
    reason=Reason.SUBMISSION_ERROR,
    carcs=("16",),
    rarcs=("MA114",),
    citation=Citation(
        "X12 005010X222A1, loop 2310C; Medicare Claims Processing Manual, chapter 26, section 10.4, item 32",
        "https://www.cms.gov/regulations-and-guidance/guidance/manuals/downloads/clm104c26pdf.pdf",
    ),
    place=places.FACILITY_NAME,
    remedy="Enter name, NPI and address of the hospital, surgery centre or nursing facility it was done in.",
    remedy_kind=RemedyKind.CORRECT,
    requires="the record shows that the service was done there",
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
)
def facility_not_named(case: Case) -> Iterator[Answer]:
    """A service was done in a hospital, surgery centre or nursing facility, and the claim does not name it.

    The place says that it was elsewhere than at the billing address, so the payer has to be told where; many pay by
    that address. A surgery centre that bills for itself is its own address. In the office, at the patient's home and
    over a distance there is nobody to name.
    """
    claim = case.claim
    asked: set[str] = set()
    for line in sorted(claim.lines, key=_number):
        place = claim.place_of(line)
        if place in asked and line.facility is None:
            continue
        asked.add(place)
        where = service_places.place_row(case, line)
        if where.kind not in service_places.ELSEWHERE:
            continue
        if where.kind == "asc" and claim.kind is not ClaimKind.PROFESSIONAL:
            if claim.kind is ClaimKind.UNKNOWN and _missing(line.facility or claim.facility):
                yield Gap(("claim kind",), "whether the surgery centre bills for itself is not known", of_claim=True)
            continue
        missing = _missing(line.facility or claim.facility)
        if missing:
            yield _hit(line, place, missing)


def _hit(line: Line, place: str, missing: str) -> Hit:
    of_line = line if line.place else None
    known = places.FACILITY_NPI if missing == "NPI" else places.FACILITY_NAME
    return Hit(
        f"The place of service is {place}, and the claim gives no {missing} of that facility.", of_line, place=known
    )


def _missing(facility: Provider | None) -> str:
    if facility is None or not (facility.name or facility.npi):
        return "name and NPI"
    if not facility.npi:
        return "NPI"
    return "" if facility.name else "name"
