"""AUT-005: a service of Medicare's WISeR model, and no approval to show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from claims.claim import Line, PayerType
from claims.reasons import Reason
from scrubber import approvals, places
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.remedies import TO_BE_OBTAINED
from scrubber.tables.rows import AuthorizationRow

_PROGRAMS = frozenset({"wiser"})


@rule(
    "AUT-005",
    severity=Severity.DENY,
    reason=Reason.AUTHORIZATION,
    carcs=("50", "252", "197"),
    citation=Citation(
        "CMS, WISeR model; 90 FR 28749, prior authorization or review before payment in six states",
        "https://www.cms.gov/priorities/innovation/innovation-models/wiser",
    ),
    place=places.AUTHORIZATION,
    remedy="Find the model participant's approval (UTN) and put it on the claim. Without one Medicare reviews the "
    "claim before it pays: have the record ready.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the model participant affirmed this service for this date",
    payer_types=frozenset({PayerType.MEDICARE}),
    supersedes=("AUT-001",),
    families=(
        "esi_interlaminar",
        "esi_transforaminal",
        "scs",
        "vertebral_augmentation",
        "neurolysis_peripheral",
        "mild",
    ),
)
def wiser_approval_missing(case: Case, line: Line) -> Iterable[Answer]:
    """A service of Medicare's WISeR model goes out without the model's approval number.

    The model runs from 2026-01-15 to 2031-12-31 in six states. Asking beforehand is a choice: a claim without a number
    is reviewed before it is paid, so it warns, and denies only where the request is recorded as refused. In a hospital
    outpatient department or surgery centre the number stands on the facility's claim. Emergencies are left out.
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
    elsewhere = case.claim.place_of(line) in approvals.FACILITY
    held = known.get("approved")
    if "not_required" in known or (held and elsewhere):
        return
    model = f"{line.code} is in Medicare's WISeR model in {approvals.state(case.claim)} on {day}"
    said = "the request is recorded as pending" if "pending" in known else "no approval is on record"
    if "denied" in known:
        said = "the request is recorded as denied"
    severity = Severity.DENY if "denied" in known else Severity.WARN
    if held:
        said, severity = f"{held.number} is approved, but the claim does not carry it", Severity.WARN
    number = held.number if held else TO_BE_OBTAINED
    yield Hit(
        f"{model}, and {said}.",
        severity=severity if case.claim.payer.sequence in ("", "P") else Severity.INFO,
        remedy=approvals.ASK_THE_FACILITY if elsewhere else "",
        change=None if elsewhere else Change("set_authorization", line.number, number),
        citation=Citation(demand.citation, demand.url),
    )
