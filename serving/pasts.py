"""Where an assessment takes the past from: the practice's own store, or the snapshot that came with the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import replace
from datetime import date
from typing import Protocol

from claims.claim import Claim
from claims.identity import batch_key, content_hash, patient_key, submission_ref
from past.behaviour import Behaviour, behaviour
from past.patient import VOID, PatientPast, Service, services_of
from past.payer import PayerPast
from store import Store
from store.behaviour import PayerSeen


class Pasts(Protocol):
    """What was known of a patient and of a payer; every answer is as of the day asked for, never later."""

    @property
    def practice(self) -> str:
        """Whose past it is."""
        ...

    @property
    def own(self) -> bool:
        """True when the payer history is the practice's own, so that its decisions count towards an answer."""
        ...

    def known(self, claim: Claim, *, as_of: date, content: str = "") -> tuple[PatientPast, PayerPast]:
        """The past of the claim's patient, and the payers' decisions with everything that has arrived by now.

        `content` is the claim's hash, where it is known already.
        """
        ...

    def tests(self) -> PayerPast:
        """Of those decisions the ones of test interchanges, which are no record of the practice's own."""
        ...

    def patient_key(self, claim: Claim) -> str:
        """An opaque key of the claim's patient, to find the claims of one patient in a file."""
        ...

    def last_event(self) -> int:
        """The sequence number of the newest event taken in; 0 without a store."""
        ...

    def latest(self, most: int) -> Iterator[Claim]:
        """At most so many claims, those that arrived last first; none without a store."""
        ...

    def payers_seen(self, as_of: date) -> list[PayerSeen]:
        """The payer ids that claims were sent to; none without a store."""
        ...

    def payer_behaviour(self, payer_ids: Collection[str], *, before: date) -> Behaviour:
        """How the payer of these ids answered in the 12 months before a day."""
        ...


class StorePasts:
    """The past as the store holds it; another process's ingest is seen by the next answer."""

    own = True

    def __init__(self, store: Store) -> None:
        self._store = store
        self.practice = store.practice
        self.label_words = store.label_settings.recorded()["labels.words"]

    def known(self, claim: Claim, *, as_of: date, content: str = "") -> tuple[PatientPast, PayerPast]:
        """The patient's services known strictly before `as_of`, and the payer history with every event stored."""
        return self._store.pasts(claim, as_of=as_of, content=content)

    def tests(self) -> PayerPast:
        """The decisions of test interchanges, as far as `known` told them."""
        return self._store.test_past()

    def patient_key(self, claim: Claim) -> str:
        """The key under which the store files the patient."""
        return self._store.patient_key(claim)

    def last_event(self) -> int:
        """The newest event of the store."""
        return self._store.last_event()

    def latest(self, most: int) -> Iterator[Claim]:
        """The store's claims, the newest first."""
        return self._store.latest(most)

    def payers_seen(self, as_of: date) -> list[PayerSeen]:
        """The payer ids of the store's claims."""
        return self._store.payers_seen(as_of)

    def payer_behaviour(self, payer_ids: Collection[str], *, before: date) -> Behaviour:
        """How they answered, from the store's remittances."""
        return self._store.payer_behaviour(payer_ids, before=before)


class SnapshotPasts:
    """No store: no patient is known, and payers only from the model's snapshot (or not at all)."""

    own = False

    def __init__(self, history: PayerPast | None = None, practice: str = "default") -> None:
        self._history = history if history is not None else PayerPast()
        self.practice = practice

    def known(  # nobody is known
        self,
        claim: Claim,  # noqa: ARG002
        *,
        as_of: date,  # noqa: ARG002
        content: str = "",  # noqa: ARG002
    ) -> tuple[PatientPast, PayerPast]:
        """An unseen patient, with no look-back; the snapshot."""
        return PatientPast(), self._history

    def tests(self) -> PayerPast:
        """None: nothing here is the practice's own anyway."""
        return PayerPast()

    def patient_key(self, claim: Claim) -> str:
        """A key good for one file only; nothing is kept under it."""
        return patient_key(b"one file", claim)

    def last_event(self) -> int:
        """No store, no events."""
        return 0

    def latest(self, most: int) -> Iterator[Claim]:  # noqa: ARG002
        """No store, no claims."""
        return iter(())

    def payers_seen(self, as_of: date) -> list[PayerSeen]:  # noqa: ARG002
        """No store, no claims."""
        return []

    def payer_behaviour(self, payer_ids: Collection[str], *, before: date) -> Behaviour:  # noqa: ARG002
        """No store, no answers: what came with a model is no payer of the practice's."""
        return behaviour((), before=before)


class Peers:
    """The claims of one patient in one file, made services once for all of them; of twins the last stands."""

    def __init__(self, claims: Iterable[Claim], practice: str, as_of: date) -> None:
        found: dict[str, tuple[Service, ...]] = {}
        for claim in claims:
            if claim.frequency != VOID:
                content = content_hash(claim)
                ref = submission_ref(practice, claim, content)
                found[content] = services_of(
                    claim, known_on=as_of, submission=ref, content=content, batch=batch_key(claim)
                )
        self._days: dict[date, list[Service]] = defaultdict(list)
        self._firsts = sorted((of[0] for of in found.values() if of), key=_in_file)
        for service in sorted((s for of in found.values() for s in of), key=_in_file):
            self._days[service.service_date].append(service)

    def beside(self, claim: Claim, held: Set[str]) -> list[Service]:
        """The services of the claim's own days, without claims held already: rules and features ask for no others.

        Where there are none on those days, one of another day stands for them, to say that the patient is in the file.
        """
        days = sorted({line.service_from for line in claim.lines if line.service_from})
        found = [s for day in days for s in self._days.get(day, ()) if s.content not in held]
        if not found:
            return [s for s in self._firsts if s.content not in held][:1]
        return found if len(days) == 1 else sorted(found, key=_in_file)


def _in_file(s: Service) -> tuple[str, str, int]:
    return s.submission, s.content, s.line


def with_peers(
    past: PatientPast, claim: Claim, peers: Iterable[Claim] | Peers, practice: str, as_of: date, content: str = ""
) -> PatientPast:
    """The patient's past with the other claims of the file; those the store holds already are not counted twice.

    `content`: the claim's hash, where it is known already.
    """
    of_file = peers if isinstance(peers, Peers) else Peers(peers, practice, as_of)
    held = {content or content_hash(claim)} | {s.content for s in (*past.services, *past.same_batch)}
    added = of_file.beside(claim, held)
    if not added:
        return past
    every = sorted((*past.same_batch, *added), key=_in_file) if past.same_batch else added
    return replace(past, same_batch=tuple(every))
