"""By which of a practice's own words its rows are labelled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("practices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("label_words", sa.String(length=16), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("practices", schema=None) as batch_op:
        batch_op.drop_column("label_words")
