"""Decisions on single services, gathered into the authorizations a claim carries, whatever they were read from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from claims.claim import Authorization, AuthorizedCode
from claims.records import CANCELLED, ServiceDecision

# X12 code list 306, as a review of health care services uses it, in the words of `Authorization.status`. A cancelled
# approval holds no more than a denied one; a payer that wants to be called has not decided yet.
STATUS_OF_ACTION = {
    "A1": "approved",  # in total
    "A2": "approved",  # in part: what of it, its services say
    "A3": "denied",
    "A4": "pending",
    "A5": "denied",  # upheld, on an appeal
    "A6": "approved",  # other than it was asked for
    CANCELLED: "denied",
    "CT": "pending",
    "NA": "not_required",
}
UNDECIDED = "pending"  # the status of an action we do not know: nothing may be taken for granted

_WIDEST = 100  # codes in a range that is still written out
_SIDES = {"LT": "left", "RT": "right", "50": "both"}
_CODE = re.compile(r"([A-Z]?)([0-9]{4,5})")


def status_of(action: str) -> str:
    """The status an action leaves a request in; nothing is decided by one we do not know."""
    return STATUS_OF_ACTION.get(action, UNDECIDED)


def authorizations_of(decisions: Iterable[ServiceDecision], payer_id: str) -> tuple[Authorization, ...]:
    """One authorization for each number, status, window, clinician and place, with the codes it is about.

    A service named by its kind alone adds no code to those beside it: alone it leaves the codes open. Beside other
    decisions one without codes would speak for theirs, so it is left out, unless it approves a kind of service. One of
    which nothing was decided, because it was rejected, is in none.
    """
    found: dict[Authorization, list[AuthorizedCode]] = {}
    kinds: set[Authorization] = set()  # that approve a kind of service
    for decision in decisions:
        if decision.status:
            whole = Authorization(
                number=decision.number,
                payer_id=payer_id,
                status=decision.status,
                decided_on=decision.decided_on,
                valid_from=decision.valid_from,
                valid_to=decision.valid_to,
                npi=decision.npi,
                place=decision.place,
            )
            found.setdefault(whole, []).extend(_codes(decision))
            if decision.service_type and decision.status == "approved":
                kinds.add(whole)
    return tuple(
        replace(whole, codes=tuple(codes))
        for whole, codes in found.items()
        if codes or whole in kinds or len(found) == 1
    )


def _codes(decision: ServiceDecision) -> Iterator[AuthorizedCode]:
    """The codes of a service; those of a range are written out, and how many of each is then not known."""
    if not decision.code:
        return
    if decision.last_code in ("", decision.code):
        yield AuthorizedCode(decision.code, decision.units, decision.side)
        return
    for code in codes_between(decision.code, decision.last_code):
        yield AuthorizedCode(code, None, decision.side)


def codes_between(first: str, last: str) -> list[str]:
    """The codes from one to another, where both are of one kind and not too far apart; else the two themselves.

    >>> codes_between("64490", "64493"), codes_between("G0260", "G0261"), codes_between("64490", "E0748")
    (['64490', '64491', '64492', '64493'], ['G0260', 'G0261'], ['64490', 'E0748'])
    """
    one, other = _CODE.fullmatch(first), _CODE.fullmatch(last)
    if one is None or other is None or one[1] != other[1] or len(first) != len(last):
        return [first, last]
    low, high = int(one[2]), int(other[2])
    if not low < high < low + _WIDEST:
        return [first, last]
    width = len(one[2])
    return [f"{one[1]}{number:0{width}d}" for number in range(low, high + 1)]


def side_of(modifiers: Iterable[str]) -> str:
    """The side modifiers name: left, right, both, or "" where they name none."""
    sides = {_SIDES[m] for m in modifiers if m in _SIDES}
    return "both" if len(sides) > 1 else next(iter(sides), "")
