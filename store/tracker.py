"""The authorizations a practice holds, as known on a day: what each allows, who drew on it, and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from claims.claim import ZERO, Authorization
from past.draws import Balance, balances
from past.patient import Service, patient_past
from past.recorded import Recorded, standing
from store.history import recorded_from, services_known
from store.recording import AUTHORIZATION, ELIGIBILITY, shown_ref
from store.report import Overdrawn
from store.schema import patient_keys, record_keys, records, submissions
from store.scope import Scope

NEXT_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """One entry that speaks on a day, with what is left of it.

    `book` is every entry on its authorization up to that day; `claim_ids` those of the patient's claims that drew on
    it, `newest_claim` the last claim sent for the patient; `keys` are those under which the record is filed.
    """

    ref: str  # A12: what a person types
    recorded: Recorded
    book: tuple[Recorded, ...]
    balances: tuple[Balance, ...]
    keys: frozenset[str]
    why_unlinked: str = ""
    newest_claim: str = ""

    @property
    def authorization(self) -> Authorization:
        """The payer's word."""
        held = self.recorded.entry.authorization
        if held is None:
            raise ValueError(f"{self.ref} is no authorization")
        return held

    @property
    def claim_ids(self) -> tuple[str, ...]:
        """The claims that drew on it, in the order of their services."""
        draws = (draw for balance in self.balances for draw in balance.draws)
        in_order = sorted(draws, key=lambda draw: draw.service.service_date)
        return tuple(dict.fromkeys(draw.service.claim_id for draw in in_order))


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer about cover: the newest its patient has from that payer on the day."""

    ref: str
    recorded: Recorded
    why_unlinked: str = ""


def held_on(
    scope: Scope,
    as_of: date,
    only: Sequence[int] | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> Iterator[Held]:
    """The authorizations as known at the end of the day, in the order they came; `only` those of some numbers."""
    books = _books(scope, AUTHORIZATION, as_of, only)
    keys = _keys(scope, list(books))
    known: dict[frozenset[str], tuple[Service, ...]] = {}
    for done, (number, rows) in enumerate(sorted(books.items()), 1):
        book = tuple(recorded_from(row) for row in rows)
        of = frozenset(keys[number])
        if of not in known:
            known[of] = _services(scope, of, as_of)
        why = "" if of else next((row.why_unlinked for row in rows if row.why_unlinked), "")
        newest = max(known[of], key=lambda s: (s.known_on, s.service_date), default=None)
        for one in standing(book, as_of):
            held = one.entry.authorization
            drawn = balances(held, known[of]) if held and one.entry.decision in GRANTED else ()
            yield Held(shown_ref(AUTHORIZATION, number), one, book, drawn, of, why, newest.claim_id if newest else "")
        if progress is not None:
            progress(done, len(books))


GRANTED = frozenset({"approved", "partial"})


def answers_on(scope: Scope, as_of: date) -> list[Answered]:
    """The newest answer about cover of each patient and payer, as known at the end of the day."""
    books = _books(scope, ELIGIBILITY, as_of, None)
    keys = _keys(scope, list(books))
    newest: dict[object, Answered] = {}
    for number, (row, *_) in sorted(books.items(), key=lambda item: (item[1][0].recorded_on, item[0])):
        one = recorded_from(row)
        payers = tuple(sorted({answer.payer_id for answer in one.entry.answers}))
        whose: object = (min(keys[number]), payers) if keys[number] else number
        newest[whose] = Answered(shown_ref(ELIGIBILITY, number), one, row.why_unlinked)
    return list(newest.values())


def overdrawn(scope: Scope, file_ids: Sequence[int]) -> list[Overdrawn]:
    """The lines of some files that bill more than their authorization had left, as all stands now."""
    sent = scope.select_by_id(submissions, submissions.c.ref, submissions.c.patient)
    rows = scope.rows(sent.where(submissions.c.file_id.in_(file_ids)))
    ours = {row.ref for row in rows}
    of_patients = scope.select(patient_keys)  # whole rows: to SQLite, reading the primary key through seems cheap
    keys = {r.key for r in scope.where_in(of_patients, patient_keys.c.patient, sorted({r.patient for r in rows}))}
    numbers = scope.select(record_keys, record_keys.c.authorization)
    only = sorted({row.authorization for row in scope.where_in(numbers, record_keys.c.key, sorted(keys))})
    return [
        Overdrawn(
            held.ref, draw.service.claim_id, draw.service.line, balance.code, draw.overdrawn, balance.allowed or ZERO
        )
        for held in held_on(scope, date.max - NEXT_DAY, only)
        for balance in held.balances
        for draw in balance.draws
        if draw.overdrawn and draw.service.submission in ours
    ]


def _books(scope: Scope, kind: str, as_of: date, only: Sequence[int] | None) -> dict[int, list[Any]]:
    """The rows of each authorization, known by the day, in order."""
    query = scope.select(records).where(records.c.kind == kind, records.c.recorded_on <= as_of)
    query = query.order_by(records.c.recorded_on, records.c.id)
    found: dict[int, list[Any]] = defaultdict(list)
    rows: Iterable[Any] = scope.rows(query) if only is None else scope.where_in(query, records.c.authorization, only)
    for row in rows:
        found[row.authorization].append(row)
    return found


def _keys(scope: Scope, numbers: Sequence[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row in scope.where_in(scope.select(record_keys), record_keys.c.authorization, numbers):
        found[row.authorization].add(row.key)
    return found


def _services(scope: Scope, keys: frozenset[str], as_of: date) -> tuple[Service, ...]:
    """The services that stand at the end of the day, of every patient the keys name."""
    query = scope.select(patient_keys, patient_keys.c.patient)
    patients = sorted({row.patient for row in scope.where_in(query, patient_keys.c.key, sorted(keys))})
    every = [service for patient in patients for service in services_known(scope, patient)]
    past = patient_past(every, as_of=as_of + NEXT_DAY, submission="", content="", batch="", known_since=None)
    return past.services
