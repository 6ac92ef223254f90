"""Adds entries to the book of approvals and cover, and links them: words on one authorization, and whose they are.

What an entry says of the patient is kept as keyed hashes alone. One that says only a member id or a claim number is
linked through the claims sent, and anew whenever claims of that number come in; until one patient alone fits, it waits.
So is one that says only member id and birth date, as soon as a claim is known that has both: twins share them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from claims.claim import Claim
from claims.entries import NOBODY, Entry, whose_of
from claims.identity import RecordKeys, claim_number_key, record_keys
from store.codec import dump, load
from store.report import Unlinked
from store.schema import events, patient_keys, records, submissions
from store.schema import record_keys as keys_of_records
from store.scope import Scope

RECORDED = "recorded"
AUTHORIZATION, ELIGIBILITY = "authorization", "eligibility"
NOBODY_SAID = "it names no patient: no record number, no name with birth date, no member id, no claim"
NOT_YET = "no claim in the store has its {what}"
CLAIM_NUMBER, MEMBER_ID = "claim number", "member id"
SEVERAL = "claims of several patients have its {what}"
OTHER_NUMBER = "several authorizations have this number, and it names no patient"


def has_records(scope: Scope) -> bool:
    """True when the practice's book holds something."""
    return scope.connection.execute(scope.select(records, records.c.id).limit(1)).first() is not None


@dataclass
class Recorder:
    """Takes entries one by one, in one transaction that holds the practice's lock."""

    scope: Scope
    secret: bytes
    file_id: int | None = None
    authorizations: int = 0
    eligibility: int = 0
    duplicates: int = 0
    refs: list[int] = field(default_factory=list)  # of the authorizations it touched

    @property
    def records(self) -> int:
        """How many entries have been given."""
        return self.authorizations + self.eligibility + self.duplicates

    def add(self, entries: Iterable[Entry]) -> None:
        """Add the entries the book does not hold yet."""
        for entry in entries:
            if not (self.refs or self.duplicates or has_records(self.scope)):
                _fill_patient_keys(self.scope, self.secret)  # the first record this practice has
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        scope, kind = self.scope, ELIGIBILITY if entry.authorization is None else AUTHORIZATION
        said = record_keys(self.secret, entry.whose)
        by_claim = claim_number_key(self.secret, entry.claim_id)
        ref = _ref(scope.practice, entry, (*said.keys, said.member, by_claim))
        same = scope.select(records, records.c.id).where(records.c.ref == ref)
        if scope.connection.execute(same).first() is not None:
            self.duplicates += 1
            return
        number = entry.authorization.number.strip() if entry.authorization else ""
        found = self._linked(said, by_claim)
        row = {
            "file_id": self.file_id, "ref": ref, "authorization": 0, "kind": kind, "recorded_on": entry.recorded_on,
            "entered_at": datetime.now(UTC), "number": number, "request": entry.request.strip(), "own": said.own,
            "through": found.through, "why_unlinked": found.why,
            "entry": dump(replace(entry, whose=NOBODY)),
        }  # fmt: skip
        row_id = scope.insert_one(records, row)
        chain, why = self._chain(row_id, entry, found.keys) if kind == AUTHORIZATION else (row_id, "")
        unlinked = "" if chain != row_id and not found.keys else why or found.why
        change = scope.update(records).where(records.c.id == row_id)
        scope.connection.execute(change.values(authorization=chain, why_unlinked=unlinked))
        scope.insert(keys_of_records, [{"record_id": row_id, "key": key, "authorization": chain} for key in found.keys])
        event = {"kind": RECORDED, "known_on": entry.recorded_on, "submission": ref, "line": None, "decision": None}
        scope.insert(events, [event])
        self.refs.append(chain)
        self.authorizations += kind == AUTHORIZATION
        self.eligibility += kind == ELIGIBILITY

    def _linked(self, said: RecordKeys, by_claim: str) -> _Found:
        if said.born in said.keys:
            return self._by_birth(said)
        if said.keys:
            return _Found(said.keys)
        members = said.called or (said.member,)
        through, what = (by_claim, CLAIM_NUMBER) if by_claim else (members[-1], MEMBER_ID)
        if not through:
            return _Found(why=NOBODY_SAID)
        return replace(_through(self.scope, through, what), through=through)

    def _by_birth(self, said: RecordKeys) -> _Found:
        """Of what says no name beside member id and birth date: the one patient known to have them.

        Twins share both, so of two patients it is neither's. While nobody is known who has them, the first claim that
        does finds it.
        """
        found = _through(self.scope, said.born, MEMBER_ID)
        if not found.keys and found.why != SEVERAL.format(what=MEMBER_ID):
            return _Found(said.keys, through=said.born)
        return _with_own(replace(found, through=said.born), said.own)

    def _chain(self, row_id: int, entry: Entry, keys: Sequence[str]) -> tuple[int, str]:
        """The authorization the word is on: that of an earlier word with its number, or of its request; else its own.

        Of another payer or another patient it is not; a word that names no patient joins when one authorization alone
        bears its number. Authorizations that a word shows to be one become one.
        """
        scope, held = self.scope, entry.authorization
        if held is None:
            return row_id, ""
        candidates: dict[int, list[Any]] = {}
        for column, value in ((records.c.number, held.number.strip()), (records.c.request, entry.request.strip())):
            if value:
                query = scope.select(records).where(column == value, records.c.id != row_id)
                for row in scope.connection.execute(query.where(records.c.kind == AUTHORIZATION)):
                    candidates.setdefault(row.authorization, []).append(row)
        same: list[int] = []
        for chain, rows in sorted(candidates.items()):
            payers = {e.authorization.payer_id for e in (load(Entry, r.entry) for r in rows) if e.authorization} - {""}
            theirs = self._keys_of(chain)
            of_payer = not held.payer_id or not payers or held.payer_id in payers
            if of_payer and (not keys or not theirs or set(keys) & theirs):
                same.append(chain)
        if not keys and len(same) > 1:
            return row_id, OTHER_NUMBER
        for other in same[1:]:
            self._merge(other, same[0])
        return (same[0], "") if same else (row_id, "")

    def _keys_of(self, chain: int) -> set[str]:
        query = self.scope.select(keys_of_records, keys_of_records.c.key)
        return {row.key for row in self.scope.connection.execute(query.where(keys_of_records.c.authorization == chain))}

    def _merge(self, gone: int, into: int) -> None:
        for table in (records, keys_of_records):
            change = self.scope.update(table).where(table.c.authorization == gone)
            self.scope.connection.execute(change.values(authorization=into))


