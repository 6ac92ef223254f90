"""AUT-003: the authorization on the claim is for another service, side, clinician or place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from claims.claim import Authorization, AuthorizedCode, Line
from claims.reasons import Reason
from past.draws import SIDES, side_of
from scrubber import approvals, places
from scrubber.registry import Answer, Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "AUT-003",
    severity=Severity.DENY,
    reason=Reason.AUTHORIZATION,
    carcs=("284", "198", "296"),
    citation=Citation(
        "X12 CARC 284 (authorization does not apply to the services), 198 (exceeded) and 296 (nor to the provider)",
        "https://x12.org/codes/claim-adjustment-reason-codes",
    ),
    place=places.AUTHORIZATION,
    remedy="Compare the payer's letter, the record and the claim; correct what was mistyped. Where the service "
    "differed from what was approved, ask the payer to amend the authorization, and hold the claim until it has.",
    remedy_kind=RemedyKind.OBTAIN,
    requires="the claim says what was done, and the payer's approval is for that",
    supersedes=("AUT-001",),
    settled=True,
)
def authorization_for_something_else(case: Case, line: Line) -> Iterable[Answer]:
    """The authorization on the claim is for another code, amount, side, clinician or place than the line.

    The payer matches the number with what it approved. A line whose code the approval does not list is looked at where
    the number stands on that very line, where the approval lists nothing of the claim, or where this payer is known to
    want an approval of the code: a visit or drug beside the procedure needs none. What the record leaves open (no side,
    no units, no clinician, no place) is not held against the claim.
    """
    number = line.authorization_number or case.claim.authorization_number
    return _looked(case, line, number) if number else ()


def _looked(case: Case, line: Line, number: str) -> Iterator[Answer]:
    held = approvals.relied_on(case, line)
    if not held:
        yield approvals.NO_RECORD
        return
    day = case.day(line)
    fitting = [one for one in held if approvals.concerns(case, line, one, day)]
    if fitting:
        yield from _differences(case, line, number, fitting)
    elif all(one.codes for one in held):
        severity = _severity_of_another_code(case, line, day, held)
        if severity:
            codes = ", ".join(sorted({allowed.code for one in held for allowed in one.codes}))
            yield Hit(f"{number} is for {codes}; the line bills {line.code}.", severity=severity, carcs=("284",))


def _severity_of_another_code(case: Case, line: Line, day: date, held: Sequence[Authorization]) -> Severity | None:
    listed = {allowed.code for one in held for allowed in one.codes}
    if line.authorization_number or not any(other.code in listed for other in case.claim.lines):
        return Severity.DENY
    if any(one.status in ("approved", "not_required") for one in approvals.recorded(case, line, day).values()):
        return None
    rows = [r for r in approvals.demands(case, line, day) if r.need == "required" and not r.program]
    rows = [row for row in rows if approvals.reaches(row, case.claim, line)]
    if not rows:
        return None
    return Severity.DENY if any(row.verified for row in rows) else Severity.WARN


def _differences(case: Case, line: Line, number: str, held: Sequence[Authorization]) -> Iterator[Hit]:
    claim = case.claim
    listed = [allowed for one in held for allowed in one.codes if allowed.code == line.code]
    found = [*_units(case, line, number, listed), *_side(line, listed)]
    clinicians = {claim.rendering_of(line).npi, claim.billing.npi, claim.facility.npi if claim.facility else ""}
    if all(one.npi and one.npi not in clinicians for one in held):
        found.append(("296", f"it names NPI {held[0].npi}, which is neither who rendered, who bills nor where"))
    place = claim.place_of(line)
    if place and all(one.place and one.place != place for one in held):
        found.append(("284", f"it is for place of service {held[0].place}, and the line says {place}"))
    if found:
        said = "; ".join(words for _, words in found)
        yield Hit(f"{number} does not fit {line.code}: {said}.", carcs=tuple(dict.fromkeys(carc for carc, _ in found)))


def _units(case: Case, line: Line, number: str, listed: Sequence[AuthorizedCode]) -> Iterator[tuple[str, str]]:
    units = [allowed.units for allowed in listed if allowed.units is not None]
    if not units or len(units) < len(listed):
        return
    like = [x for x in case.claim.lines if x.code == line.code and approvals.number_of(case.claim, x) == number]
    billed, allowed = sum((other.units for other in like), Decimal(0)), sum(units)
    if billed > allowed:
        yield "198", f"it allows {allowed}, and {billed} are billed"


def _side(line: Line, listed: Sequence[AuthorizedCode]) -> Iterator[tuple[str, str]]:
    billed = next((side for modifier, side in SIDES.items() if modifier in line.modifiers), "")
    allowed = {side_of(one.side) for one in listed}
    if billed and allowed and not allowed & {"", "both"} and allowed != {"left", "right"} and billed not in allowed:
        yield "284", f"it is for the {min(allowed)} side, and the line says {billed}"
