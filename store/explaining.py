"""What an ingest could not match, and the submissions that come nearest: the claim number is shown, never logged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from claims.acknowledgment import ClaimAcknowledgment
from claims.claim import Claim
from claims.remittance import Remittance
from past.acknowledging import join_claim
from past.exchange import Candidate, Received, Sent
from past.likeness import nearest
from store.codec import load
from store.joining import told
from store.report import Unmatched, UnmatchedAcknowledgment
from store.schema import acknowledgments, links, remittances, services, submissions
from store.scope import Scope

LOOKED_AT = 40  # submissions compared for one answer: those of its claim number, else with one of its services


def unmatched_services(scope: Scope, new_files: Sequence[int], room: int) -> list[Unmatched]:
    """The services without a line, and the remittances without services or submission; at most `room` of them."""
    columns = (
        remittances.c.id,
        remittances.c.ref,
        remittances.c.known_on,
        remittances.c.claim_key,
        remittances.c.submission_id,
        remittances.c.remittance,
        remittances.c.why_unmatched,
        links.c.position,
        links.c.code,
        links.c.why_unmatched.label("why"),
    )
    query = (
        scope.select_by_id(remittances, *columns)
        .outerjoin(links, links.c.remittance_id == remittances.c.id)
        .where(remittances.c.file_id.in_(new_files), links.c.line.is_(None))
        .where((remittances.c.why_unmatched != "") | links.c.position.is_not(None))
        .order_by(remittances.c.id, links.c.position)
        .limit(max(0, room))
    )
    found: list[Unmatched] = []
    last: tuple[int, Remittance, tuple[Candidate, ...]] | None = None
    for row in scope.rows(query):
        if last is None or last[0] != row.id:
            r = load(Remittance, row.remittance)
            last = row.id, r, _candidates(scope, row, r)
        why = row.why or row.why_unmatched
        near = last[2] if row.submission_id is None else _matched(last[2], why)
        position = None if row.position is None else row.position + 1
        found.append(Unmatched(last[1].claim_id, row.ref, position, row.code or "", why, near))
    return found


def _candidates(scope: Scope, row: Any, r: Remittance) -> tuple[Candidate, ...]:
    """The nearest submissions of an answer that went to none; the one it went to, when only a service is left over."""
    if row.submission_id is not None:
        taken = scope.select(submissions).where(submissions.c.id == row.submission_id)
        return tuple(Candidate(s.ref, s.claim.id, s.known_on, ()) for s in _sent(scope.rows(taken)))
    rows = _newest_of(scope, row.claim_key) if row.claim_key else []
    rows = rows or _with_a_service(scope, r)
    return nearest(Received(row.ref, row.known_on, r), _sent(rows))


def _newest_of(scope: Scope, claim_key: str) -> list[Any]:
    """The newest submissions of a claim number; sorted here, or SQLite would read the practice's claims by day."""
    days = scope.select(submissions, submissions.c.id, submissions.c.known_on, submissions.c.ref)
    same = sorted(scope.rows(days.where(submissions.c.claim_key == claim_key)), key=lambda row: row.ref)
    newest = [row.id for row in sorted(same, key=lambda row: row.known_on, reverse=True)[:LOOKED_AT]]
    found = {row.id: row for row in scope.where_in(scope.select(submissions), submissions.c.id, newest)}
    return [found[i] for i in newest]


def _matched(near: Sequence[Candidate], why: str) -> tuple[Candidate, ...]:
    return tuple(Candidate(c.submission, c.claim_id, c.known_on, (why,)) for c in near)


def _with_a_service(scope: Scope, r: Remittance) -> list[Any]:
    """Submissions with one of the answer's services: its code on its day."""
    told_services = {(x.service_from or r.service_from, x.submitted_code or x.code) for x in r.lines}
    ids: set[int] = set()
    for day, code in sorted((d, c) for d, c in told_services if isinstance(d, date)):
        query = scope.select(services, services.c.submission_id).where(
            services.c.service_date == day, services.c.code == code
        )
        ids |= {row.submission_id for row in scope.rows(query.order_by(services.c.submission_id).limit(LOOKED_AT))}
    return list(scope.where_in(scope.select(submissions), submissions.c.id, sorted(ids)[:LOOKED_AT]))


def _sent(rows: Iterable[Any]) -> list[Sent]:
    return [Sent(row.ref, row.known_on, load(Claim, row.claim)) for row in rows]


def unmatched_acknowledgments(scope: Scope, new_files: Sequence[int], room: int) -> list[UnmatchedAcknowledgment]:
    """What front ends said of submissions that are not here or cannot be told apart; at most `room` of them."""
    query = (
        scope.select_by_id(acknowledgments)
        .where(acknowledgments.c.file_id.in_(new_files), acknowledgments.c.why_unmatched != "")
        .order_by(acknowledgments.c.id)
        .limit(max(0, room))
    )
    found = []
    for row in scope.rows(query):
        one = told(row)
        ack, near = one.acknowledgment, tuple[Candidate, ...]()
        if isinstance(ack, ClaimAcknowledgment) and row.claim_key:
            same = scope.select(submissions).where(submissions.c.claim_key == row.claim_key).limit(LOOKED_AT)
            near = join_claim(one, _sent(scope.rows(same))).candidates
        claim_id = ack.claim_id if isinstance(ack, ClaimAcknowledgment) else ""
        found.append(UnmatchedAcknowledgment(claim_id, row.ref, row.kind, ack.rejects, row.why_unmatched, near))
    return found
