"""Somebody who refuses campaigns may hear about a purpose all the same."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is excepted from a refusal."""
    excepted = sa.Column("excepted", postgresql.JSONB(), nullable=False, server_default="[]")
    op.add_column("suppression", excepted)
    op.alter_column("suppression", "excepted", server_default=None)


def downgrade() -> None:
    """Take it away: who refused campaigns with exceptions refuses all of them."""
    op.drop_column("suppression", "excepted")
