"""Adds claims and remittances to the store, in batches; what it already holds is counted and left alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from claims.acknowledgment import Acknowledgment, ClaimAcknowledgment
from claims.claim import Claim, Origin
from claims.errors import UnreadableInput
from claims.identity import batch_key, content_hash, patient_key, remittance_ref, submission_ref
from claims.remittance import Remittance
from past.acknowledging import set_key
from past.balance import claim_imbalance
from past.exchange import claim_key, control_key
from past.patient import services_of
from store.codec import dump, load
from store.joining import CLAIM_STATUS, SET_STATUS
from store.report import Unbalanced
from store.schema import acknowledgments, events, remittances, services, submissions
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
    acknowledgments: int = 0
    duplicates: int = 0
    unbalanced: list[Unbalanced] = field(default_factory=list)
    _claims: list[_NewClaim] = field(default_factory=list)
    _remittances: list[dict[str, Any]] = field(default_factory=list)
    _acknowledgments: list[dict[str, Any]] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many records have been given."""
        return self.claims + self.remittances + self.acknowledgments + self.duplicates

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
                "delivery": delivery_key(remittance),
                "unbalanced": claim_imbalance(remittance),
                "claim_id": remittance.claim_id,
            }
        )
        if len(self._remittances) >= BATCH:
            self._flush_remittances()

    def add_acknowledgment(self, ack: Acknowledgment) -> None:
        """Take what a front end said; raises UnreadableInput when it has no day."""
        if ack.known_on is None:
            raise UnreadableInput("the acknowledgment", found="no day", expected="BHT04 or GS04")
        keys = {"claim_key": "", "wire_key": "", "batch_reference": "", "payer_control_number": ""}
        if isinstance(ack, ClaimAcknowledgment):
            keys["claim_key"] = claim_key(ack.claim_id)
            keys["batch_reference"] = "" if ack.claim_id else ack.batch_reference.strip()
            keys["payer_control_number"] = control_key(ack.payer_control_number)
        else:
            keys["wire_key"] = set_key((ack.origin or Origin()).receiver, ack.group)
        self._acknowledgments.append(
            {
                **keys,
                "file_id": self.file_id,
                "ref": _acknowledgment_ref(self.scope.practice, ack),
                "kind": CLAIM_STATUS if isinstance(ack, ClaimAcknowledgment) else SET_STATUS,
                "known_on": ack.known_on,
                "why_unmatched": "",
                "acknowledgment": dump(ack),
            }
        )
        if len(self._acknowledgments) >= BATCH:
            self._flush_acknowledgments()

    def flush(self) -> None:
        """Write what is still held."""
        self._flush_claims()
        self._flush_remittances()
        self._flush_acknowledgments()

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
            "wire_key": set_key(claim.origin.sender, claim.origin.group) if claim.origin else "",
            "batch_reference": claim.origin.batch.strip() if claim.origin else "",
            "rejected_on": None,
        }

    def _flush_remittances(self) -> None:
        new = self._new_remittances()
        self.duplicates += len(self._remittances) - len(new)
        self.remittances += len(new)
        self._remittances = []
        beside = [(row.pop("unbalanced"), row.pop("claim_id"), row["ref"]) for row in new]
        self.unbalanced += [Unbalanced(claim_id, ref, text) for text, claim_id, ref in beside if text]
        self.scope.insert(remittances, new)

    def _new_remittances(self) -> list[dict[str, Any]]:
        """The remittances the store does not hold: neither from the same place nor from another delivery of the 835."""
        given = {row["ref"]: row for row in self._remittances}
        query = self.scope.select(remittances, remittances.c.ref)
        known = {row.ref for row in self.scope.where_in(query, remittances.c.ref, list(given))}
        kept = self.scope.select(remittances, *(remittances.c[name] for name in ("id", "delivery", "known_on")))
        deliveries = list({row["delivery"] for row in given.values()} - {""})
        held = {row.delivery: row for row in self.scope.where_in(kept, remittances.c.delivery, deliveries)}
        new: dict[str, dict[str, Any]] = {}  # by delivery, or by ref where nothing tells deliveries apart
        for ref, row in given.items():
            if ref in known:
                continue
            before = held.get(row["delivery"])
            if before is None:
                first = new.setdefault(row["delivery"] or ref, row)
                if row["known_on"] < first["known_on"]:
                    new[row["delivery"]] = row
            elif row["known_on"] < before.known_on:
                self._date_back(before.id, row)
        return list(new.values())

    def _date_back(self, remittance_id: int, row: Mapping[str, Any]) -> None:
        """The copy of an earlier day takes the place of the one held: whichever is read first, it was known by then."""
        values = {name: row[name] for name in ("file_id", "ref", "known_on", "remittance")}
        self.scope.connection.execute(
            self.scope.update(remittances).where(remittances.c.id == remittance_id).values(values)
        )

    def _flush_acknowledgments(self) -> None:
        given = {row["ref"]: row for row in self._acknowledgments}
        query = self.scope.select(acknowledgments, acknowledgments.c.ref)
        known = {row.ref for row in self.scope.where_in(query, acknowledgments.c.ref, list(given))}
        new = [row for ref, row in given.items() if ref not in known]
        self.duplicates += len(self._acknowledgments) - len(new)
        self.acknowledgments += len(new)
        self._acknowledgments = []
        self.scope.insert(acknowledgments, new)


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


def delivery_key(r: Remittance) -> str:
    """What two deliveries of one 835 share for one of its remittances; "" when nothing tells them from two payments.

    Control numbers, trace and amount of the payment (ISA06, ISA13, GS06, ST02, TRN02, BPR02), then what the remittance
    says. The day of delivery takes no part: a clearinghouse may date a second copy anew. Migration 0002 has a copy.
    """
    if r.origin is None or not r.payment.trace:
        return ""
    said = [r.origin.sender, r.origin.interchange, r.origin.group, r.origin.transaction, r.payment.trace]
    said += [r.claim_id, r.status, r.payer_control_number]
    said += [f"{amount:.2f}" for amount in (r.charge, r.paid, r.payment.amount)]
    said.append(str(r.service_from or ""))
    for x in r.lines:
        said += [x.code, f"{x.charge:.2f}", f"{x.paid:.2f}", str(x.service_from or ""), x.control_number]
    return sha256("\x1f".join(text.strip() for text in said).encode()).hexdigest()[:16]


def _acknowledgment_ref(practice: str, ack: Acknowledgment) -> str:
    """The opaque id of what a front end said: from its place on the wire, whom it speaks of, and its codes."""
    wire = ack.origin or Origin()
    said = [practice, wire.sender, wire.interchange, wire.group, wire.transaction, str(wire.ordinal), str(ack.known_on)]
    if isinstance(ack, ClaimAcknowledgment):
        said += [ack.level, ack.claim_id, ack.batch_reference, ack.provider_npi, str(ack.rejects), *ack.codes]
    else:
        said += ["set", ack.group, ack.transaction, ack.code]
    return sha256("\x1f".join(said).encode()).hexdigest()[:16]


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
            "authorization": service.authorization,
        }
        for position, service in enumerate(told)
    ]
