"""AUT-004: a service of Medicare's outpatient and surgery centre lists, and no approval to show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import approvals, places
from scrubber.registry import Answer, Case, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.tables.rows import AuthorizationRow

_PROGRAMS = frozenset({"outpatient_department", "surgery_center"})


@rule(
    "AUT-004",
    severity=Severity.DENY,
    reason=Reason.AUTHORIZATION,
    carcs=("197",),
    citation=Citation(
        "CMS, prior authorization for certain hospital outpatient department services (42 CFR 419.82)",
        "https://www.ecfr.gov/current/title-42/section-419.82",
    ),
    place=places.AUTHORIZATION,
    remedy=approvals.ASK_THE_FACILITY,
    remedy_kind=RemedyKind.OBTAIN,
    requires="Medicare affirmed the service before it was done",
    payer_types=frozenset({PayerType.MEDICARE}),
    supersedes=("AUT-001",),
    families=("facet_injection", "facet_rfa", "scs", "chemodenervation"),
)
def outpatient_approval_missing(case: Case, line: Line) -> Iterable[Answer]:
    """A service on Medicare's outpatient or surgery centre list has no approval on record.

    The demand binds the hospital or surgery centre: its claim carries the number. When that claim is denied, Medicare
    denies the clinician's claim with it, so what is seen from here warns, and denies only where the request is recorded
    as refused. Emergency services are outside the program; a facility that is exempt is recorded as `not_required`.
    """
    if line.emergency or approvals.number_of(case.claim, line):
        return ()
    day = case.day(line)
    demand = approvals.program_demand(case, line, day, _PROGRAMS)
    if demand is None:
        return ()
    return (demand,) if isinstance(demand, Gap) else _demanded(case, line, day, demand)


def _demanded(case: Case, line: Line, day: date, demand: AuthorizationRow) -> Iterator[Answer]:
    known = approvals.recorded(case, line, day)
    if "approved" in known or "not_required" in known:
        return
    where = "surgery centre" if demand.program == "surgery_center" else "hospital outpatient"
    said = "the request is recorded as pending" if "pending" in known else "no approval is on record"
    if "denied" in known:
        said = "the request is recorded as denied"
    yield Hit(
        f"{line.code} in place {case.claim.place_of(line)} is on Medicare's {where} list on {day}, and {said}.",
        severity=_severity(case, refused="denied" in known),
        citation=Citation(demand.citation, demand.url),
    )


def _severity(case: Case, *, refused: bool) -> Severity:
    if case.claim.payer.sequence not in ("", "P"):
        return Severity.INFO
    return Severity.DENY if refused else Severity.WARN
