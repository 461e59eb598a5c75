"""A letter of a run may be held back for a while, and it stands since when."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add since when."""
    op.add_column("enrolment", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it away; a reason that says why a letter is held back goes with it."""
    op.execute("UPDATE enrolment SET reason = NULL WHERE held_at IS NOT NULL AND state = 'enrolled'")
    op.drop_column("enrolment", "held_at")
