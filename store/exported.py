"""Which claims of an export the store holds from their own 837: those are not taken a second time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from claims.claim import Claim
from claims.remittance import Remittance
from past.exchange import claim_key
from store.codec import load
from store.schema import submissions
from store.scope import Scope

EXPORT = "export"  # the kind of such a file


@dataclass(frozen=True, slots=True)
class OnWire:
    """The days of service of claims that came as 837, by claim number."""

    days: dict[str, set[date]]

    def any_of(self, claim_id: str, records: Iterable[Claim | Remittance]) -> bool:
        """True when a claim of this number with one of these days is held."""
        held = self.days.get(claim_key(claim_id), set())
        lines = (line for record in records if isinstance(record, Claim) for line in record.lines)
        return any(line.service_from in held for line in lines)


def on_wire(scope: Scope, claim_ids: Sequence[str]) -> OnWire:
    """Those of the claim numbers that the store knows from an 837."""
    days: dict[str, set[date]] = defaultdict(set)
    query = scope.select(submissions, submissions.c.claim_key, submissions.c.claim)
    for row in scope.where_in(query, submissions.c.claim_key, sorted({claim_key(c) for c in claim_ids})):
        claim = load(Claim, row.claim)
        if claim.origin is None or not claim.origin.untold:
            days[row.claim_key].update(line.service_from for line in claim.lines if line.service_from)
    return OnWire(days)
