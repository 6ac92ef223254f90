"""Adds claims and remittances to the store, in batches; what it already holds is counted and left alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from claims.claim import Claim
from claims.errors import UnreadableInput
from claims.identity import batch_key, content_hash, patient_key, remittance_ref, submission_ref
from claims.remittance import Remittance
from past.exchange import claim_key, control_key
from past.patient import services_of
from store.codec import dump, load
from store.schema import events, remittances, services, submissions
from store.scope import Scope

BATCH = 500
LARGEST = Decimal("1e12")  # beyond it an amount is a typing error, and no longer fits a column in cents
SUBMITTED = "submitted"


@dataclass
class Writer:
    """Takes records one by one; `flush` when the last has come."""

    scope: Scope
    secret: bytes
    file_id: int | None = None
    claims: int = 0
    remittances: int = 0
    duplicates: int = 0
    _claims: list[_NewClaim] = field(default_factory=list)
    _remittances: list[dict[str, Any]] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many records have been given."""
        return self.claims + self.remittances + self.duplicates

    def add_claim(self, claim: Claim) -> None:
        """Take a claim; raises UnreadableInput when it has no day or an amount nobody could mean."""
        known_on = known_day(claim)
        if known_on is None:
            raise UnreadableInput("the claim", found="no day of sending", expected="BHT04, GS04 or submitted_on")
        _check_amounts([claim.charge, *(line.charge for line in claim.lines), *(line.units for line in claim.lines)])
        identity, content = submission_ref(self.scope.practice, claim), content_hash(claim)
        self._claims.append(_NewClaim(claim, known_on, identity, content, dump(claim)))
        if len(self._claims) >= BATCH:
            self._flush_claims()

    def add_remittance(self, remittance: Remittance) -> None:
        """Take a remittance; raises UnreadableInput when it has no day."""
        if remittance.known_on is None:
            raise UnreadableInput("the remittance", found="no day", expected="GS04 or DTM*405")
        _check_amounts([remittance.charge, remittance.paid, *(service.charge for service in remittance.lines)])
        self._remittances.append(
            {
                "file_id": self.file_id,
                "ref": remittance_ref(self.scope.practice, remittance),
                "known_on": remittance.known_on,
                "claim_key": claim_key(remittance.claim_id),
                "payer_control_number": control_key(remittance.payer_control_number),
                "original_reference": control_key(remittance.original_reference),
                "submission_id": None,
                "why_unmatched": "",
                "remittance": dump(remittance),
            }
        )
        if len(self._remittances) >= BATCH:
            self._flush_remittances()

    def flush(self) -> None:
        """Write what is still held."""
        self._flush_claims()
        self._flush_remittances()

    def _flush_claims(self) -> None:
        new = self._without_known(self._claims)
        self.duplicates += len(self._claims) - len(new)
        self.claims += len(new)
        self._claims = []
        self.scope.insert(submissions, [self._submission_row(entry, ref) for ref, entry in new.items()])
        found = self.scope.select(submissions, submissions.c.id, submissions.c.ref, submissions.c.patient)
        rows = {row.ref: row for row in self.scope.where_in(found, submissions.c.ref, list(new))}
        self.scope.insert(services, [row for ref, entry in new.items() for row in _service_rows(entry, ref, rows[ref])])
        self.scope.insert(
            events,
            [
                {"kind": SUBMITTED, "known_on": entry.known_on, "submission": ref, "line": None, "decision": None}
                for ref, entry in new.items()
            ],
        )

    def _without_known(self, given: Sequence[_NewClaim]) -> dict[str, _NewClaim]:
        """The claims the store does not hold yet, by the ref each gets.

        Two claims with the same place on the wire and day are one, unless they plainly say different things: a sender
        that numbers every file alike. The second then gets a ref of its own, from its place and its content.
        """
        held: dict[str, list[_NewClaim]] = {}
        query = self.scope.select(
            submissions, *(submissions.c[name] for name in ("identity", "content", "known_on", "claim"))
        )
        for row in self.scope.where_in(query, submissions.c.identity, list({entry.identity for entry in given})):
            before = _NewClaim(load(Claim, row.claim), row.known_on, row.identity, row.content, row.claim)
            held.setdefault(row.identity, []).append(before)
        new: dict[str, _NewClaim] = {}
        for entry in given:
            same_place = held.setdefault(entry.identity, [])
            if not any(entry.content == other.content or entry.gist == other.gist for other in same_place):
                new[own_ref(entry.identity, entry.content) if same_place else entry.identity] = entry
                same_place.append(entry)
        return new

    def _submission_row(self, entry: _NewClaim, ref: str) -> dict[str, Any]:
        claim = entry.claim
        return {
            "file_id": self.file_id,
            "ref": ref,
            "identity": entry.identity,
            "content": entry.content,
            "batch": batch_key(claim),
            "patient": patient_key(self.secret, claim),
            "known_on": entry.known_on,
            "claim_key": claim_key(claim.id),
            "original_reference": control_key(claim.original_reference),
            "payer_id": claim.payer.id,
            "billing_npi": claim.billing.npi,
            "frequency": claim.frequency,
            "number": 1,
            "replaced_on": None,
            "claim": entry.text,
        }

    def _flush_remittances(self) -> None:
        given = {row["ref"]: row for row in self._remittances}
        query = self.scope.select(remittances, remittances.c.ref)
        known = {row.ref for row in self.scope.where_in(query, remittances.c.ref, list(given))}
        new = [row for ref, row in given.items() if ref not in known]
        self.duplicates += len(self._remittances) - len(new)
        self.remittances += len(new)
        self._remittances = []
        self.scope.insert(remittances, new)


@dataclass(frozen=True, slots=True)
class _NewClaim:
    claim: Claim
    known_on: date
    identity: str
    content: str
    text: str

    @property
    def gist(self) -> object:
        """What two readings of one claim share, even by versions of the reader that do not see the same segments."""
        claim = self.claim
        lines = tuple((line.number, line.code, line.charge, line.service_from) for line in claim.lines)
        return (
            claim.id,
            claim.charge,
            claim.frequency,
            claim.payer.id,
            claim.patient,
            claim.subscriber.member_id,
            lines,
        )


def known_day(claim: Claim) -> date | None:
    """The day the claim went out: what its sender dated it, else what a claim without envelope says of itself."""
    return (claim.origin.known_on if claim.origin else None) or claim.submitted_on


def own_ref(identity: str, content: str) -> str:
    """The ref of a claim whose place on the wire another claim of the day has taken."""
    return sha256(f"{identity}:{content}".encode()).hexdigest()[:16]


def _check_amounts(amounts: Sequence[Decimal]) -> None:
    for amount in amounts:
        if not amount.is_finite() or abs(amount) >= LARGEST:
            raise UnreadableInput("an amount or number of units", found="a number out of reach", expected="below 10^12")


def _service_rows(entry: _NewClaim, ref: str, row: Any) -> list[dict[str, Any]]:
    told = services_of(entry.claim, known_on=entry.known_on, submission=ref, content="", batch="")
    return [
        {
            "submission_id": row.id,
            "position": position,
            "patient": row.patient,
            "line": service.line,
            "known_on": service.known_on,
            "service_date": service.service_date,
            "code": service.code,
            "modifiers": json.dumps(service.modifiers),
            "units": str(service.units),
            "charge": str(service.charge),
            "rendering_npi": service.rendering_npi,
            "place": service.place,
            "diagnoses": json.dumps(service.diagnoses),
            "claim_id": service.claim_id,
        }
        for position, service in enumerate(told)
    ]
