"""What each reason counts for or against asking a member for an upgrade or another Sector."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_KINDS = ("first_membership", "upgrade", "another_sector", "unit_increase", "contribution", "sponsorship")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "potential_weight",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("kind", _one_of("kind", *_KINDS), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column(
            "certainty", _one_of("certainty", "verified", "paper", "derived", "unverified"), nullable=False
        ),
        sa.PrimaryKeyConstraint("kind", "reason", name=op.f("pk_potential_weight")),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("potential_weight")


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)
