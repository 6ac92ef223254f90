"""Links and labels again, from scratch, whatever new rows may have touched: the order of arrival leaves no trace.

Rows touch one another when they share a claim number or a payer's claim number (CLP07, REF*F8), directly or through
others. All that hangs together is linked anew; what comes out differently is written, and decisions that came, went or
changed are told as events.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, select, update

from claims.claim import Claim, Line
from claims.reasons import Reason
from claims.remittance import Remittance
from past.exchange import Link, Received, Sent
from past.labels import LineLabel, Outcome, Words, label_claim
from past.lineage import Place, places
from past.linking import link
from past.payer import Decision
from store.codec import load
from store.schema import acknowledged, acknowledgments, decisions, events, links, practices, remittances, submissions
from store.scope import Scope, chunks

KEYS_AT_ONCE = 300
DECIDED, UNDECIDED = "decided", "undecided"
LABELS = 2  # goes up with every change of how answers are linked or labelled: a store of less is done anew
FamilyOf = Callable[[str], str]


@dataclass
class Relinker:
    """Works off claim keys that new rows touched; `late_matches` counts services of older remittances it matched."""

    scope: Scope
    words: Words
    new_files: frozenset[int] = frozenset()  # their services are counted otherwise
    late_matches: int = 0
    taken_back: int = 0  # decisions that no longer stand as they stood
    told: int = 0
    _done: set[str] = field(default_factory=set)

    def relink(self, keys: Iterable[str]) -> None:
        """Link all that hangs together with these claim keys."""
        some: list[str] = []
        for key in keys:
            if key not in self._done:
                some.append(key)
            if len(some) >= KEYS_AT_ONCE:
                self._relink(some)
                some = []
        if some:
            self._relink(some)

    def _relink(self, keys: Sequence[str]) -> None:
        group = _Group.around(self.scope, set(keys) - self._done)
        self._done |= group.keys
        answered = group.received
        found = link(group.sent, answered)
        self._write_links(group, found)
        stand = places(group.sent, answered, found)
        self._write_places(group, stand)
        self._write_decisions(group, _decisions(group, found, stand, self.words))

    def _write_links(self, group: _Group, found: Sequence[Link]) -> None:
        before = group.links_before(self.scope)
        changed, services = [], []
        for entry in found:
            row = group.remittances[entry.remittance]
            submission_id = group.submissions[entry.submission].id if entry.submission else None
            said = [(service.line, service.how, service.why) for service in entry.services]
            if (submission_id, entry.why, said) == (row.submission_id, row.why_unmatched, before.get(row.id, [])):
                continue
            changed.append({"row": row.id, "to": submission_id, "why": entry.why})
            adjudications = group.remittance(entry.remittance).lines
            for position, ((line, how, why), adjudication) in enumerate(zip(said, adjudications, strict=True)):
                code = adjudication.submitted_code or adjudication.code
                value = {"remittance_id": row.id, "position": position, "line": line, "how": how}
                services.append({**value, "why_unmatched": why, "code": code})
            if row.file_id not in self.new_files:
                was = sum(line is not None for line, _, _ in before.get(row.id, []))
                self.late_matches += max(0, sum(line is not None for line, _, _ in said) - was)
        for some in chunks([entry["row"] for entry in changed], 400):
            self.scope.connection.execute(self.scope.delete(links).where(links.c.remittance_id.in_(some)))
        if changed:
            statement = self.scope.update(remittances).where(remittances.c.id == bindparam("row"))
            values: dict[str, Any] = {"submission_id": bindparam("to"), "why_unmatched": bindparam("why")}
            self.scope.connection.execute(statement.values(values), changed)
        self.scope.insert(links, services)

    def _write_places(self, group: _Group, stand: Mapping[str, Place]) -> None:
        changed = [
            {"row": row.id, "n": stand[ref].number, "day": stand[ref].replaced_on}
            for ref, row in group.submissions.items()
            if (row.number, row.replaced_on) != (stand[ref].number, stand[ref].replaced_on)
        ]
        if changed:
            statement = self.scope.update(submissions).where(submissions.c.id == bindparam("row"))
            values: dict[str, Any] = {"number": bindparam("n"), "replaced_on": bindparam("day")}
            self.scope.connection.execute(statement.values(values), changed)

    def _write_decisions(self, group: _Group, now: Mapping[tuple[int, int], dict[str, Any]]) -> None:
        ids = [row.id for row in group.submissions.values()]
        before = {
            (row.submission_id, row.line): {name: row._mapping[name] for name in _DECISION_COLUMNS}
            for row in self.scope.where_in(self.scope.select_by_id(decisions), decisions.c.submission_id, ids)
        }
        gone = [key for key, decision in before.items() if now.get(key) != decision]
        come = [key for key, decision in now.items() if before.get(key) != decision]
        for submission_id, line in gone:
            self.scope.connection.execute(
                self.scope.delete(decisions).where(decisions.c.submission_id == submission_id, decisions.c.line == line)
            )
        self.scope.insert(decisions, [{"submission_id": key[0], "line": key[1], **now[key]} for key in come])
        self.taken_back += len(gone)
        self.told += len(come)
        self.scope.insert(events, [_event(UNDECIDED, key[1], before[key]) for key in gone])
        self.scope.insert(events, [_event(DECIDED, key[1], now[key]) for key in come])


_DECISION_COLUMNS = tuple(c.name for c in decisions.c if c.name not in ("submission_id", "line", "practice_id"))


def _event(kind: str, line: int, decision: Mapping[str, Any]) -> dict[str, Any]:
    """One event; what `undecided` takes back is said in full, so that whoever learned it can unlearn it."""
    said = {**decision, "known_on": decision["known_on"].isoformat()}
    return {
        "kind": kind,
        "known_on": decision["known_on"],
        "submission": decision["submission"],
        "line": line,
        "decision": json.dumps(said, separators=(",", ":")),
    }


@dataclass
class _Group:
    """The submissions and remittances that hang together with some claim keys, by ref."""

    submissions: dict[str, Any]
    remittances: dict[str, Any]
    keys: set[str]
    announced: dict[int, tuple[str, ...]] = field(default_factory=dict)  # payers' numbers, by submission id
    sent: list[Sent] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sent = [
            Sent(ref, row.known_on, load(Claim, row.claim), row.rejected_on, self.announced.get(row.id, ()))
            for ref, row in self.submissions.items()
        ]
        self.received = [
            Received(ref, row.known_on, load(Remittance, row.remittance)) for ref, row in self.remittances.items()
        ]
        self._by_ref = {entry.ref: entry.remittance for entry in self.received}

    def remittance(self, ref: str) -> Remittance:
        return self._by_ref[ref]

    def links_before(self, scope: Scope) -> dict[int, list[tuple[int | None, str, str]]]:
        """The links as they stand in the store, by remittance id, in the order of the services."""
        found: dict[int, list[tuple[int | None, str, str]]] = defaultdict(list)
        ids = [row.id for row in self.remittances.values()]
        columns = (links.c.remittance_id, links.c.line, links.c.how, links.c.why_unmatched)
        query = scope.select(links, *columns).order_by(links.c.remittance_id, links.c.position)
        for row in scope.where_in(query, links.c.remittance_id, ids):
            found[row.remittance_id].append((row.line, row.how, row.why_unmatched))
        return found

    @classmethod
    def around(cls, scope: Scope, keys: set[str]) -> _Group:
        """Everything reached from these claim keys, by claim number and payer's claim number in turn."""
        sent: dict[str, Any] = {}
        received: dict[str, Any] = {}
        seen_keys: set[str] = set()
        seen_numbers: set[str] = set()
        numbers: set[str] = set()
        announced: dict[int, tuple[str, ...]] = {}
        while keys or numbers:
            found_sent = [*_having(scope, submissions, "claim_key", keys)]
            found_sent += _having(scope, submissions, "original_reference", numbers)
            found_sent += _announced_as(scope, numbers)
            announced |= _announced(scope, [row.id for row in found_sent if row.id not in announced])
            found_received = [*_having(scope, remittances, "claim_key", keys)]
            found_received += _having(scope, remittances, "payer_control_number", numbers)
            found_received += _having(scope, remittances, "original_reference", numbers)
            sent.update((row.ref, row) for row in found_sent)
            received.update((row.ref, row) for row in found_received)
            seen_keys |= keys
            seen_numbers |= numbers
            found = [*found_sent, *found_received]
            keys = {row.claim_key for row in found} - seen_keys - {""}
            numbers = {row.original_reference for row in found}
            numbers |= {row.payer_control_number for row in found_received}
            numbers |= {number for row in found_sent for number in announced.get(row.id, ())}
            numbers -= seen_numbers | {""}
        return cls(sent, received, seen_keys, announced)


