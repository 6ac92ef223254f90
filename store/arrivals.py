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
from store.recording import RECORDED
from store.schema import acknowledgments, events, record_keys, records, remittances, submissions
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


def copy_records(source: Scope, target: Scope, since: date, until: date) -> None:
    """The entries of approvals and cover recorded from `since` to `until`, as they lie in the source.

    Whose they are is kept as keyed hashes, so both stores must have the same secret.
    """
    book = source.select(records).where(records.c.recorded_on >= since, records.c.recorded_on <= until)
    rows = [{**row._mapping, "file_id": None} for row in source.rows(book)]
    of = source.select(record_keys)
    keys = [dict(key._mapping) for key in source.where_in(of, record_keys.c.record_id, [row["id"] for row in rows])]
    told = [
        {"kind": RECORDED, "known_on": row["recorded_on"], "submission": row["ref"], "line": None, "decision": None}
        for row in rows
    ]
    for table, added in ((records, rows), (record_keys, keys), (events, told)):
        target.insert(table, added)


def _known(scope: Scope, table: Table, since: date, before: date) -> Iterator[Any]:
    query = scope.select(table).where(table.c.known_on >= since, table.c.known_on < before)
    yield from scope.stream(query.order_by(table.c.known_on, table.c.id))
