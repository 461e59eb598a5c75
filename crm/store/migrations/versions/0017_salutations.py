"""How a person is addressed in letters."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("person", sa.Column("salutation", sa.String(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("person", "salutation")
