"""The stream of mail that a letter belongs to, for its List-Id. Letters that are queued already go out without one."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("outbox", sa.Column("stream", sa.String(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("outbox", "stream")
