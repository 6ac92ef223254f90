"""What front ends said of claims (277CA, 999), and the keys by which deliveries and neighbours are found."""

from __future__ import annotations

import json
from decimal import Decimal
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AT_ONCE = 500


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "acknowledgments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("practice_id", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("claim_key", sa.Text(), nullable=False),
        sa.Column("wire_key", sa.Text(), nullable=False),
        sa.Column("batch_reference", sa.Text(), nullable=False),
        sa.Column("payer_control_number", sa.Text(), nullable=False),
        sa.Column("why_unmatched", sa.Text(), nullable=False),
        sa.Column("acknowledgment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_acknowledgments_file_id_files")),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practices.id"], name=op.f("fk_acknowledgments_practice_id_practices")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgments")),
        sa.UniqueConstraint("practice_id", "ref", name=op.f("uq_acknowledgments_practice_id_ref")),
    )
    with op.batch_alter_table("acknowledgments", schema=None) as batch_op:
        for column in ("claim_key", "wire_key", "batch_reference", "payer_control_number"):
            batch_op.create_index(batch_op.f(f"ix_acknowledgments_practice_id_{column}"), ["practice_id", column])
        batch_op.create_index(batch_op.f("ix_acknowledgments_file_id"), ["file_id"])

    op.create_table(
        "acknowledged",
        sa.Column("acknowledgment_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("practice_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["acknowledgment_id"],
            ["acknowledgments.id"],
            name=op.f("fk_acknowledged_acknowledgment_id_acknowledgments"),
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_acknowledged_practice_id_practices")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_acknowledged_submission_id_submissions")
        ),
        sa.PrimaryKeyConstraint("acknowledgment_id", "submission_id", name=op.f("pk_acknowledged")),
    )
    with op.batch_alter_table("acknowledged", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acknowledged_submission_id"), ["submission_id"])

    with op.batch_alter_table("practices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("labels", sa.Integer(), server_default="1", nullable=False))
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wire_key", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("batch_reference", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("rejected_on", sa.Date(), nullable=True))
    with op.batch_alter_table("remittances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("delivery", sa.String(length=16), server_default="", nullable=False))
    _fill()
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submissions_practice_id_wire_key"), ["practice_id", "wire_key"])
        batch_op.create_index(
            batch_op.f("ix_submissions_practice_id_batch_reference"), ["practice_id", "batch_reference"]
        )
        batch_op.create_index(batch_op.f("ix_submissions_practice_id_rejected_on"), ["practice_id", "rejected_on"])
    with op.batch_alter_table("remittances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remittances_practice_id_delivery"), ["practice_id", "delivery"])
    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_services_practice_id_service_date_code"), ["practice_id", "service_date", "code"]
        )


def _fill() -> None:
    """The new keys of the rows there are, from what was kept of each as JSON."""
    connection = op.get_bind()
    submissions = sa.table("submissions", sa.column("id"), sa.column("claim"), sa.column("wire_key"))
    remittances = sa.table("remittances", sa.column("id"), sa.column("remittance"), sa.column("delivery"))
    for table, text, key, made in (
        (submissions, "claim", "wire_key", _wire_key),
        (remittances, "remittance", "delivery", _delivery),
    ):
        last = -1
        query = sa.select(table.c.id, table.c[text]).order_by(table.c.id).limit(AT_ONCE)
        change = sa.update(table).where(table.c.id == sa.bindparam("row")).values({key: sa.bindparam("key")})
        while rows := connection.execute(query.where(table.c.id > last)).all():
            connection.execute(change, [{"row": row[0], "key": made(json.loads(row[1]))} for row in rows])
            last = rows[-1][0]


def _wire_key(claim: dict[str, Any]) -> str:
    origin = claim.get("origin")
    return f"{origin.get('sender', '').strip()}|{origin.get('group', '').strip().lstrip('0')}" if origin else ""


def _delivery(remittance: dict[str, Any]) -> str:
    origin, payment = remittance.get("origin"), remittance.get("payment", {})
    if not origin or not payment.get("trace"):
        return ""
    amounts = [Decimal(remittance["charge"]), Decimal(remittance["paid"]), Decimal(payment.get("amount", "0"))]
    said = [origin.get(name, "") for name in ("sender", "interchange", "group", "transaction")]
    said += [payment["trace"], remittance["claim_id"], remittance["status"], remittance["payer_control_number"]]
    said += [f"{amount:.2f}" for amount in amounts]
    said.append(remittance.get("service_from") or "")
    for line in remittance.get("lines", ()):
        said += [line["code"], f"{Decimal(line['charge']):.2f}", f"{Decimal(line['paid']):.2f}"]
        said += [line.get("service_from") or "", line.get("control_number", "")]
    return sha256("\x1f".join(text.strip() for text in said).encode()).hexdigest()[:16]


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_services_practice_id_service_date_code"))
    with op.batch_alter_table("remittances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remittances_practice_id_delivery"))
        batch_op.drop_column("delivery")
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        for column in ("wire_key", "batch_reference", "rejected_on"):
            batch_op.drop_index(batch_op.f(f"ix_submissions_practice_id_{column}"))
        for column in ("wire_key", "batch_reference", "rejected_on"):
            batch_op.drop_column(column)
    with op.batch_alter_table("practices", schema=None) as batch_op:
        batch_op.drop_column("labels")
    op.drop_table("acknowledged")
    op.drop_table("acknowledgments")
