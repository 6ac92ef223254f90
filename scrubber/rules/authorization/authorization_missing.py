"""AUT-001: a service that needs the payer's approval, and no approval to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from claims.claim import Authorization, Line, PayerType
from claims.reasons import Reason
from scrubber import approvals, places
from scrubber.payer_profile import profile
from scrubber.registry import Answer, Case, Change, Citation, Gap, Hit, RemedyKind, Severity, rule
from scrubber.remedies import TO_BE_OBTAINED
from scrubber.tables import Release
from scrubber.tables.rows import AuthorizationRow

_REVIEW = (
    "Find Medicare's approval and put its number on the claim. Without one Medicare reviews the claim before it pays: "
    "have the record ready."
)
_CHECK_FIRST = (
    "Look at this payer's own list, or ask it. If it wants an approval, put the number on the claim, and where there "
    "is none, ask whether it grants one after the service. If it wants none, record that as `not_required`."
)
_AFTER_MEDICARE = "medicare_supplement"  # key of the payer table: follows Medicare
_NOTHING_RECORDED: Mapping[str, Authorization] = {}
_STILL_OPEN = {
    "denied": " An authorization that was asked for is recorded as denied.",
    "pending": " An authorization that was asked for is recorded as pending.",
}


@rule(
    "AUT-001",
    severity=Severity.DENY,
    reason=Reason.AUTHORIZATION,
    carcs=("197",),
    citation=Citation(
        "X12 005010X222A1, REF*G1 (prior authorization number); what needs one is each payer's list",
        "https://www.cms.gov/data-research/monitoring-programs/medicare-fee-service-compliance-programs/prior-authorization-and-pre-claim-review-initiatives",
    ),
    place=places.AUTHORIZATION,
    remedy="Find the payer's approval and put its number on the claim. If there is none, ask the payer whether it "
    "grants one after the service, and hold the claim until it has answered.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the payer approved this service for this date",
)
def authorization_missing(case: Case, line: Line) -> Iterable[Answer]:
    """A service that needs prior authorization is billed without an authorization number.

    What needs one differs by payer, place, state and date; the table says so. A requirement that is certain and
    verified denies, one that depends on the plan warns, and where we only know what payers of the kind often do, the
    finding says so and cites nothing published. A payer that comes second or third seldom asks: there it is a hint, and
    a Medicare supplement, which follows Medicare's decision, is left alone. Original Medicare asks the hospital for the
    number, on the hospital's own claim, or reviews before it pays: seen from this claim that can only warn. Medicare's
    own programs have rules of theirs (AUT-004, AUT-005); whether a number given fits the service, AUT-002 and AUT-003.
    """
    day = case.day(line)
    release = case.tables.authorizations.on(day, case.as_of)
    if line.authorization_number or case.claim.authorization_number:
        return ()
    rows = approvals.listed(case, line, day, release)
    found: list[Answer] = []
    if not release.holds_on(day) and not approvals.told_by_payer(case, line, day):
        why = f"the authorization list {release.name} is not known to hold on {day}"
        found.append(Gap(("authorizations table",), why))
    for row in rows:
        if approvals.in_force(row, day):
            found += _asked(case, line, day, rows, release)
            break
    return found


def _asked(
    case: Case, line: Line, day: date, rows: Sequence[AuthorizationRow], release: Release[tuple[AuthorizationRow, ...]]
) -> Sequence[Answer]:
    """What there is to say of a line for whose code somebody wants an approval on the day."""
    if _is_supplement(case):
        return ()
    recorded = approvals.recorded(case, line, day) if case.claim.authorizations else _NOTHING_RECORDED
    if "not_required" in recorded:
        return ()
    if case.payer_type is PayerType.UNKNOWN:
        why = f"some payers want an authorization for {line.code}; this payer's kind is not known"
        return (Gap(("payer type",), why),)
    reaching: list[AuthorizationRow] = []
    unsaid: set[str] = set()
    for row in approvals.binding(case, line, rows, release):
        if row.program or not approvals.in_force(row, day):
            continue
        lacking = approvals.missing(row, case.claim, line)
        if lacking:
            unsaid.add(lacking)
        elif approvals.reaches(row, case.claim, line):
            reaching.append(row)
    if reaching:
        return _wanted(case, line, day, reaching, recorded)
    if unsaid:
        what = sorted(unsaid)
        why = f"whether {line.code} needs an authorization depends on the {' and '.join(what)}"
        return (Gap(tuple(what), why),)
    return ()


def _wanted(
    case: Case, line: Line, day: date, reaching: Sequence[AuthorizationRow], recorded: Mapping[str, Authorization]
) -> Sequence[Hit]:
    strictest = max(reaching, key=lambda row: (row.need == "required", row.verified, row.valid_from))
    held = recorded.get("approved")
    if held is None:
        return (_nothing_to_show(case, line, day, strictest, recorded),)
    return () if _asked_of_the_facility(case, line) else (_held_but_not_sent(case, line, held, strictest),)


def _nothing_to_show(
    case: Case, line: Line, day: date, row: AuthorizationRow, recorded: Mapping[str, Authorization]
) -> Hit:
    medicare = case.payer_type is PayerType.MEDICARE
    elsewhere = _asked_of_the_facility(case, line)
    if _is_custom(row):
        often = "often" if row.need == "required" else "sometimes"
        text = (
            f"Payers of this kind {often} ask for prior authorization of {line.code}: check whether this one does on "
        )
        text += f"{day}; the claim carries no number."
    else:
        text = (
            f"{line.code} {_needs(row)} prior authorization from this payer on {day}, and the claim carries no number."
        )
    ours = _REVIEW if medicare else _CHECK_FIRST if _is_custom(row) else ""
    if recorded:
        text += next((said for status, said in _STILL_OPEN.items() if status in recorded), "")
    return Hit(
        text,
        severity=_severity(case, row),
        remedy=approvals.ASK_THE_FACILITY if elsewhere else ours,
        change=None if elsewhere else Change("set_authorization", line.number, TO_BE_OBTAINED),
        citation=Citation(row.citation, row.url),
    )


def _held_but_not_sent(case: Case, line: Line, held: Authorization, row: AuthorizationRow) -> Hit:
    needs = f"{line.code} {_needs(row)} prior authorization"
    return Hit(
        f"{needs}; {held.number} is approved, but its number is not on the claim.",
        severity=min(Severity.WARN, _severity(case, row)),
        remedy="Put the number of the approval on the claim (REF G1, box 23).",
        remedy_kind=RemedyKind.CORRECT,
        requires="the approval covers this service on this date",
        change=Change("set_authorization", line.number, held.number),
        citation=Citation(row.citation, row.url),
    )


def _severity(case: Case, row: AuthorizationRow) -> Severity:
    if case.claim.payer.sequence not in ("", "P"):
        return Severity.INFO
    certain = row.need == "required" and row.verified and case.payer_type is not PayerType.MEDICARE
    return Severity.DENY if certain else Severity.WARN


def _needs(row: AuthorizationRow) -> str:
    return "needs" if row.need == "required" and row.verified else "may need"


def _is_custom(row: AuthorizationRow) -> bool:
    """True where the row only tells what payers of a kind do: nothing published says that this one does."""
    return not row.verified and not row.url and row.payer_type in approvals.PAYER_TYPES


def _is_supplement(case: Case) -> bool:
    payer = profile(case)
    return payer is not None and payer.key == _AFTER_MEDICARE


def _asked_of_the_facility(case: Case, line: Line) -> bool:
    """True where Original Medicare wants the number on the hospital's or surgery centre's claim, not on this one."""
    return case.payer_type is PayerType.MEDICARE and case.claim.place_of(line) in approvals.FACILITY
