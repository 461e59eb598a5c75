"""Reference populations of segments, as sources state them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "segment_population",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("organizations", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("organizations > 0", name=op.f("ck_segment_population_some")),
        sa.ForeignKeyConstraint(["region"], ["region.slug"], name=op.f("fk_segment_population_region")),
        sa.ForeignKeyConstraint(["segment"], ["segment.slug"], name=op.f("fk_segment_population_segment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_population")),
        sa.UniqueConstraint("segment", "region", "as_of", "source", name="uq_segment_population_statement"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("segment_population")