def group_around(scope: Scope, keys: set[str]) -> _Group:
    """Everything that hangs together with these claim keys, for who wants to tell of it."""
    return _Group.around(scope, keys)


def _having(scope: Scope, table: Table, column: str, values: set[str]) -> Iterator[Any]:
    return scope.where_in(scope.select(table), table.c[column], sorted(values))


def _announced_as(scope: Scope, numbers: set[str]) -> list[Any]:
    """The submissions for which a front end announced one of these payer's numbers."""
    query = scope.select(acknowledgments, acknowledged.c.submission_id).join(
        acknowledged, acknowledged.c.acknowledgment_id == acknowledgments.c.id
    )
    found = scope.where_in(query, acknowledgments.c.payer_control_number, sorted(numbers))
    ids = sorted({row.submission_id for row in found})
    return list(scope.where_in(scope.select(submissions), submissions.c.id, ids))


def _announced(scope: Scope, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The payer's numbers that front ends announced, by submission id."""
    found: dict[int, tuple[str, ...]] = {}
    query = (
        scope.select_by_id(acknowledgments, acknowledged.c.submission_id, acknowledgments.c.payer_control_number)
        .join(acknowledged, acknowledged.c.acknowledgment_id == acknowledgments.c.id)
        .where(acknowledgments.c.payer_control_number != "")
        .order_by(acknowledgments.c.ref)
    )
    for row in scope.where_in(query, acknowledged.c.submission_id, ids):
        found[row.submission_id] = (*found.get(row.submission_id, ()), row.payer_control_number)
    return found


class Relabelled(NamedTuple):
    """How many decisions were taken back, and how many told, when a store was labelled anew."""

    taken_back: int = 0
    told: int = 0


def relabel(scope: Scope, words: Words) -> Relabelled:
    """Link and label everything anew; tells the difference as events."""
    relinker = Relinker(scope, words)
    for table in (submissions, remittances):
        keys = scope.select(table, table.c.claim_key).distinct().order_by(table.c.claim_key)
        relinker.relink([row.claim_key for row in scope.rows(keys)])
    mark = update(practices).where(practices.c.id == scope.practice)
    scope.connection.execute(mark.values(labels=LABELS, label_words=words.settings.fingerprint))
    return Relabelled(relinker.taken_back, relinker.told)


def bring_up(scope: Scope, words: Words) -> Relabelled | None:
    """Label everything anew when an older version of this program did it, or by other words; None: nothing to do."""
    return None if labels_stand(scope, words) else relabel(scope, words)


def labels_stand(scope: Scope, words: Words) -> bool:
    """True when the rows are labelled by this version of the program and by the practice's words as they are now."""
    columns = select(practices.c.labels, practices.c.label_words).where(practices.c.id == scope.practice)
    row = scope.connection.execute(columns).first()
    return row is not None and row.labels >= LABELS and row.label_words == words.settings.fingerprint


def _decisions(
    group: _Group, found: Sequence[Link], stand: Mapping[str, Place], words: Words
) -> dict[tuple[int, int], dict[str, Any]]:
    """The first adjudication of every line that has one, by submission id and line number."""
    answers: dict[str, list[tuple[Received, Link]]] = defaultdict(list)
    by_ref = {entry.ref: entry for entry in group.received}
    for entry in found:
        if entry.submission:
            answers[entry.submission].append((by_ref[entry.remittance], entry))
    decided: dict[tuple[int, int], dict[str, Any]] = {}
    for sent in group.sent:
        row = group.submissions[sent.ref]
        if not answers[sent.ref]:
            continue
        labels = label_claim(
            sent.claim,
            answers[sent.ref],
            sent_on=sent.known_on,
            replaced_on=stand[sent.ref].replaced_on,
            words=words,
        )
        for line, label in zip(sent.claim.lines, labels, strict=True):
            if label.decided and label.known_on is not None:
                decided[row.id, line.number] = _decision(sent, row, line, label, label.known_on)
    return decided


def _decision(sent: Sent, row: Any, line: Line, label: LineLabel, answered_on: date) -> dict[str, Any]:
    denied = label.outcome is Outcome.DENIED
    return {
        "submission": sent.ref,
        "patient": row.patient,
        "known_on": max(sent.known_on, answered_on),
        "payer_id": sent.claim.payer.id,
        "code": line.code,
        "denied": denied,
        "reason": label.reason.value if denied and label.reason else None,
        "charge_cents": cents(line.charge),
        "allowed_cents": None if denied or label.allowed is None else cents(label.allowed),
        "units": float(line.units),
        "lag_days": max(0, (answered_on - sent.known_on).days),
    }


def cents(amount: Decimal) -> int:
    """The amount in whole cents.

    >>> cents(Decimal("12.345")), cents(Decimal("-1"))
    (1235, -100)
    """
    return int((amount * 100).to_integral_value(ROUND_HALF_UP))


def decision_from(said: Mapping[str, Any], family_of: FamilyOf) -> Decision:
    """The decision of a row or of an event; the family is looked up now, by today's code table."""
    known_on = said["known_on"]
    return Decision(
        known_on=known_on if isinstance(known_on, date) else date.fromisoformat(known_on),
        family=family_of(said["code"]),
        reason=Reason(said["reason"]) if said["reason"] else None,
        denied=bool(said["denied"]),
        **{name: said[name] for name in _PLAIN},
    )


_PLAIN = tuple(f.name for f in fields(Decision) if f.name not in ("known_on", "family", "reason", "denied"))
