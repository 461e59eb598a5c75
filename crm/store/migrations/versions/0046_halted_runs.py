"""Runs say when they paused themselves; letters that may wait for a person are found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; of pauses before, nobody knows whose they were."""
    op.add_column("run", sa.Column("halted_at", sa.DateTime(timezone=True), nullable=True))
    where = sa.text("status IN ('held', 'in_doubt')")
    op.create_index("ix_outbox_undecided", "outbox", ["run_id"], postgresql_where=where)


def downgrade() -> None:
    """Take them back."""
    op.drop_index("ix_outbox_undecided", table_name="outbox")
    op.drop_column("run", "halted_at")
