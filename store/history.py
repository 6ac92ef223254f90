"""The past as the store holds it: events for training, a patient's services, and the payers' decisions."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from heapq import merge
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, case, func, or_, select

from claims.claim import Claim
from claims.entries import Entry, whose_of
from claims.identity import NO_KEYS, RecordKeys, batch_key, content_hash, patient_key, record_keys, submission_ref
from claims.reasons import Reason
from features.replay import Decided, Event, Noted, Rejected, Submitted
from past.patient import PatientPast, Service, patient_past, services_of
from past.payer import PayerPast
from past.recorded import Recorded, of_patient, standing, with_recorded
from store.codec import load
from store.recording import has_records
from store.relinking import DECIDED, UNDECIDED, FamilyOf, decision_from
from store.schema import decisions, events, records, remittances, services, submissions
from store.schema import record_keys as record_keys_
from store.scope import PRACTICE, Scope, of_practice
from store.writing import own_ref


def replayed(scope: Scope, until: date | None, family_of: FamilyOf, secret: bytes) -> Iterator[Event]:
    """What was submitted, rejected, decided and recorded, by day, as all that has arrived by now tells it; streamed.

    Decisions that a later file took back are not among them.
    """
    noted = list(_noted(scope, until))
    submitted = partial(_submitted, secret=secret if noted else None)
    sent = scope.select(submissions)
    decided = scope.select(decisions)
    refused = scope.select(submissions).where(_refused(scope.select(decisions, decisions.c.submission_id)))
    if until is not None:
        refused = refused.where(submissions.c.rejected_on <= until)
        sent = sent.where(submissions.c.known_on <= until)
        decided = decided.where(decisions.c.known_on <= until)
    sent = sent.order_by(submissions.c.known_on, submissions.c.ref)
    decided = decided.order_by(decisions.c.known_on, decisions.c.submission, decisions.c.line)
    refused = refused.order_by(submissions.c.rejected_on, submissions.c.ref)
    yield from merge(
        noted,
        map(submitted, scope.stream(sent)),
        (Rejected(row.rejected_on, row.ref, row.patient) for row in scope.stream(refused)),
        (_decided(row, family_of) for row in scope.stream(decided)),
        key=lambda event: event.known_on,
    )


def served(scope: Scope, first: date, last: date) -> Iterator[Submitted]:
    """The submissions with a service of these days, by the day they were sent; streamed."""
    of_days = scope.select(services, services.c.submission_id).where(
        services.c.service_date >= first, services.c.service_date <= last
    )
    query = scope.select(submissions).where(submissions.c.id.in_(of_days))
    for row in scope.stream(query.order_by(submissions.c.known_on, submissions.c.ref)):
        yield _submitted(row, None)


def latest(scope: Scope, most: int) -> Iterator[Claim]:
    """The claims sent last, the newest first."""
    query = scope.select_by_id(submissions, submissions.c.claim).order_by(submissions.c.id.desc()).limit(most)
    for row in scope.stream(query):
        yield load(Claim, row.claim)


def _refused(answered: Select[Any]) -> ColumnElement[bool]:
    """True for a submission whose last word is a front end's rejection: no payer answered it after all."""
    answers = answered.where(decisions.c.submission_id == submissions.c.id).correlate(submissions)
    return submissions.c.rejected_on.is_not(None) & ~answers.exists()


_REFUSED = _refused(of_practice(decisions, decisions.c.submission_id))


def _submitted(row: Any, secret: bytes | None) -> Submitted:
    """The submission; with the keys of its records where the practice has any, and so a secret is given."""
    claim = load(Claim, row.claim)
    found_by = record_keys(secret, whose_of(claim), of_claim=True) if secret is not None else NO_KEYS
    return Submitted(row.known_on, claim, row.ref, row.content, row.patient, row.batch, found_by)


def _noted(scope: Scope, until: date | None) -> Iterator[Noted]:
    """What the practice recorded, each with the keys of its whole authorization."""
    book = scope.select(records).order_by(records.c.recorded_on, records.c.id)
    if until is not None:
        book = book.where(records.c.recorded_on <= until)
    keys: dict[int, set[str]] = defaultdict(set)
    for row in scope.rows(scope.select(record_keys_)):
        keys[row.authorization].add(row.key)
    for row in scope.rows(book):
        if found := keys.get(row.authorization):
            yield Noted(row.recorded_on, tuple(sorted(found)), recorded_from(row))


def recorded_from(row: Any) -> Recorded:
    """The entry of a row of `records`."""
    return Recorded(row.id, row.authorization, _entry(row.entry), row.own)


@lru_cache(maxsize=4096)
def _entry(text: str) -> Entry:
    return load(Entry, text)


def _decided(row: Any, family_of: FamilyOf) -> Event:
    decision = decision_from(row._mapping, family_of)
    return Decided(row.known_on, row.submission, row.line, row.patient, decision)


