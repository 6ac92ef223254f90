"""EM-004: the extra for a lasting relationship, on a visit that carries 25."""

from __future__ import annotations

from collections.abc import Iterator

from claims.claim import Line
from claims.reasons import Reason
from scrubber import ncci, places
from scrubber.parameters import parameter
from scrubber.registry import MEDICARE_PLANS, Answer, Case, Citation, Hit, RemedyKind, Severity, rule
from scrubber.same_day import codes_of_day, lines_by_code, other_claims


@rule(
    "EM-004",
    severity=Severity.DENY,
    reason=Reason.BUNDLING,
    carcs=("97",),
    citation=Citation(
        "CMS, physician fee schedule final rules for 2024 and 2025: G2211 beside modifier 25",
        "https://www.federalregister.gov/documents/2023/11/16/2023-24184/medicare-and-medicaid-programs-cy-2024-payment-policies-under-the-physician-fee-schedule-and-other",
    ),
    place=places.PROCEDURE,
    remedy="Do not bill G2211 for this day, unless 25 stands on the visit by mistake: then correct that against the "
    "note.",
    remedy_kind=RemedyKind.DO_NOT_BILL,
    payer_types=MEDICARE_PLANS,
    effective="2024-01-01",
    confidence="medium",
    codes=("G2211",),
)
def complexity_with_modifier_25(case: Case, line: Line) -> Iterator[Answer]:
    """G2211 is billed with a visit that carries modifier 25.

    Medicare does not pay it beside a visit that stands apart from a procedure. From 2025 on there is an exception where
    what was done beside the visit is a preventive service or a vaccine.
    """
    day = case.day(line)
    release = case.tables.codes.on(day, case.as_of)
    marked = [o for lines in lines_by_code(case, line).values() for o in lines if "25" in o.modifiers]
    visits = [other for other in marked if ncci.is_visit(release.get(other.code))]
    if not visits:
        return
    excepted = parameter("complexity_beside_25_exceptions").text_on(day, case.as_of).split()
    beside = codes_of_day(case, day) | {service.code for service in other_claims(case, line)}
    if beside.isdisjoint(excepted):
        yield Hit(f"G2211 is billed beside {visits[0].code} (line {visits[0].number}), which carries modifier 25.")
