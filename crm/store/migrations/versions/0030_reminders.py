"""The ledger of reminders; a drafted letter need not follow up an interaction."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the ledger, and let a draft be a reminder."""
    op.alter_column("letter_draft", "interaction_id", nullable=True)
    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reference_on", sa.Date(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("drafted_at", _AT, nullable=False),
        sa.Column("withdrawn_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_reminder_organization_id")
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["letter_draft.id"], name=op.f("fk_reminder_draft_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    op.create_index(
        "uq_reminder_key",
        "reminder",
        ["rule", "subject", "reference_on", "step"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(op.f("ix_reminder_organization_id"), "reminder", ["organization_id"], unique=False)
    op.create_index(op.f("ix_reminder_draft_id"), "reminder", ["draft_id"], unique=False)


def downgrade() -> None:
    """Take it back; drafts that are reminders go with it, unless they have become letters."""
    op.drop_table("reminder")
    op.execute("DELETE FROM letter_draft WHERE interaction_id IS NULL")
    op.alter_column("letter_draft", "interaction_id", nullable=False)
