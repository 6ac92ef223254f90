"""Joins what front ends said (277CA, 999) to the submissions it speaks of, whichever came into the store first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import bindparam

from claims.acknowledgment import Acknowledgment, ClaimAcknowledgment, SetAcknowledgment
from claims.claim import Claim, Origin
from past.acknowledging import Joined, OnWire, join_batch, join_claim, join_set, rejection
from past.exchange import Sent, Told
from store.codec import load
from store.schema import acknowledged, acknowledgments, events, submissions
from store.scope import Scope, chunks

REJECTED, UNREJECTED = "rejected", "unrejected"
CLAIM_STATUS, SET_STATUS = "277CA", "999"
_KEYS = ("claim_key", "wire_key", "batch_reference")


def told(row: Any) -> Told:
    """What a row of `acknowledgments` holds."""
    kind: type[Acknowledgment] = ClaimAcknowledgment if row.kind == CLAIM_STATUS else SetAcknowledgment
    return Told(row.ref, row.known_on, load(kind, row.acknowledgment))


def told_of(scope: Scope, ids: Sequence[int], until: date | None = None) -> dict[int, list[Told]]:
    """What front ends said of each submission, by its id, as known by the day."""
    found: dict[int, list[Told]] = defaultdict(list)
    by_id: dict[int, Told] = {}
    query = scope.select_by_id(acknowledgments, *acknowledgments.c, acknowledged.c.submission_id).join(
        acknowledged, acknowledged.c.acknowledgment_id == acknowledgments.c.id
    )
    if until is not None:
        query = query.where(acknowledgments.c.known_on <= until)
    for row in scope.where_in(query, acknowledged.c.submission_id, ids):
        if row.id not in by_id:
            by_id[row.id] = told(row)
        found[row.submission_id].append(by_id[row.id])
    return found


@dataclass
class Joiner:
    """Joins anew what a file's rows may have touched; `rejected` counts submissions that are rejected only now."""

    scope: Scope
    rejected: int = 0
    _sent: dict[str, list[Sent]] = field(default_factory=dict)

    def join(self, file_id: int) -> list[str]:
        """Join what the file brought and what its rows touch; the claim keys of submissions this changed."""
        touched = [row for row in self._touched(file_id) if row is not None]
        changed: set[int] = set()
        for row in touched:
            changed |= self._write(row, self._joined(row))
        return self._settle(sorted(changed))

    def _touched(self, file_id: int) -> Iterable[Any]:
        """The acknowledgments of the file, and those that may speak of its submissions."""
        if self.scope.connection.execute(self.scope.select(acknowledgments).limit(1)).first() is None:
            return []
        of_file = self.scope.select_by_id(acknowledgments).where(acknowledgments.c.file_id == file_id)
        found = {row.id: row for row in self.scope.connection.execute(of_file)}
        for key in _KEYS:
            query = self.scope.select_by_id(submissions, submissions.c[key]).where(submissions.c.file_id == file_id)
            keys = sorted({row[0] for row in self.scope.connection.execute(query) if row[0]})
            also = self.scope.where_in(self.scope.select(acknowledgments), acknowledgments.c[key], keys)
            found.update((row.id, row) for row in also)
        return [found[i] for i in sorted(found)]

    def _joined(self, row: Any) -> Joined:
        one = told(row)
        if row.kind == SET_STATUS:
            return join_set(one, self._on_wire("wire_key", row.wire_key))
        if row.claim_key:
            return join_claim(one, self._of_number(row.claim_key))
        return join_batch(one, self._on_wire("batch_reference", row.batch_reference))

    def _of_number(self, claim_key: str) -> list[Sent]:
        if claim_key not in self._sent:
            query = self.scope.select(submissions).where(submissions.c.claim_key == claim_key)
            self._sent = {
                claim_key: [
                    Sent(row.ref, row.known_on, load(Claim, row.claim)) for row in self.scope.connection.execute(query)
                ]
            }
        return self._sent[claim_key]

    def _on_wire(self, column: str, key: str) -> list[OnWire]:
        if not key:
            return []
        query = self.scope.select(submissions).where(submissions.c[column] == key)
        found = [(row, load(Claim, row.claim)) for row in self.scope.connection.execute(query)]
        return [OnWire(row.ref, row.known_on, c.origin or Origin(), c.billing.npi) for row, c in found]

    def _write(self, row: Any, joined: Joined) -> set[int]:
        """Write a changed join; the ids of the submissions that came or went."""
        query = self.scope.select(submissions, submissions.c.id)
        now = {r.id for r in self.scope.where_in(query, submissions.c.ref, joined.submissions)}
        stood = self.scope.select(acknowledged, acknowledged.c.submission_id)
        before = {r[0] for r in self.scope.connection.execute(stood.where(acknowledged.c.acknowledgment_id == row.id))}
        for some in chunks(sorted(before - now), 400):
            gone = self.scope.delete(acknowledged).where(acknowledged.c.acknowledgment_id == row.id)
            self.scope.connection.execute(gone.where(acknowledged.c.submission_id.in_(some)))
        new = [{"acknowledgment_id": row.id, "submission_id": i} for i in sorted(now - before)]
        self.scope.insert(acknowledged, new)
        if row.why_unmatched != joined.why:
            change = self.scope.update(acknowledgments).where(acknowledgments.c.id == row.id)
            self.scope.connection.execute(change.values(why_unmatched=joined.why))
        return before ^ now

    def _settle(self, ids: Sequence[int]) -> list[str]:
        """The last word on each submission, and the events it makes."""
        spoken = told_of(self.scope, ids)
        keys, changed, made = set(), [], []
        for row in self.scope.where_in(self.scope.select(submissions), submissions.c.id, ids):
            keys.add(row.claim_key)
            last = rejection(spoken[row.id])
            day = last.known_on if last else None
            if day == row.rejected_on:
                continue
            self.rejected += row.rejected_on is None
            changed.append({"row": row.id, "day": day})
            for kind, known_on in ((UNREJECTED, row.rejected_on), (REJECTED, day)):
                if known_on is not None:
                    blank = {"line": None, "decision": None}
                    made.append({"kind": kind, "known_on": known_on, "submission": row.ref, **blank})
        if changed:
            statement = self.scope.update(submissions).where(submissions.c.id == bindparam("row"))
            values: dict[str, Any] = {"rejected_on": bindparam("day")}
            self.scope.connection.execute(statement.values(values), changed)
        self.scope.insert(events, made)
        return sorted(keys)
