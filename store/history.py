"""The past as the store holds it: events for training, a patient's services, and the payers' decisions."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from copy import deepcopy
from datetime import date
from decimal import Decimal
from heapq import merge
from typing import Any

from sqlalchemy import ColumnElement, Engine, case, func

from claims.claim import Claim
from claims.identity import batch_key, content_hash, patient_key, submission_ref
from features.replay import Decided, Event, Rejected, Submitted
from past.patient import PatientPast, Service, patient_past, services_of
from past.payer import PayerPast
from store.codec import load
from store.relinking import DECIDED, UNDECIDED, FamilyOf, decision_from
from store.schema import decisions, events, services, submissions
from store.scope import Scope
from store.writing import own_ref


def replayed(scope: Scope, until: date | None, family_of: FamilyOf) -> Iterator[Event]:
    """What was submitted, rejected and decided, by day, as all that has arrived by now tells it; streamed.

    Decisions that a later file took back are not among them.
    """
    sent = scope.select(submissions)
    decided = scope.select(decisions)
    refused = scope.select(submissions).where(_refused(scope))
    if until is not None:
        refused = refused.where(submissions.c.rejected_on <= until)
        sent = sent.where(submissions.c.known_on <= until)
        decided = decided.where(decisions.c.known_on <= until)
    sent = sent.order_by(submissions.c.known_on, submissions.c.ref)
    decided = decided.order_by(decisions.c.known_on, decisions.c.submission, decisions.c.line)
    refused = refused.order_by(submissions.c.rejected_on, submissions.c.ref)
    yield from merge(
        map(_submitted, scope.stream(sent)),
        (Rejected(row.rejected_on, row.ref, row.patient) for row in scope.stream(refused)),
        (_decided(row, family_of) for row in scope.stream(decided)),
        key=lambda event: event.known_on,
    )


def _refused(scope: Scope) -> ColumnElement[bool]:
    """True for a submission whose last word is a front end's rejection: no payer answered it after all."""
    answered = scope.select(decisions, decisions.c.submission_id).where(decisions.c.submission_id == submissions.c.id)
    return submissions.c.rejected_on.is_not(None) & ~answered.correlate(submissions).exists()


def _submitted(row: Any) -> Event:
    claim = load(Claim, row.claim)
    return Submitted(row.known_on, claim, row.ref, row.content, row.patient, row.batch)


def _decided(row: Any, family_of: FamilyOf) -> Event:
    decision = decision_from(row._mapping, family_of)
    return Decided(row.known_on, row.submission, row.line, row.patient, decision)


def past_of_patient(
    scope: Scope, claim: Claim, secret: bytes, *, as_of: date, peers: Iterable[Claim] = ()
) -> PatientPast:
    """The past of the claim's patient, as replay would have it on that day.

    `peers` are the other claims of the file being scored; those the store holds already are not counted twice.
    """
    patient = patient_key(secret, claim)
    known = _services(scope, patient)
    contents = {service.content for service in known}
    for peer in peers:
        if patient_key(secret, peer) == patient and content_hash(peer) not in contents:
            known += _services_of_peer(scope.practice, peer, as_of)
    content = content_hash(claim)
    first_day = scope.connection.scalar(scope.select(submissions, func.min(submissions.c.known_on)))
    return patient_past(
        known,
        as_of=as_of,
        submission=_ref_of(scope, claim, content),
        content=content,
        batch=batch_key(claim),
        known_since=first_day,
    )


def _services(scope: Scope, patient: str) -> list[Service]:
    """All services of a patient, with the payer's decision where there is one."""
    query = (
        scope.select(
            services,
            *(c for c in services.c if c.name != "patient"),
            submissions.c.ref,
            submissions.c.content,
            submissions.c.batch,
            submissions.c.payer_id,
            submissions.c.billing_npi,
            submissions.c.frequency,
            decisions.c.known_on.label("decided_on"),
            decisions.c.denied,
            case((_refused(scope), submissions.c.rejected_on)).label("rejected_on"),
        )
        .join(submissions, submissions.c.id == services.c.submission_id)
        .outerjoin(
            decisions, (decisions.c.submission_id == services.c.submission_id) & (decisions.c.line == services.c.line)
        )
        .where(services.c.patient == patient)
        .order_by(services.c.known_on, submissions.c.ref, services.c.position)
    )
    return [_service(row) for row in scope.connection.execute(query)]


def _service(row: Any) -> Service:
    return Service(
        known_on=row.known_on,
        service_date=row.service_date,
        code=row.code,
        modifiers=tuple(json.loads(row.modifiers)),
        units=Decimal(row.units),
        charge=Decimal(row.charge),
        payer_id=row.payer_id,
        billing_npi=row.billing_npi,
        rendering_npi=row.rendering_npi,
        place=row.place,
        diagnoses=tuple(json.loads(row.diagnoses)),
        claim_id=row.claim_id,
        frequency=row.frequency,
        line=row.line,
        submission=row.ref,
        content=row.content,
        batch=row.batch,
        decided_on=row.decided_on,
        denied=row.denied,
        rejected_on=row.rejected_on,
    )


def _services_of_peer(practice: str, peer: Claim, as_of: date) -> tuple[Service, ...]:
    """A peer goes out with the claim: it is of the same batch, never of the time before."""
    return services_of(
        peer,
        known_on=as_of,
        submission=submission_ref(practice, peer),
        content=content_hash(peer),
        batch=batch_key(peer),
    )


def _ref_of(scope: Scope, claim: Claim, content: str) -> str:
    """The ref the claim has in the store, or would get; another claim of its place on the wire keeps its own."""
    identity = submission_ref(scope.practice, claim)
    query = scope.select(submissions, submissions.c.ref, submissions.c.content)
    held = {row.content: row.ref for row in scope.rows(query.where(submissions.c.identity == identity))}
    if not held:
        return identity
    ref: str = held.get(content) or own_ref(identity, content)
    return ref


class PayerHistory:
    """The payers' decisions in memory; `caught_up` reads only the events that came since."""

    def __init__(self, engine: Engine, practice: str, family_of: FamilyOf) -> None:
        self._engine, self._practice, self._family_of = engine, practice, family_of
        self._past = PayerPast()
        self._seq = 0
        self._lock = threading.Lock()

    def caught_up(self) -> PayerPast:
        """The past with everything stored by now; what was handed out before is never changed under its reader."""
        with self._lock, self._engine.connect() as connection:
            scope = Scope(connection, self._practice)
            if self._seq == 0:
                self._begin(scope)
            elif newest(scope) > self._seq:
                self._follow(scope)
            return self._past

    def _begin(self, scope: Scope) -> None:
        """Learn what stands now, day after day: the fast order to learn in. One read transaction sees one state."""
        seq, past = newest(scope), PayerPast()
        for row in scope.stream(scope.select(decisions).order_by(decisions.c.known_on)):
            past.learn(decision_from(row._mapping, self._family_of))
        self._past, self._seq = past, seq

    def _follow(self, scope: Scope) -> None:
        seq, past = self._seq, deepcopy(self._past)
        query = scope.select(events).where(events.c.seq > seq).order_by(events.c.seq)
        for row in scope.stream(query):
            if row.kind == DECIDED:
                past.learn(decision_from(json.loads(row.decision), self._family_of))
            elif row.kind == UNDECIDED:
                past.unlearn(decision_from(json.loads(row.decision), self._family_of))
            seq = row.seq
        self._past, self._seq = past, seq


def newest(scope: Scope) -> int:
    """The sequence number of the practice's newest event; 0 when there is none."""
    return scope.connection.scalar(scope.select(events, func.max(events.c.seq))) or 0
