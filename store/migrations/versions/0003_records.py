"""The book of approvals and cover, the authorization a line was sent under, and answers found without a scan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT_ONCE = 500


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practice_id", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("authorization", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("own", sa.String(length=32), nullable=False),
        sa.Column("through", sa.String(length=32), nullable=False),
        sa.Column("why_unlinked", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_records_file_id_files")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_records_practice_id_practices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("practice_id", "ref", name=op.f("uq_records_practice_id_ref")),
    )
    with op.batch_alter_table("records", schema=None) as batch_op:
        for column in ("authorization", "number", "request", "through"):
            batch_op.create_index(batch_op.f(f"ix_records_practice_id_{column}"), ["practice_id", column])
        batch_op.create_index(batch_op.f("ix_records_file_id"), ["file_id"])

    op.create_table(
        "record_keys",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("practice_id", sa.String(length=64), nullable=False),
        sa.Column("authorization", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_record_keys_practice_id_practices")),
        sa.ForeignKeyConstraint(["record_id"], ["records.id"], name=op.f("fk_record_keys_record_id_records")),
        sa.PrimaryKeyConstraint("record_id", "key", name=op.f("pk_record_keys")),
    )
    with op.batch_alter_table("record_keys", schema=None) as batch_op:
        for column in ("key", "authorization"):
            batch_op.create_index(batch_op.f(f"ix_record_keys_practice_id_{column}"), ["practice_id", column])

    op.create_table(
        "patient_keys",
        sa.Column("practice_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("patient", sa.String(length=64), nullable=False),
        sa.Column("strong", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_patient_keys_practice_id_practices")),
        sa.PrimaryKeyConstraint("practice_id", "key", "patient", name=op.f("pk_patient_keys")),
    )
    with op.batch_alter_table("patient_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_patient_keys_practice_id_patient"), ["practice_id", "patient"])

    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.add_column(sa.Column("authorization", sa.Text(), server_default="", nullable=False))
    _fill()
    with op.batch_alter_table("remittances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remittances_submission_id"))
        batch_op.create_index(batch_op.f("ix_remittances_practice_id_submission_id"), ["practice_id", "submission_id"])


def _fill() -> None:
    """The authorization of the lines there are, from what was kept of each claim as JSON."""
    connection = op.get_bind()
    submissions = sa.table("submissions", sa.column("id"), sa.column("claim"))
    services = sa.table("services", sa.column("submission_id"), sa.column("position"), sa.column("authorization"))
    change = (
        sa.update(services)
        .where(services.c.submission_id == sa.bindparam("row"), services.c.position == sa.bindparam("at"))
        .values({"authorization": sa.bindparam("number")})
    )
    last = -1
    query = sa.select(submissions.c.id, submissions.c.claim).order_by(submissions.c.id).limit(AT_ONCE)
    while rows := connection.execute(query.where(submissions.c.id > last)).all():
        changed = [
            {"row": row[0], "at": at, "number": number}
            for row in rows
            for at, number in enumerate(_numbers(json.loads(row[1])))
            if number
        ]
        if changed:
            connection.execute(change, changed)
        last = rows[-1][0]


def _numbers(claim: dict[str, Any]) -> Iterator[str]:
    of_claim = claim.get("authorization_number") or ""
    for line in claim.get("lines", ()):
        if line.get("service_from"):
            yield line.get("authorization_number") or of_claim


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("remittances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remittances_practice_id_submission_id"))
        batch_op.create_index(batch_op.f("ix_remittances_submission_id"), ["submission_id"])
    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.drop_column("authorization")
    op.drop_table("patient_keys")
    op.drop_table("record_keys")
    op.drop_table("records")