@dataclass(frozen=True, slots=True)
class _Found:
    """Under which keys an entry is filed, through what, or why under none."""

    keys: tuple[str, ...] = ()
    through: str = ""
    why: str = ""


def _with_own(found: _Found, own: str) -> _Found:
    """The same, filed under the practice's own record number too where the entry says one."""
    return replace(found, keys=tuple(sorted({own, *found.keys})), why="") if own else found


def _through(scope: Scope, through: str, what: str) -> _Found:
    """The keys of the one patient whose claims have that claim number, or that member id and what else it is of."""
    query = scope.select(patient_keys, patient_keys.c.patient).where(patient_keys.c.key == through)
    patients = sorted({row.patient for row in scope.connection.execute(query)})
    if not patients:
        return _Found(why=NOT_YET.format(what=what))
    strong: dict[str, set[str]] = {patient: set() for patient in patients}
    query = scope.select(patient_keys).where(patient_keys.c.strong)
    for row in scope.where_in(query, patient_keys.c.patient, patients):
        strong[row.patient].add(row.key)
    shared = set.intersection(*strong.values())  # one person may have claims under two record numbers
    return _Found(tuple(sorted(shared))) if shared else _Found(why=SEVERAL.format(what=what))


def keep_patient_keys(scope: Scope, secret: bytes, file_id: int) -> None:
    """Note by which keys the patients of a file's claims are found, and link what waited for them."""
    if not has_records(scope):
        return
    query = scope.select_by_id(submissions, submissions.c.patient, submissions.c.claim)
    _note_patients(scope, secret, query.where(submissions.c.file_id == file_id))


