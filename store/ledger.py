"""The ledger: every submitted line with its label as of a day, and why it has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from claims.claim import Claim, Line
from claims.reasons import Reason
from claims.remittance import Remittance
from past.acknowledging import rejection
from past.exchange import Link, Received, ServiceLink
from past.labels import Flag, LineLabel, Outcome, Waiting, Words, label_claim
from past.payer import PayerPast
from store.codec import load
from store.joining import told_of
from store.schema import links, remittances, submissions
from store.scope import Scope, chunks

CLAIMS_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One submitted line with its label. `claim_id` is CLM01: shown, never logged; `ref` is for logs."""

    claim_id: str
    line: int
    procedure: str
    outcome: Outcome
    denial_carcs: tuple[str, ...]
    denied_amount: Decimal
    first_remittance_date: date | None
    overturned: bool
    why: str
    ref: str
    payer_id: str
    submission: int  # 1 the first of its claim, 2 what replaced it ...
    frequency: str
    payer_sequence: str
    submitted_on: date
    charge: Decimal
    allowed: Decimal | None
    reason: Reason | None
    remittance: str  # the ref of the remittance the label rests on; "" without one
    overturned_on: date | None = None
    flags: tuple[Flag, ...] = ()

    def json(self) -> dict[str, object]:
        """The object of `labels --json`: money with two decimals, days in ISO form."""
        return {
            "claim_id": self.claim_id,
            "line": self.line,
            "procedure": self.procedure,
            "outcome": self.outcome.value,
            "denial_carcs": list(self.denial_carcs),
            "denied_amount": f"{self.denied_amount:.2f}",
            "first_remittance_date": self.first_remittance_date.isoformat() if self.first_remittance_date else None,
            "overturned": self.overturned,
            "why": self.why,
            "ref": self.ref,
            "payer_id": self.payer_id,
            "submission": self.submission,
            "frequency": self.frequency,
            "payer_sequence": self.payer_sequence,
            "submitted_on": self.submitted_on.isoformat(),
            "charge": f"{self.charge:.2f}",
            "allowed": None if self.allowed is None else f"{self.allowed:.2f}",
            "reason": self.reason.value if self.reason else None,
            "remittance": self.remittance,
            "overturned_on": self.overturned_on.isoformat() if self.overturned_on else None,
            "flags": [flag.value for flag in self.flags],
        }


def ledger(
    scope: Scope,
    payer: PayerPast,
    as_of: date,
    words: Words,
    *,
    since: date | None = None,
    until: date | None = None,
) -> Iterator[LedgerRow]:
    """The rows of every submission known by `as_of`, in the order of the days they went out.

    What became known later is left out: the ledger of a day stays what it was. `since` and `until` bound the days the
    claims went out on, not what is known of them.
    """
    lag = lags(payer, as_of, words)
    query = scope.select(submissions).where(submissions.c.known_on <= min(as_of, until or as_of))
    if since is not None:
        query = query.where(submissions.c.known_on >= since)
    some: list[Any] = []
    for row in scope.stream(query.order_by(submissions.c.known_on, submissions.c.ref)):
        some.append(row)
        if len(some) == CLAIMS_AT_ONCE:
            yield from _rows(scope, some, as_of, words, lag)
            some = []
    yield from _rows(scope, some, as_of, words, lag)


def rows_of(scope: Scope, ids: Sequence[int], as_of: date, words: Words) -> Iterator[LedgerRow]:
    """The rows of some submissions, by their ids in the store; what is unanswered counts as pending."""
    for some in chunks(ids, CLAIMS_AT_ONCE):
        found = list(scope.where_in(scope.select(submissions), submissions.c.id, some))
        yield from _rows(scope, found, as_of, words, lambda _: None)


def lags(payer: PayerPast, as_of: date, words: Words) -> Callable[[str], int | None]:
    """Each payer's own lag as of the day; None while too few decisions are known."""
    known: dict[str, int | None] = {}

    def lag(payer_id: str) -> int | None:
        if payer_id not in known:
            known[payer_id] = words.settings.known_lag(payer, payer_id, as_of)
        return known[payer_id]

    return lag


def _rows(
    scope: Scope, some: Sequence[Any], as_of: date, words: Words, lag: Callable[[str], int | None]
) -> Iterator[LedgerRow]:
    answers = answers_to(scope, [row.id for row in some], as_of)
    told = told_of(scope, [row.id for row in some], as_of)
    for row in some:
        claim = load(Claim, row.claim)
        labels = label_claim(
            claim,
            answers[row.id],
            sent_on=row.known_on,
            waiting=Waiting(as_of, lag(row.payer_id), words.settings),
            replaced_on=row.replaced_on if row.replaced_on and row.replaced_on <= as_of else None,
            rejection=rejection(told[row.id]),
            words=words,
        )
        for line, label in zip(claim.lines, labels, strict=True):
            yield ledger_row(row, claim, line, label)


def ledger_row(row: Any, claim: Claim, line: Line, label: LineLabel) -> LedgerRow:
    """The row of one line of a submission."""
    return LedgerRow(
        claim_id=claim.id,
        line=line.number,
        procedure=line.code,
        outcome=label.outcome,
        denial_carcs=label.denial_carcs,
        denied_amount=label.denied_amount,
        first_remittance_date=label.known_on if label.decided else None,
        overturned=label.overturned,
        why=label.why,
        ref=row.ref,
        payer_id=row.payer_id,
        submission=row.number,
        frequency=row.frequency,
        payer_sequence=claim.payer.sequence,
        submitted_on=row.known_on,
        charge=line.charge,
        allowed=label.allowed,
        reason=label.reason,
        remittance=label.remittance,
        overturned_on=label.overturned_on,
        flags=label.flags,
    )


def answers_to(scope: Scope, ids: Sequence[int], as_of: date) -> dict[int, list[tuple[Received, Link]]]:
    """The remittances known by the day, with their links, by submission id."""
    query = scope.select(remittances).where(remittances.c.known_on <= as_of)
    found = list(scope.where_in(query, remittances.c.submission_id, ids))
    services: dict[int, list[ServiceLink]] = defaultdict(list)
    by_service = scope.select(links).order_by(links.c.remittance_id, links.c.position)
    for row in scope.where_in(by_service, links.c.remittance_id, [row.id for row in found]):
        services[row.remittance_id].append(ServiceLink(row.line, row.how, row.why_unmatched))
    answers: dict[int, list[tuple[Received, Link]]] = defaultdict(list)
    for row in found:
        received = Received(row.ref, row.known_on, load(Remittance, row.remittance))
        answers[row.submission_id].append((received, Link(row.ref, row.ref, tuple(services[row.id]))))
    return answers
