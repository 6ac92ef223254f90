"""What the store knows of prices: every submitted line with what the payer's answers to it stood at, for FIN-004."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from claims.claim import Claim, Line, PayerType
from claims.remittance import Remittance
from past.exchange import Link, Received, ServiceLink
from past.labels import Words
from past.standing import standings
from past.underpayment import PricedLine, PriceKey, Unknown
from scrubber.parameters import parameter
from scrubber.tables import TableGap, Tables
from store.codec import load
from store.schema import links, remittances, submissions
from store.scope import Scope

# Kinds of modifiers that do not change what a payer allows for the service. Every other modifier may, and one the table
# of modifiers does not hold too: lines are compared only with lines that carry the same.
UNPRICED_KINDS = frozenset(
    {
        "distinct", "drug", "lab", "liability", "policy", "preventive", "repeat", "side", "site", "substitute",
        "telehealth", "visit",
    }
)  # fmt: skip
# Their prices are published for a year of service: last year's price says nothing of this year's.
YEARLY = frozenset({PayerType.MEDICARE, PayerType.MEDICARE_ADVANTAGE, PayerType.TRICARE, PayerType.VA})
BY_UNIT = "UN"

# Fields a price does not need, and with them nearly all of the patient's data: not even read.
_NOT_OF_CLAIM: Mapping[str, Any] = {
    "subscriber": {"person": {}}, "patient": {}, "diagnoses": [], "other_payers": None, "origin": None, "extra": None,
    "dates": None, "evidence": None, "authorizations": None, "eligibility": None, "facility": None, "referring": None,
    "supervising": None,
}  # fmt: skip
_NOT_OF_REMITTANCE: Mapping[str, Any] = {"payment": {}, "patient": None, "extra": None, "member_id": None}


def priced_lines(
    scope: Scope, as_of: date, words: Words, tables: Tables, progress: Callable[[int, int | None], None] | None = None
) -> Iterator[PricedLine]:
    """Every answered line of the submissions, with what was known by `as_of`.

    One pass over submissions and answers, both in the order of the submissions, however many there are.
    """
    keys = _Keys(tables, as_of)
    answered = _Answers(scope, as_of)
    total = answered.count() if progress else None
    query = (
        scope.select(submissions)
        .where(submissions.c.known_on <= as_of, submissions.c.id.in_(answered.submissions()))
        .order_by(submissions.c.id)
    )
    for done, row in enumerate(scope.stream(query)):
        if progress and done % 500 == 0:
            progress(done, total)
        yield from _of_submission(row, answered.of(row.id), as_of, words, keys)


def _of_submission(
    row: Any, answers: list[tuple[Received, Link]], as_of: date, words: Words, keys: _Keys
) -> Iterator[PricedLine]:
    claim = load(Claim, row.claim, _NOT_OF_CLAIM)
    replaced_on = row.replaced_on if row.replaced_on and row.replaced_on <= as_of else None
    stood = standings(claim, answers, sent_on=row.known_on, replaced_on=replaced_on, words=words)
    for line, spans in zip(claim.lines, stood, strict=True):
        if spans:
            day = line.service_from or row.known_on
            key, unknown = keys.of(claim, line, day)
            yield PricedLine(
                claim.id, row.ref, line.number, row.payer_id, line.code, line.modifiers, key, unknown, line.units,
                line.charge, day, spans,
            )  # fmt: skip


class _Answers:
    """The answers to submissions, asked for in the order of their ids."""

    def __init__(self, scope: Scope, as_of: date) -> None:
        self._scope = scope
        self._which = (remittances.c.submission_id.is_not(None), remittances.c.known_on <= as_of)
        self._links: dict[int, list[ServiceLink]] = defaultdict(list)
        services = scope.select(links, links.c.remittance_id, links.c.line)
        for remittance_id, line in scope.stream(services.order_by(links.c.remittance_id, links.c.position)):
            self._links[remittance_id].append(_service_link(line))
        query = scope.select(remittances).where(*self._which).order_by(remittances.c.submission_id, remittances.c.id)
        self._rows = scope.stream(query)
        self._next = next(self._rows, None)

    def count(self) -> int:
        """How many submissions have an answer."""
        return len(self._scope.rows(self.submissions()))

    def submissions(self) -> Any:
        """The ids of those that have."""
        return self._scope.select(remittances, remittances.c.submission_id).where(*self._which).distinct()

    def of(self, submission_id: int) -> list[tuple[Received, Link]]:
        """The answers to one submission, with their links."""
        found = []
        while self._next is not None and self._next.submission_id <= submission_id:
            row = self._next
            if row.submission_id == submission_id:
                remittance = load(Remittance, row.remittance, _NOT_OF_REMITTANCE)
                services = tuple(self._links.pop(row.id, ()))
                found.append((Received(row.ref, row.known_on, remittance), Link(row.ref, row.ref, services)))
            self._next = next(self._rows, None)
        return found


@cache
def _service_link(line: int | None) -> ServiceLink:
    return ServiceLink(line, "", "")


class _Keys:
    """What makes the price of a line, by the tables; nearly every question was asked before."""

    def __init__(self, tables: Tables, as_of: date) -> None:
        self._tables, self._as_of = tables, as_of
        self._rate = cache(self._rate_of)
        self._priced = cache(self._priced_of)
        self._practitioner = cache(self._practitioner_of)
        self._yearly: dict[Any, bool] = {}

    def of(self, claim: Claim, line: Line, day: date) -> tuple[PriceKey, Unknown | None]:
        place_kind = self._rate(claim.place_of(line), day)
        key = PriceKey(
            claim.payer.id,
            line.code,
            self._priced(line.modifiers, day),
            place_kind,
            claim.kind.value,
            self._practitioner(claim.rendering_of(line).taxonomy, day),
            day.year if self._is_yearly(claim) else 0,
        )
        if line.unit != BY_UNIT or line.units <= 0:
            return key, Unknown.NOT_BY_UNIT
        return key, None if place_kind else Unknown.PLACE

    def _is_yearly(self, claim: Claim) -> bool:
        if claim.payer not in self._yearly:
            self._yearly[claim.payer] = self._tables.payer_type(claim) in YEARLY
        return self._yearly[claim.payer]

    def _rate_of(self, place: str, day: date) -> str:
        try:
            row = self._tables.places.on(day, self._as_of).get(place)
        except TableGap:
            return ""
        return row.rate if row else ""

    def _priced_of(self, modifiers: tuple[str, ...], day: date) -> tuple[str, ...]:
        try:
            table = self._tables.modifiers.on(day, self._as_of)
        except TableGap:
            return tuple(sorted(set(modifiers)))
        rows = {modifier: table.get(modifier) for modifier in modifiers}
        return tuple(sorted(m for m, row in rows.items() if row is None or row.kind not in UNPRICED_KINDS))

    def _practitioner_of(self, taxonomy: str, day: date) -> str:
        try:
            value = parameter("practitioner_taxonomies").on(day, self._as_of)
        except TableGap:
            return ""
        if not taxonomy or value is None:
            return ""
        return "yes" if taxonomy.startswith(value.words) else "no"