class Book:
    """Whether the practice has records at all, as of the newest event looked at: who has none is asked no more."""

    def __init__(self) -> None:
        self._looked_at = -1
        self._begun = False

    def begun(self, scope: Scope, seq: int) -> bool:
        """True when there is something to look for; `seq` is the practice's newest event."""
        if not self._begun and seq != self._looked_at:
            self._begun = has_records(scope)
            self._looked_at = seq
        return self._begun


class Known(NamedTuple):
    """What one look at the store tells of a claim."""

    patient: PatientPast
    newest: int  # the sequence number of the practice's newest event; 0 when there is none


def known_of(
    scope: Scope,
    claim: Claim,
    secret: bytes,
    book: Book,
    *,
    as_of: date,
    peers: Iterable[Claim] = (),
    content: str = "",
) -> Known:
    """The past of the claim's patient, as replay would have it on that day.

    `peers` are the other claims of the file being scored; those the store holds already are not counted twice.
    `content` is the claim's hash, where it is known already.
    """
    patient = patient_key(secret, claim)
    content = content or content_hash(claim)
    known = services_known(scope, patient)
    contents = {service.content for service in known}
    for peer in peers:
        if patient_key(secret, peer) == patient and content_hash(peer) not in contents:
            known += _services_of_peer(scope.practice, peer, as_of)
    begun = _begun(scope, claim, content)
    past = patient_past(
        known, as_of=as_of, submission=begun.ref, content=content, batch=batch_key(claim), known_since=begun.first_day
    )
    if book.begun(scope, begun.newest):
        past = _with_records(scope, claim, secret, past, as_of)
    return Known(past, begun.newest)


def _with_records(scope: Scope, claim: Claim, secret: bytes, past: PatientPast, as_of: date) -> PatientPast:
    found_by = record_keys(secret, whose_of(claim), of_claim=True)
    book = _book_of(scope, found_by)
    return with_recorded(past, book, as_of, found_by.own) if book else past


def book_of(scope: Scope, claim: Claim, secret: bytes, as_of: date) -> list[Recorded]:
    """The entries of the claim's patient that speak on the day."""
    found_by = record_keys(secret, whose_of(claim), of_claim=True)
    return standing(of_patient(_book_of(scope, found_by), found_by.own), as_of)


def _book_of(scope: Scope, found_by: RecordKeys) -> list[Recorded]:
    if not found_by.keys:
        return []
    some = dict(zip(_FOUND_BY, (*found_by.keys, "", "", "")[: len(_FOUND_BY)], strict=True))
    return [recorded_from(row) for row in scope.run(_RECORDS, **some)]


# The records of a patient, by any of the keys a claim of the patient may have; "" is no key of any.
_FOUND_BY = ("key1", "key2", "key3", "key4")
_RECORDS = of_practice(records).where(
    records.c.authorization.in_(
        of_practice(record_keys_, record_keys_.c.authorization).where(
            record_keys_.c.key.in_([bindparam(name) for name in _FOUND_BY])
        )
    )
)


# All services of a patient, with the payer's decision where there is one: the fields of a Service, in their order.
_SERVICES = (
    of_practice(
        services,
        services.c.known_on,
        services.c.service_date,
        services.c.code,
        services.c.modifiers,
        services.c.units,
        services.c.charge,
        submissions.c.payer_id,
        submissions.c.billing_npi,
        services.c.rendering_npi,
        services.c.place,
        services.c.diagnoses,
        services.c.claim_id,
        submissions.c.frequency,
        services.c.line,
        submissions.c.ref.label("submission"),
        submissions.c.content,
        submissions.c.batch,
        decisions.c.known_on.label("decided_on"),
        decisions.c.denied,
        decisions.c.reason,
        case((_REFUSED, submissions.c.rejected_on)).label("rejected_on"),
        services.c.authorization,
    )
    .join(submissions, submissions.c.id == services.c.submission_id)
    .outerjoin(
        decisions, (decisions.c.submission_id == services.c.submission_id) & (decisions.c.line == services.c.line)
    )
    .where(services.c.patient == bindparam("patient"))
    .order_by(services.c.known_on, submissions.c.ref, services.c.position)
)


def services_known(scope: Scope, patient: str) -> list[Service]:
    """Everything sent for a patient, with what the payer decided, of whatever day."""
    return [_service(row) for row in scope.run(_SERVICES, patient=patient)]


def _service(row: Sequence[Any]) -> Service:
    """A row of `_SERVICES`: by place, for a patient of some years has hundreds."""
    known_on, day, code, modifiers, units, charge, payer, billing, rendering, place, diagnoses, *rest = row
    amounts = Decimal(units), Decimal(charge)
    *rest, reason, rejected_on, authorization = rest
    rest += [Reason(reason) if reason else None, rejected_on, authorization]
    return Service(
        known_on, day, code, _words(modifiers), *amounts, payer, billing, rendering, place, _words(diagnoses), *rest
    )


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """A list of modifiers or diagnoses; few of them differ."""
    return tuple(json.loads(text))


