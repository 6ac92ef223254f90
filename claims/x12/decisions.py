"""What the levels of a 278 said of an event and its services, turned into decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from claims.claim import Authorization
from claims.deciding import UNDECIDED, status_of
from claims.records import Rejection, ServiceDecision

Span = tuple[date | None, date | None]

_IN_PART = "A2"


class Decided:
    """An event or a service while its segments come in."""

    __slots__ = ("action", "dates", "fields", "npis", "number", "reasons", "rejections", "seen", "units")

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.fields: dict[str, Any] = {}
        self.dates: dict[str, Span] = {}
        self.action = self.number = ""
        self.reasons: tuple[str, ...] = ()
        self.npis: list[str] = []
        self.units: Decimal | None = None
        self.rejections: list[Rejection] = []

    @property
    def npi(self) -> str:
        """Who is to do it, "" where nobody or several are named."""
        return self.npis[0] if len(set(self.npis)) == 1 else ""


def settled(event: Decided, services: Sequence[Decided], known_on: date | None) -> tuple[ServiceDecision, ...]:
    """What was decided of each service: its own decision, else the event's.

    Of an event approved in part the services say which part, so one that says nothing beside others that do is open.
    """
    apart = any(service.action for service in services)
    return tuple(_settled(event, service, apart, known_on) for service in services)


def _settled(event: Decided, service: Decided, apart: bool, known_on: date | None) -> ServiceDecision:
    follows = not service.action and not service.rejections and not (apart and event.action in (_IN_PART, ""))
    told = event if follows else service
    status = "" if not told.action and told.rejections else status_of(told.action)
    own, whole = window(service.dates), window(event.dates)
    fields = service.fields
    units = fields.get("quantity") if fields.get("quantity_unit") == "FL" and service.units is None else service.units
    return ServiceDecision(
        code=fields.get("code", ""),
        modifiers=fields.get("modifiers", ()),
        last_code=fields.get("last_code", ""),
        units=units,
        quantity=fields.get("quantity"),
        quantity_unit=fields.get("quantity_unit", ""),
        side=fields.get("side", ""),
        npi=service.npi or event.npi,
        place=fields.get("place") or event.fields.get("place", ""),
        service_type=fields.get("service_type", ""),
        status=status,
        action=told.action,
        reasons=told.reasons,
        number=told.number or (event.number if told.action else ""),
        decided_on=_decided_on(status, service, event, known_on),
        valid_from=(own if any(own) else whole)[0],
        valid_to=(own if any(own) else whole)[1],
        trace=fields.get("trace", ""),
        rejections=tuple(service.rejections),
    )


def authorization_of_event(event: Decided, payer_id: str, known_on: date | None) -> tuple[Authorization, ...]:
    """The decision on an event of which no services are listed: it leaves the codes open."""
    if not event.action:
        return ()
    return (_of_event(event, payer_id, known_on),)


def _of_event(event: Decided, payer_id: str, known_on: date | None) -> Authorization:
    status = status_of(event.action)
    start, end = window(event.dates)
    return Authorization(
        number=event.number,
        payer_id=payer_id,
        status=status,
        decided_on=_decided_on(status, event, event, known_on),
        valid_from=start,
        valid_to=end,
        npi=event.npi,
        place=event.fields.get("place", ""),
    )


def window(dates: dict[str, Span]) -> Span:
    """The days a decision holds: those certified (DTP*007, 036), else a range of days of the service or event.

    A single day of service is the day it was asked for; it does not say that the day before or after is not covered.
    """
    effective, expires = dates.get("007"), dates.get("036")
    if effective or expires:
        start, end = effective or (None, None)
        last = (expires[1] or expires[0]) if expires else None
        return start, last or end
    for qualifier in ("472", "AAH"):
        span = dates.get(qualifier)
        if span and span[1]:
            return span
    return None, None


def _decided_on(status: str, own: Decided, event: Decided, known_on: date | None) -> date | None:
    """The day it was decided: when it was issued (DTP*102), else when the payer said so; None while it is open."""
    if status in ("", UNDECIDED):
        return None
    issued = own.dates.get("102") or event.dates.get("102")
    return issued[0] if issued else known_on
