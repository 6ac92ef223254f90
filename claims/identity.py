"""Opaque identities: which submission this is, whether two claims say the same, and whose patient it is.

None of these strings holds a patient's data in the clear; `submission_ref` and `remittance_ref` are what logs show. The
secret of `patient_key` is the practice's own, so that the key of a known name cannot be computed by anyone else.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from claims.claim import Claim, Diagnosis, Line, Origin, Person
from claims.records import Whose
from claims.remittance import Remittance

# Where a record came from, what our own tables derive from it, and what the practice knows beside it: none of these is
# what was sent, so a claim read from a file and the same claim with its evidence attached have one hash.
_BESIDE_THE_CLAIM = frozenset(
    {"origin", "segments", "type", "kind", "evidence", "authorizations", "eligibility", "prior_services"}
)


@cache
def _defaults(record: Any) -> dict[str, object]:
    """The fields of a record that take part, with their defaults (MISSING where there is none)."""
    return {f.name: f.default for f in fields(record) if f.name not in _BESIDE_THE_CLAIM}


_SEPARATOR = "\x1f"


def content_hash(claim: Claim) -> str:
    """A stable hash of what the claim says: 32 hex digits, equal for equal claims whatever file they came in.

    The day it was sent takes part: the same services sent again on a later day are another submission. A field that
    holds its default takes no part, so that a field added to `Claim` later leaves old hashes as they are.
    """
    return _digest(_canonical_json(claim), 32)


def submission_ref(practice: str, claim: Claim, content: str = "") -> str:
    """The opaque id of one submission, 16 hex digits: the only identifier of a claim in a log.

    Known by its place on the wire and the day its sender dated it (some systems start their control numbers at 1 every
    day); a claim that came without an envelope is known by its `content`, which is worked out where it is not given.
    """
    if claim.origin is None:
        return _digest(_SEPARATOR.join(("content", practice, content or content_hash(claim))), 16)
    return _digest(_SEPARATOR.join(("submission", practice, *_wire(claim.origin))), 16)


def remittance_ref(practice: str, remittance: Remittance) -> str:
    """The opaque id of one payer's answer (CLP), 16 hex digits.

    The payment's trace and amount take part: payers reuse control numbers.
    """
    if remittance.origin is None:
        return _digest(_SEPARATOR.join(("answer", practice, _canonical_json(remittance))), 16)
    payment = remittance.payment
    parts = (payment.payer_id, payment.trace, _decimal(payment.amount))
    return _digest(_SEPARATOR.join(("remittance", practice, *_wire(remittance.origin), *parts)), 16)


def batch_key(claim: Claim) -> str:
    """The opaque id of the interchange a claim came in, shared by the claims of one file; "" without an origin."""
    if claim.origin is None:
        return ""
    sender, interchange, *_, day = _wire(claim.origin)
    return _digest(_SEPARATOR.join(("batch", sender, interchange, day)), 16)


def patient_key(secret: bytes, claim: Claim) -> str:
    """The keyed hash (HMAC-SHA256) that stands for the claim's patient, 32 hex digits.

    From the practice's record number (REF*EA) when sent, else from last name, first name, birth date and sex, with
    accents, case, punctuation and spacing evened out. A patient who cannot be told apart from others (no name, no birth
    date) is known by the member id, and without that each claim is a patient of its own: a stranger's past is worse
    than none.
    """
    return hmac.new(secret, _SEPARATOR.join(_patient_parts(claim)).encode(), hashlib.sha256).hexdigest()[:32]


def _patient_parts(claim: Claim) -> tuple[str, ...]:
    if record := _plain(claim.medical_record_number):
        return ("record", record)
    patient = claim.patient if claim.patient != Person() else claim.subscriber.person
    last, first = _plain(patient.last_name), _plain(patient.first_name)
    if last and patient.birth_date:
        return ("person", last, first, patient.birth_date.isoformat(), _plain(patient.sex))
    if member := _plain(claim.subscriber.member_id):
        return ("member", member, last, first)
    return ("claim", content_hash(claim))


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """`keys`: those by which records and claims of a patient meet.

    Of them `own` is that of the practice's record number, and `born` of member id and birth date, which twins share;
    `member`, of the member id alone, is none of them: a family may share one. Nor are `called`, of member id and first
    name: a record that says no last name is looked for among the patients of claims by the last of these.
    """

    keys: tuple[str, ...] = ()
    own: str = ""
    born: str = ""
    member: str = ""
    called: tuple[str, ...] = ()


NO_KEYS = RecordKeys()


def record_keys(secret: bytes, whose: Whose, *, of_claim: bool = False) -> RecordKeys:
    """The keyed hashes under which a record of this patient is filed, or by which a claim of the patient finds it.

    A payer's answer seldom says all that a claim says, and may lack the sex: so a claim has a key for each of the
    practice's record number, names with birth date, names with member id, and member id with birth date. A record is
    filed under its record number and the surest of the others that it says: what has a name is never found by member id
    and birth date, which twins share, nor is what has a first name alone. Where both sides have a record number, and
    they differ, it is another patient.
    """
    person = whose.person if whose.person != Person() else whose.subscriber if whose.relationship == "18" else Person()
    number, member = _plain(whose.record_number), _plain(whose.member_id)
    last, first = _plain(person.last_name), _plain(person.first_name)
    birth = person.birth_date.isoformat() if person.birth_date else ""
    own = _keyed(secret, "record", number)
    born = _keyed(secret, "member born", member, birth)
    found = [_keyed(secret, "names", last, first, birth), _keyed(secret, "member named", member, last, first), born]
    kept = [key for key in found if key]
    called = (
        _keyed(secret, "member called", member, first),
        _keyed(secret, "member called born", member, first, birth),
    )
    if not of_claim:
        kept = kept[:1] if last or not first else []
    keys = ([own] if own else []) + kept
    return RecordKeys(
        tuple(keys), own, born, _keyed(secret, "member alone", member), tuple(key for key in called if key)
    )


def claim_number_key(secret: bytes, claim_id: str) -> str:
    """The keyed hash of a claim number, by which a record that says nothing else is linked; "" without one."""
    return _keyed(secret, "claim number", _plain(claim_id))


def _keyed(secret: bytes, kind: str, *parts: str) -> str:
    """The keyed hash of what identifies a patient; "" where a part of it is not said."""
    if not all(parts):
        return ""
    return hmac.new(secret, _SEPARATOR.join(("record of", kind, *parts)).encode(), hashlib.sha256).hexdigest()[:32]


def _plain(text: str) -> str:
    """Letters and digits only, upper case, without accents.

    >>> _plain("  Núñez-O'Brien, Jr. ")
    'NUNEZOBRIENJR'
    """
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if c.isalnum()).upper()


def _wire(origin: Origin) -> tuple[str, ...]:
    day = origin.known_on.isoformat() if origin.known_on else ""
    sender, interchange = origin.sender.strip(), origin.interchange.strip()
    return (sender, interchange, origin.group.strip(), origin.transaction.strip(), str(origin.ordinal), day)


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _canonical_json(record: Claim | Remittance) -> str:
    return _JSON.encode(_canonical(record))


def _canonical(value: Any) -> object:
    """The value in JSON terms, without defaults, with one spelling for each amount, day and diagnosis."""
    if isinstance(value, str) or value is None or isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, Diagnosis):
        return value.dotted
    said: dict[str, object] = {}
    for name, default in _defaults(value.__class__).items():
        item = getattr(value, name)
        if item != default:
            said[name] = item if isinstance(item, str) else _canonical(item)
    if isinstance(value, Line) and value.service_end == value.service_from:
        said.pop("service_to", None)
    return said


def _decimal(amount: Decimal) -> str:
    """One spelling for equal amounts.

    >>> _decimal(Decimal("120.50")), _decimal(Decimal("0.00")), _decimal(Decimal("1E+2"))
    ('120.5', '0', '100')
    """
    return format(amount.normalize(), "f") if amount else "0"
