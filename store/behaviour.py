"""What the store holds of payers: which there are, and how one of them has answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func

from claims.claim import Claim
from past.behaviour import Answered
from past.labels import Words
from scrubber.tables import Tables
from store.codec import load
from store.ledger import rows_of
from store.relinking import FamilyOf, decision_from
from store.schema import decisions, submissions
from store.scope import Scope

_SET_ASIDE: dict[str, Any] = {"evidence": None, "prior_services": None, "authorizations": None, "eligibility": None}


class PayerSeen(NamedTuple):
    """A payer id of the claims sent: how much there is of it, and its newest claim, which tells how it is named."""

    payer_id: str
    claims: int
    last_sent: date
    decided_lines: int
    last_answered: date | None
    newest: Claim


def payers_seen(scope: Scope, as_of: date) -> list[PayerSeen]:
    """Every payer id that claims were sent to by a day, those with the most claims first."""
    sent = scope.select(
        submissions,
        submissions.c.payer_id,
        func.count().label("claims"),
        func.max(submissions.c.known_on).label("last"),
        func.max(submissions.c.id).label("newest"),
    ).where(submissions.c.known_on <= as_of)
    groups = scope.rows(sent.group_by(submissions.c.payer_id))
    answered = scope.select(
        decisions, decisions.c.payer_id, func.count().label("lines"), func.max(decisions.c.known_on).label("last")
    ).where(decisions.c.known_on < as_of)
    decided = {row.payer_id: row for row in scope.rows(answered.group_by(decisions.c.payer_id))}
    newest = {
        row.id: load(Claim, row.claim, _SET_ASIDE)
        for row in scope.where_in(scope.select(submissions), submissions.c.id, [row.newest for row in groups])
    }
    found = []
    for row in groups:
        of = decided.get(row.payer_id)
        lines, last = (of.lines, of.last) if of else (0, None)
        found.append(PayerSeen(row.payer_id, row.claims, row.last, lines, last, newest[row.newest]))
    return sorted(found, key=lambda seen: (-seen.claims, seen.payer_id))


def by_payer(tables: Tables, seen: Iterable[PayerSeen]) -> dict[str, list[PayerSeen]]:
    """The payer ids of each payer the tables know, by its key; under "" those of none."""
    found: dict[str, list[PayerSeen]] = defaultdict(list)
    for one in seen:
        row = tables.payer_row(one.newest)
        found[row.key if row else ""].append(one)
    return found


def answers_of(
    scope: Scope, payer_ids: Collection[str], words: Words, family_of: FamilyOf, *, first: date, before: date
) -> Iterator[Answered]:
    """The first answers of some payer ids that became known from `first` on and before a day, oldest first.

    Of denied lines the adjustments too, as the ledger of the day before has them.
    """
    query = (
        scope.select(decisions)
        .where(decisions.c.known_on >= first, decisions.c.known_on < before, decisions.c.payer_id.in_(payer_ids))
        .order_by(decisions.c.known_on, decisions.c.submission, decisions.c.line)
    )
    rows = list(scope.stream(query))
    denied = sorted({row.submission_id for row in rows if row.denied})
    carcs = {
        (told.ref, told.line): told.denial_carcs for told in rows_of(scope, denied, before - timedelta(days=1), words)
    }
    for row in rows:
        decision = decision_from(row._mapping, family_of)
        yield Answered(decision, carcs.get((row.submission, row.line), ()) if row.denied else ())