def _services_of_peer(practice: str, peer: Claim, as_of: date) -> tuple[Service, ...]:
    """A peer goes out with the claim: it is of the same batch, never of the time before."""
    return services_of(
        peer,
        known_on=as_of,
        submission=submission_ref(practice, peer),
        content=content_hash(peer),
        batch=batch_key(peer),
    )


_NEWEST = of_practice(events, func.max(events.c.seq))

# The practice's first day and newest event and, beside them, whatever the store holds of one place on the wire: always
# a row or more.
_first = of_practice(submissions, func.min(submissions.c.known_on).label("day")).subquery()
_newest = _NEWEST.scalar_subquery().label("newest")  # not in FROM: SQLite would read every event
_BEGUN_AND_HELD = select(_first.c.day, _newest, submissions.c.ref, submissions.c.content).select_from(
    _first.outerjoin(
        submissions, (submissions.c.practice_id == PRACTICE) & (submissions.c.identity == bindparam("identity"))
    )
)


class _Begun(NamedTuple):
    """Since when the practice has claims, up to which event, and the ref a claim has in the store, or would get."""

    first_day: date | None
    newest: int
    ref: str


def _begun(scope: Scope, claim: Claim, content: str) -> _Begun:
    """Another claim of the claim's place on the wire keeps its own ref."""
    identity = submission_ref(scope.practice, claim, content)
    found = scope.run(_BEGUN_AND_HELD, identity=identity).all()
    held = {row.content: row.ref for row in found if row.ref is not None}
    ref = held.get(content) or own_ref(identity, content) if held else identity
    return _Begun(found[0].day, found[0].newest or 0, ref)


# How `store.codec` writes Origin.test (ISA15 = T); within a text the quotes would be escaped.
MARKED_TEST = '"test":true'


class PayerHistory:
    """The payers' decisions in memory; `caught_up` reads only the events that came since.

    Beside them those that are of test interchanges, so that what a pretend practice was told can be told apart.
    """

    def __init__(self, family_of: FamilyOf) -> None:
        self._family_of = family_of
        self._past, self.tests = PayerPast(), PayerPast()
        self._seq = 0
        self._lock = threading.Lock()

    @property
    def begun(self) -> bool:
        """False until there was something to learn."""
        return self._seq > 0

    def caught_up(self, scope: Scope, seq: int) -> PayerPast:
        """The past with everything up to the event `seq`; what was handed out before is never changed under its reader.

        `tests` are from then on, of what was answered, the decisions of test interchanges alone.
        """
        with self._lock:
            if self._seq == 0:
                self._begin(scope)
            elif seq > self._seq:
                self._follow(scope)
            return self._past

    def _begin(self, scope: Scope) -> None:
        """Learn what stands now, day after day: the fast order to learn in. One read transaction sees one state."""
        seq, past = newest(scope), PayerPast()
        for row in scope.stream(scope.select(decisions).order_by(decisions.c.known_on)):
            past.learn(decision_from(row._mapping, self._family_of))
        self._past, self.tests, self._seq = past, self._of_tests(scope), seq

    def _follow(self, scope: Scope) -> None:
        seq, past = self._seq, deepcopy(self._past)
        query = scope.select(events).where(events.c.seq > seq).order_by(events.c.seq)
        for row in scope.stream(query):
            if row.kind == DECIDED:
                past.learn(decision_from(json.loads(row.decision), self._family_of))
            elif row.kind == UNDECIDED:
                past.unlearn(decision_from(json.loads(row.decision), self._family_of))
            seq = row.seq
        self._past, self.tests, self._seq = past, self._of_tests(scope), seq

    def _of_tests(self, scope: Scope) -> PayerPast:
        """The decisions as they stand whose claim went out, or came back, in an interchange marked as a test."""
        sent = scope.select(submissions, submissions.c.id).where(submissions.c.claim.contains(MARKED_TEST))
        answered = scope.select(remittances, remittances.c.submission_id).where(
            remittances.c.remittance.contains(MARKED_TEST), remittances.c.submission_id.is_not(None)
        )
        of = decisions.c.submission_id
        past = PayerPast()
        for row in scope.stream(
            scope.select(decisions).where(or_(of.in_(sent), of.in_(answered))).order_by(decisions.c.known_on)
        ):
            past.learn(decision_from(row._mapping, self._family_of))
        return past


def newest(scope: Scope) -> int:
    """The sequence number of the practice's newest event; 0 when there is none."""
    return scope.run(_NEWEST).scalar() or 0
