"""A letter of a run may be held back for a while, and somebody who refuses campaigns may hear about a purpose."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "guards"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add since when, and what is excepted from a refusal."""
    excepted = sa.Column("excepted", postgresql.JSONB(), nullable=False, server_default="[]")
    op.add_column("suppression", excepted)
    op.alter_column("suppression", "excepted", server_default=None)
    op.add_column("enrolment", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take both away: who refused campaigns with exceptions refuses all of them; a reason that says why a letter is held back goes with it."""
    op.execute("UPDATE enrolment SET reason = NULL WHERE held_at IS NOT NULL AND state = 'enrolled'")
    op.drop_column("enrolment", "held_at")
    op.drop_column("suppression", "excepted")
