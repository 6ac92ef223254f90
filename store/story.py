"""The story of a line out of the store, by ref or claim number: all that was sent, and all that came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func

from claims.claim import Claim
from claims.errors import UnreadableInput
from past.acknowledging import rejection
from past.answers import answers_of
from past.exchange import Link, Received, Sent, Told, claim_key
from past.labels import Waiting, Words, label_claim
from past.likeness import agreeing
from past.lineage import places
from past.linking import link
from past.payer import PayerPast
from past.story import AnswerStory, Linked, Ripeness, Training, answers_told, ripeness, training
from store.codec import load
from store.joining import told_of
from store.ledger import LedgerRow, answers_to, lags, ledger_row
from store.relinking import group_around
from store.schema import decisions, submissions
from store.scope import Scope

WITHOUT_SERVICES = "the remittance names no services: its amounts are shared out by charge"


@dataclass(frozen=True, slots=True)
class SubmissionStory:
    """One of the submissions of a claim."""

    ref: str
    number: int
    frequency: str
    submitted_on: date
    replaced_on: date | None
    rejected_on: date | None
    this: bool

    def json(self) -> dict[str, object]:
        """Snake_case fields."""
        return {
            "ref": self.ref,
            "submission": self.number,
            "frequency": self.frequency,
            "submitted_on": self.submitted_on.isoformat(),
            "replaced_on": self.replaced_on.isoformat() if self.replaced_on else None,
            "rejected_on": self.rejected_on.isoformat() if self.rejected_on else None,
            "this": self.this,
        }


@dataclass(frozen=True, slots=True)
class LineStory:
    """A line's label and everything it rests on."""

    label: LedgerRow
    submissions: tuple[SubmissionStory, ...]
    front_ends: tuple[Told, ...]
    answers: tuple[AnswerStory, ...]
    ripeness: Ripeness
    training: Training

    def json(self) -> dict[str, object]:
        """The row of the ledger, with its story."""
        return {
            **self.label.json(),
            "submissions": [s.json() for s in self.submissions],
            "front_ends": [_front_end(told) for told in self.front_ends],
            "answers": [a.json() for a in self.answers],
            "ripeness": self.ripeness.json(),
            "training": self.training.json(),
        }


def _front_end(told: Told) -> dict[str, object]:
    ack = told.acknowledgment
    return {"known_on": told.known_on.isoformat(), "rejects": ack.rejects, "why": ack.why}


def stories(
    scope: Scope, payer: PayerPast, which: str, as_of: date, words: Words, *, line: int | None = None
) -> list[LineStory]:
    """The stories of the lines of one submission (by ref) or of all of a claim (by CLM01), as known by the day.

    Raises UnreadableInput when the store knows nothing of that name by then.
    """
    rows = _named(scope, which, as_of)
    if not rows:
        raise UnreadableInput(
            "--explain", found="neither a ref nor a claim number of this store",
            expected="a ref or claim_id of the ledger", advice="`cleanclaim labels --json` lists both.",
        )  # fmt: skip
    found = [story for row in rows for story in _of_submission(scope, payer, row, as_of, words, line)]
    if not found:
        raise UnreadableInput("--line", found=str(line), expected="the number of a line of the claim")
    return found


def _named(scope: Scope, which: str, as_of: date) -> list[Any]:
    known = scope.select(submissions).where(submissions.c.known_on <= as_of)
    by_ref = scope.rows(known.where(submissions.c.ref == which.strip()))
    if by_ref:
        return list(by_ref)
    of_claim = known.where(submissions.c.claim_key == claim_key(which)).order_by(
        submissions.c.known_on, submissions.c.ref
    )
    return [row for row in scope.rows(of_claim) if load(Claim, row.claim).id.strip() == which.strip()]


def known_until(scope: Scope, as_of: date) -> date:
    """The newest day by `as_of` that a payer's answer is known of, the day by which training tells what is ripe.

    Where no payer has answered anything it is that of the newest claim, and without one `as_of`.
    """
    for table in (decisions, submissions):
        of = scope.select(table, func.max(table.c.known_on)).where(table.c.known_on <= as_of)
        day: date | None = scope.connection.scalar(of)
        if day is not None:
            return day
    return as_of


def _of_submission(
    scope: Scope, payer: PayerPast, row: Any, as_of: date, words: Words, only: int | None
) -> list[LineStory]:
    claim = load(Claim, row.claim)
    answers = answers_to(scope, [row.id], as_of)[row.id]
    spoken = sorted(told_of(scope, [row.id], as_of)[row.id], key=lambda t: (t.known_on, t.ref))
    family, sent = _family(scope, row, as_of)
    until = known_until(scope, as_of)
    labels = label_claim(
        claim,
        answers,
        sent_on=row.known_on,
        waiting=Waiting(as_of, lags(payer, as_of, words)(row.payer_id), words.settings),
        replaced_on=row.replaced_on if row.replaced_on and row.replaced_on <= as_of else None,
        rejection=rejection(spoken),
        words=words,
    )
    ripe = ripeness(payer, row.payer_id, row.known_on, until, words)
    return [
        LineStory(
            ledger_row(row, claim, one, label),
            family,
            tuple(spoken),
            tuple(answers_told(one, _linked(sent, answers, i), row.known_on, words)),
            ripe,
            training(label, claim.frequency, ripe),
        )
        for i, (one, label) in enumerate(zip(claim.lines, labels, strict=True))
        if only is None or one.number == only
    ]


def _linked(sent: Sent, answers: Sequence[tuple[Received, Link]], i: int) -> list[Linked]:
    """The answers to one line with how each came to it, in order."""
    found = []
    for received, entry in sorted(answers, key=lambda pair: pair[0].order):
        answer = answers_of(sent.claim, received, entry).get(i)
        if answer is not None:
            hows = dict.fromkeys(service.how for service in entry.services if service.line == i)
            found.append(Linked(answer, agreeing(sent, received), "; ".join(hows) or WITHOUT_SERVICES))
    return found


def _family(scope: Scope, row: Any, as_of: date) -> tuple[tuple[SubmissionStory, ...], Sent]:
    """The submissions of the claim known by the day, and the one asked for as it was compared with its answers."""
    group = group_around(scope, {row.claim_key})
    sent = [s for s in group.sent if s.known_on <= as_of]
    received = [r for r in group.received if r.known_on <= as_of]
    stand = places(sent, received, link(sent, received))
    first = stand[row.ref].first
    told = []
    for s in sorted(sent, key=lambda s: (stand[s.ref].number, s.known_on, s.ref)):
        place = stand[s.ref]
        if place.first == first:
            rejected = s.rejected_on if s.rejected_on and s.rejected_on <= as_of else None
            told.append(
                SubmissionStory(
                    s.ref, place.number, s.claim.frequency, s.known_on, place.replaced_on, rejected, s.ref == row.ref
                )
            )
    (this,) = (s for s in sent if s.ref == row.ref)
    return tuple(told), this
