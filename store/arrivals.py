"""What a store was told, as the records themselves, by the day it became known: to build another store from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Table

from claims.acknowledgment import Acknowledgment, ClaimAcknowledgment, SetAcknowledgment
from claims.claim import Claim
from claims.remittance import Remittance
from store.codec import load
from store.schema import acknowledgments, remittances, submissions
from store.scope import Scope

Arrival = Claim | Remittance | Acknowledgment
SET = "999"


def arrivals(scope: Scope, since: date, before: date) -> Iterator[Arrival]:
    """Claims, remittances and front ends' words known on or after `since` and strictly before `before`."""
    for row in _known(scope, submissions, since, before):
        yield load(Claim, row.claim)
    for row in _known(scope, remittances, since, before):
        yield load(Remittance, row.remittance)
    for row in _known(scope, acknowledgments, since, before):
        if row.kind == SET:
            yield load(SetAcknowledgment, row.acknowledgment)
        else:
            yield load(ClaimAcknowledgment, row.acknowledgment)


def _known(scope: Scope, table: Table, since: date, before: date) -> Iterator[Any]:
    query = scope.select(table).where(table.c.known_on >= since, table.c.known_on < before)
    yield from scope.stream(query.order_by(table.c.known_on, table.c.id))
