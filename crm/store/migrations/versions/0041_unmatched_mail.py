"""Mail that fits nothing can be set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when and why."""
    op.add_column("answer", sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "answer", sa.Column("set_aside_because", sa.String(), nullable=False, server_default=sa.text("''"))
    )
    op.alter_column("answer", "set_aside_because", server_default=None)


def downgrade() -> None:
    """Take it back; what was set aside waits again."""
    op.drop_column("answer", "set_aside_because")
    op.drop_column("answer", "set_aside_at")
