"""What goes for a change of membership: approval, effect, credit."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "change_rule",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column(
            "change",
            _one_of("change", "upgrade", "cross_sell", "class_change", "downgrade"),
            nullable=False,
        ),
        sa.Column("subject", _one_of("subject", "approval", "effect", "credit"), nullable=False),
        sa.Column("approval", _one_of("approval", "required", "unstated", "none"), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column(
            "certainty", _one_of("certainty", "verified", "paper", "derived", "unverified"), nullable=False
        ),
        sa.CheckConstraint(
            "(subject = 'approval') = (approval IS NOT NULL)", name=op.f("ck_change_rule_approval_stated")
        ),
        sa.PrimaryKeyConstraint("change", "subject", name=op.f("pk_change_rule")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("change_rule")


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)
