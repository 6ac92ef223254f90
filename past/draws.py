"""Which submitted lines draw on an authorization, and what is left of it.

There is no second ledger that could disagree: a line draws because it was submitted, and stops drawing once the payer
denied it or a replacement, a void or a front end took it back. The rules (AUT-002) count by the same function.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from claims.claim import ZERO, Authorization, AuthorizedCode
from past.patient import VOID, Service

SIDES = {"LT": "left", "RT": "right", "50": "both"}


@dataclass(frozen=True, slots=True)
class Draw:
    """A submitted line that drew units; `overdrawn` are those it billed beyond what was left."""

    service: Service
    drawn: Decimal
    overdrawn: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Balance:
    """One code of an authorization: what it allows, and what is left; None where the record gives no units.

    `left` is never negative: what was billed beyond it is `overdrawn`.
    """

    code: str
    side: str
    allowed: Decimal | None
    draws: tuple[Draw, ...] = ()

    @property
    def drawn(self) -> Decimal:
        """The units drawn."""
        return sum((draw.drawn for draw in self.draws), ZERO)

    @property
    def overdrawn(self) -> Decimal:
        """The units billed beyond what the payer allowed."""
        return sum((draw.overdrawn for draw in self.draws), ZERO)

    @property
    def left(self) -> Decimal | None:
        """The units not drawn yet."""
        return None if self.allowed is None else self.allowed - self.drawn


def side_of(text: str) -> str:
    """The side a record names, however it is written: left, LT, L; "" where it names none we know.

    >>> side_of("LT"), side_of("Right"), side_of("50"), side_of("")
    ('left', 'right', 'both', '')
    """
    return {"l": "left", "r": "right", "b": "both", "5": "both"}.get(text.strip().lower()[:1], "")


def uses(
    services: Iterable[Service],
    *,
    code: str,
    payer_id: str,
    number: str,
    first: date | None,
    last: date | None,
    without: str = "",
) -> list[Service]:
    """The lines of a code that count against an approval: sent to this payer in those days, and not denied.

    A claim that was sent again counts once, with the most units it ever had; one that was taken back, not at all. A
    line that bears another authorization number draws on that one. Where it is not known since when the approval holds,
    only lines that bear its number count. `without` leaves out a claim by its number.
    """
    known = tuple(services)
    back = {s.claim_id for s in known if s.frequency == VOID} | ({without} if without else set())
    most: dict[tuple[str, date, int], Service] = {}
    for s in known:
        ours = s.code == code and (s.payer_id == payer_id or (not payer_id and s.authorization)) and not s.denied
        if not ours or s.claim_id in back or s.authorization not in ("", number):
            continue
        if (first is None and not s.authorization) or (first and s.service_date < first):
            continue
        if last is None or s.service_date <= last:
            key = s.claim_id, s.service_date, s.line
            if key not in most or s.units > most[key].units:
                most[key] = s
    return list(most.values())


def balances(held: Authorization, services: Sequence[Service]) -> tuple[Balance, ...]:
    """What is left of each code of an authorization, given the patient's services that stand."""
    first = held.valid_from or held.decided_on
    found: list[Balance] = []
    for code in dict.fromkeys(allowed.code for allowed in held.codes):
        used = uses(services, code=code, payer_id=held.payer_id, number=held.number, first=first, last=held.valid_to)
        entries = [allowed for allowed in held.codes if allowed.code == code]
        found += _drawn(entries, sorted(used, key=lambda s: (s.service_date, s.known_on, s.submission, s.line)))
    return tuple(found)


def _drawn(entries: Sequence[AuthorizedCode], used: Sequence[Service]) -> list[Balance]:
    """One code's lines over its entries, in order of service: first where the side fits best, then where it may."""
    left = [entry.units for entry in entries]
    draws: list[list[Draw]] = [[] for _ in entries]
    for service in used:
        wanted = service.units
        fitting = sorted(
            (i for i in range(len(entries)) if _fits(entries, i, service)), key=lambda i: -len(entries[i].side)
        )
        last = fitting[-1] if fitting else 0
        for i in fitting:
            room = left[i]
            taken = wanted if room is None else min(wanted, room)
            if taken:
                draws[i].append(Draw(service, taken))
                left[i] = None if room is None else room - taken
                wanted -= taken
        if wanted:
            draws[last].append(Draw(service, ZERO, wanted))
    return [
        Balance(entry.code, side_of(entry.side), entry.units, tuple(of_entry))
        for entry, of_entry in zip(entries, draws, strict=True)
    ]


def _fits(entries: Sequence[AuthorizedCode], i: int, service: Service) -> bool:
    """True where the line may draw on the entry: neither names a side, both the same, or the approval is for both."""
    billed = next((side for modifier, side in SIDES.items() if modifier in service.modifiers), "")
    allowed = side_of(entries[i].side)
    sides = {side_of(entry.side) for entry in entries}
    return not billed or allowed in ("", "both", billed) or (billed == "both" and {"left", "right"} <= sides)
