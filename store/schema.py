"""The tables of the store. Every row belongs to a practice.

`submissions.claim`, `remittances.remittance` and `acknowledgments.acknowledgment` hold patient data in the clear
(names, birth dates, member ids): the file is created for its owner alone, and an administrator who moves it to a server
must guard it there. Every other column is a code, a day, an amount, an opaque key or a claim number. `records` does not
say of whom an approval or an answer about cover is: only keyed hashes do.

A migration (`store/migrations/versions`) goes with every change here; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0004"  # the newest migration

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _practice() -> Column[str]:
    return Column("practice_id", String(64), ForeignKey("practices.id"), nullable=False)


practices = Table(
    "practices",
    metadata,
    Column("id", String(64), primary_key=True),
    # A keyed check of the practice's secret, so that a store is never opened with another one: patient keys would no
    # longer meet, and no error would say so.
    Column("secret_check", String(64), nullable=False),
    # By which version of linking and labelling its rows stand (`store.relinking.LABELS`); an ingest brings them up.
    Column("labels", Integer, nullable=False, server_default="1"),
    # By which of the practice's own words (`past.label_settings`, a fingerprint): "" the shipped ones.
    Column("label_words", String(16), nullable=False, server_default=""),
)

files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    _practice(),
    Column("sha256", String(64), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("records", Integer, nullable=False),  # claims or remittances it held that could be read
    Column("refused", Integer, nullable=False),  # refusals; a file with some is read again when given again
    Column("read_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("practice_id", "sha256"),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    _practice(),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=True),
    Column("ref", String(16), nullable=False),
    # The ref its place on the wire gives; `ref` differs where a sender used the same control numbers twice in a day.
    Column("identity", String(16), nullable=False),
    Column("content", String(64), nullable=False),
    Column("batch", String(64), nullable=False),
    Column("patient", String(64), nullable=False),
    Column("known_on", Date, nullable=False),
    Column("claim_key", Text, nullable=False),
    Column("original_reference", Text, nullable=False),
    Column("payer_id", Text, nullable=False),
    Column("billing_npi", Text, nullable=False),
    Column("frequency", Text, nullable=False),
    Column("number", Integer, nullable=False),  # its place among the submissions of one claim, from 1
    Column("replaced_on", Date, nullable=True),
    Column("claim", Text, nullable=False),  # PATIENT DATA: the claim as compact JSON (store.codec)
    Column("wire_key", Text, nullable=False, server_default=""),  # by which a 999 finds it: sender and group
    Column("batch_reference", Text, nullable=False, server_default=""),  # BHT03
    Column("rejected_on", Date, nullable=True),  # the day of the front ends' last word, when it is a rejection
    UniqueConstraint("practice_id", "ref"),
    UniqueConstraint("practice_id", "identity", "content"),
    Index(None, "practice_id", "known_on", "ref"),
    Index(None, "practice_id", "claim_key"),
    Index(None, "practice_id", "original_reference"),
    Index(None, "practice_id", "wire_key"),
    Index(None, "practice_id", "batch_reference"),
    Index(None, "practice_id", "rejected_on"),
    Index(None, "file_id"),
)

services = Table(
    "services",
    metadata,
    Column("submission_id", Integer, ForeignKey("submissions.id"), primary_key=True),
    Column("position", Integer, primary_key=True),  # among the claim's lines that have a day, from 0
    _practice(),
    Column("patient", String(64), nullable=False),
    Column("line", Integer, nullable=False),
    Column("known_on", Date, nullable=False),
    Column("service_date", Date, nullable=False),
    Column("code", Text, nullable=False),
    Column("modifiers", Text, nullable=False),  # JSON list
    Column("units", Text, nullable=False),  # decimals as text: exact
    Column("charge", Text, nullable=False),
    Column("rendering_npi", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("diagnoses", Text, nullable=False),  # JSON list
    Column("claim_id", Text, nullable=False),
    Column("authorization", Text, nullable=False, server_default=""),  # REF*G1 of the line, else of the claim
    Index(None, "practice_id", "patient"),
    Index(None, "practice_id", "service_date", "code"),
)

remittances = Table(
    "remittances",
    metadata,
    Column("id", Integer, primary_key=True),
    _practice(),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=True),
    Column("ref", String(16), nullable=False),
    Column("known_on", Date, nullable=False),
    Column("claim_key", Text, nullable=False),
    Column("payer_control_number", Text, nullable=False),
    Column("original_reference", Text, nullable=False),
    Column("submission_id", Integer, ForeignKey("submissions.id"), nullable=True),  # the submission it answers
    Column("why_unmatched", Text, nullable=False),
    Column("remittance", Text, nullable=False),  # PATIENT DATA: the CLP record as compact JSON (store.codec)
    Column("delivery", String(16), nullable=False, server_default=""),  # what two deliveries of one 835 share
    UniqueConstraint("practice_id", "ref"),
    Index(None, "practice_id", "claim_key"),
    Index(None, "practice_id", "payer_control_number"),
    Index(None, "practice_id", "original_reference"),
    Index(None, "practice_id", "delivery"),
    Index(None, "practice_id", "submission_id"),
    Index(None, "file_id"),
)

acknowledgments = Table(
    "acknowledgments",
    metadata,
    Column("id", Integer, primary_key=True),
    _practice(),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=True),
    Column("ref", String(16), nullable=False),
    Column("kind", String(8), nullable=False),  # 277CA, 999
    Column("known_on", Date, nullable=False),
    Column("claim_key", Text, nullable=False),  # of a 277CA's claim
    Column("wire_key", Text, nullable=False),  # of the group a 999 answers
    Column("batch_reference", Text, nullable=False),  # of a 277CA that speaks of a whole batch
    Column("payer_control_number", Text, nullable=False),  # REF*1K
    Column("why_unmatched", Text, nullable=False),
    Column("acknowledgment", Text, nullable=False),  # PATIENT DATA: as compact JSON (store.codec)
    UniqueConstraint("practice_id", "ref"),
    Index(None, "practice_id", "claim_key"),
    Index(None, "practice_id", "wire_key"),
    Index(None, "practice_id", "batch_reference"),
    Index(None, "practice_id", "payer_control_number"),
    Index(None, "file_id"),
)

acknowledged = Table(
    "acknowledged",
    metadata,
    Column("acknowledgment_id", Integer, ForeignKey("acknowledgments.id"), primary_key=True),
    Column("submission_id", Integer, ForeignKey("submissions.id"), primary_key=True),  # one it speaks of
    _practice(),
    Index(None, "submission_id"),
)

links = Table(
    "links",
    metadata,
    Column("remittance_id", Integer, ForeignKey("remittances.id"), primary_key=True),
    Column("position", Integer, primary_key=True),  # of the service (SVC) in the remittance, from 0
    _practice(),
    Column("line", Integer, nullable=True),  # the place of the line it answers in the claim's lines, from 0
    Column("how", String(80), nullable=False),
    Column("why_unmatched", Text, nullable=False),
    Column("code", Text, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("submission_id", Integer, ForeignKey("submissions.id"), primary_key=True),
    Column("line", Integer, primary_key=True),  # LX01
    _practice(),
    Column("submission", String(16), nullable=False),
    Column("patient", String(64), nullable=False),
    Column("known_on", Date, nullable=False),
    Column("payer_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("denied", Boolean, nullable=False),
    Column("reason", String(32), nullable=True),
    Column("charge_cents", Integer, nullable=False),
    Column("allowed_cents", Integer, nullable=True),
    Column("units", Float, nullable=False),
    Column("lag_days", Integer, nullable=False),
    Index(None, "practice_id", "known_on"),
)

records = Table(
    "records",
    metadata,
    Column("id", Integer, primary_key=True),
    _practice(),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=True),
    Column("ref", String(16), nullable=False),  # of what it says: the same word given again is not added
    Column("authorization", Integer, nullable=False),  # the id of the first word on the same authorization
    Column("kind", String(16), nullable=False),  # authorization, eligibility
    Column("recorded_on", Date, nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("number", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("own", String(32), nullable=False),  # keyed hash of the practice's record number
    Column("through", String(32), nullable=False),  # of a claim number or member id, where it says nothing else
    Column("why_unlinked", Text, nullable=False),
    Column("entry", Text, nullable=False),  # as compact JSON (store.codec), without whose it is
    UniqueConstraint("practice_id", "ref"),
    Index(None, "practice_id", "authorization"),
    Index(None, "practice_id", "number"),
    Index(None, "practice_id", "request"),
    Index(None, "practice_id", "through"),
    Index(None, "file_id"),
)

record_keys = Table(
    "record_keys",
    metadata,
    Column("record_id", Integer, ForeignKey("records.id"), primary_key=True),
    Column("key", String(32), primary_key=True),  # keyed hash of the patient's identity (claims.identity.record_keys)
    _practice(),
    Column("authorization", Integer, nullable=False),  # as `records` has it: a key of one word finds all of them
    Index(None, "practice_id", "key"),
    Index(None, "practice_id", "authorization"),
)

patient_keys = Table(
    "patient_keys",  # of the claims sent; kept once a practice has records, to find the claims of a record
    metadata,
    Column("practice_id", String(64), ForeignKey("practices.id"), primary_key=True),
    Column("key", String(32), primary_key=True),
    Column("patient", String(64), primary_key=True),
    Column("strong", Boolean, nullable=False),  # False: patients may share it (a claim number, a member id)
    Index(None, "practice_id", "patient"),
)

events = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True),
    _practice(),
    Column("kind", String(12), nullable=False),  # submitted, decided, undecided, rejected, unrejected, recorded
    Column("known_on", Date, nullable=False),
    Column("submission", String(16), nullable=False),
    Column("line", Integer, nullable=True),
    Column("decision", Text, nullable=True),  # JSON, for decided and for what undecided takes back
    Index(None, "practice_id", "seq"),
    sqlite_autoincrement=True,
)
