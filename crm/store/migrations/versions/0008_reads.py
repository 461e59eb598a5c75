"""What a report says is made up is found without reading every organisation."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the synthetic organisations."""
    op.create_index(
        "ix_organization_synthetic", "organization", ["id"], unique=False, postgresql_where="synthetic"
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_organization_synthetic", table_name="organization")
