"""AUT-007: the record of an authorization leaves out what tells whether it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from claims.claim import Authorization, PayerType
from claims.reasons import Reason
from scrubber import approvals, places
from scrubber.registry import EVERY_PAYER_TYPE, Answer, Case, Citation, Hit, RemedyKind, Severity, rule


@rule(
    "AUT-007",
    severity=Severity.INFO,
    reason=Reason.AUTHORIZATION,
    carcs=("197",),
    citation=Citation(
        "X12 005010X217 (278), HCR and DTP*472: the decision, its number and the days it holds",
        "https://x12.org/products/technical-reports",
    ),
    place=places.AUTHORIZATION,
    remedy="Fill in the record from the payer's letter or portal.",
    remedy_kind=RemedyKind.DOCUMENT,
    payer_types=EVERY_PAYER_TYPE - {PayerType.SELF_PAY},
)
def authorization_record_incomplete(case: Case) -> Iterable[Answer]:
    """The record of an authorization for this claim leaves out its number, its decision or the days it holds.

    A record with a hole in it cannot show whether the approval covers the service, and nobody sees it run out. A
    request that is still open needs its reference number and the day it was sent; one that was decided, its decision
    and days.
    """
    claim = case.claim
    numbers: set[str] = set()
    for line in claim.lines:
        number = line.authorization_number or claim.authorization_number
        if number:
            numbers.add(number)
    return _looked(case, numbers) if numbers or claim.authorizations else ()


def _looked(case: Case, numbers: AbstractSet[str]) -> Iterator[Answer]:
    claim = case.claim
    known = approvals.records(case)
    if not numbers <= {one.number for one in known}:
        yield approvals.NO_RECORD
    codes = {line.code for line in claim.lines}
    ours = [one for one in known if one.number in numbers or any(allowed.code in codes for allowed in one.codes)]
    told = {
        f"The record of {one.number or 'an authorization without a number'} lacks {', '.join(_holes(one))}."
        for one in ours
        if _holes(one)
    }
    yield from (Hit(message) for message in sorted(told))


def _holes(held: Authorization) -> list[str]:
    if held.status == "not_required":
        return []
    wanted: dict[str, object] = {"its number": held.number, "its status": held.status}
    if held.status == "pending":
        wanted["the day it was asked for"] = held.recorded_on
    else:
        wanted["the day of the decision"] = held.decided_on
    if held.status not in ("pending", "denied"):
        wanted |= {"its first day": held.valid_from, "its last day": held.valid_to}
    return [name for name, value in wanted.items() if not value]