def _fill_patient_keys(scope: Scope, secret: bytes) -> None:
    _note_patients(scope, secret, scope.select(submissions, submissions.c.patient, submissions.c.claim))


def _note_patients(scope: Scope, secret: bytes, query: Any) -> None:
    said: dict[tuple[str, str], bool] = {}
    for row in scope.stream(query):
        claim, patient = load(Claim, row.claim, LITTLE), row.patient
        keys = record_keys(secret, whose_of(claim), of_claim=True)
        said |= {(key, patient): key != keys.born for key in keys.keys}
        weak = (keys.member, *keys.called, claim_number_key(secret, claim.id))
        said |= {(key, patient): False for key in weak if key}
    kept = scope.select(patient_keys, patient_keys.c.key, patient_keys.c.patient)
    before = {(r.key, r.patient) for r in scope.where_in(kept, patient_keys.c.key, sorted({key for key, _ in said}))}
    new = [
        {"key": key, "patient": patient, "strong": strong}
        for (key, patient), strong in said.items()
        if (key, patient) not in before
    ]
    scope.insert(patient_keys, new)
    if new:
        _link_again(scope, secret, {row["key"] for row in new}, {row["patient"] for row in new})


# Of a claim only whose it is must be read.
_BESIDE = ("evidence", "authorizations", "eligibility", "extra")
LITTLE: Mapping[str, Any] = {"lines": [], "diagnoses": [], **dict.fromkeys(_BESIDE)}


def _link_again(scope: Scope, secret: bytes, keys: set[Any], patients: set[Any]) -> None:
    """Link anew the entries that say only a member id or claim number which a new key may decide."""
    waiting = scope.rows(scope.select(records).where(records.c.through != ""))
    if not waiting:
        return
    beside = scope.select(patient_keys, patient_keys.c.key).where(patient_keys.c.strong.is_(False))
    touched = keys | {row.key for row in scope.where_in(beside, patient_keys.c.patient, sorted(patients))}
    for row in waiting:
        if row.through not in touched:
            continue
        entry = load(Entry, row.entry)
        of_claim = row.through == claim_number_key(secret, entry.claim_id)
        found = _with_own(_through(scope, row.through, CLAIM_NUMBER if of_claim else MEMBER_ID), row.own)
        scope.connection.execute(scope.delete(keys_of_records).where(keys_of_records.c.record_id == row.id))
        of_record = [{"record_id": row.id, "key": key, "authorization": row.authorization} for key in found.keys]
        scope.insert(keys_of_records, of_record)
        if row.authorization == row.id:  # else its number links it
            change = scope.update(records).where(records.c.id == row.id)
            scope.connection.execute(change.values(why_unlinked=found.why))


def unlinked(scope: Scope, most: int, file_ids: Sequence[int] | None = None) -> list[Unlinked]:
    """The entries that no claim finds, with why; of some files, or all there are."""
    query = scope.select(records)
    if file_ids is not None:
        query = scope.select_by_id(records).where(records.c.file_id.in_(file_ids))
    found = []
    for row in scope.rows(query.where(records.c.why_unlinked != "").order_by(records.c.id).limit(most)):
        entry = load(Entry, row.entry)
        found.append(Unlinked(row.kind, shown_ref(row.kind, row.authorization), entry.place, row.why_unlinked))
    return found


def shown_ref(kind: str, authorization: int) -> str:
    """The short name a person types: A12 for an authorization, E7 for an answer about cover."""
    return f"{'A' if kind == AUTHORIZATION else 'E'}{authorization}"


def _ref(practice: str, entry: Entry, keys: Sequence[str]) -> str:
    """What an entry says, whoever gave it from whichever file; the day too, where the source bears one."""
    said = replace(entry, whose=NOBODY, recorded_by="", source="", place="", answer="")
    if not entry.dated:
        held = entry.authorization
        said = replace(said, authorization=replace(held, recorded_on=None) if held else None, recorded_on=_NO_DAY)
    return sha256("\x1f".join((practice, dump(said), *keys)).encode()).hexdigest()[:16]


_NO_DAY = datetime(1, 1, 1, tzinfo=UTC).date()
