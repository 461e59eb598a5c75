"""A letter keeps no address for answers: it follows from its number and who we are."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the column, which nothing ever wrote."""
    op.drop_column("outbox", "reply_to")


def downgrade() -> None:
    """Put it back, empty."""
    op.add_column("outbox", sa.Column("reply_to", sa.String(), nullable=True))
