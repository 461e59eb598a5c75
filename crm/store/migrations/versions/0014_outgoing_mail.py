"""What keeps outgoing mail within bounds: grounds that suffice, the stop of all mail, and how fast letters leave."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BASES = (
    "consent",
    "contract",
    "legal_obligation",
    "public_task",
    "legitimate_interest",
    "existing_relation",
)


def upgrade() -> None:
    """Make the tables."""
    _consent_rule()
    _mail_stop()
    op.create_table(
        "send_rate",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("used_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_send_rate")),
    )
    op.add_column("run", sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_outbox_run_settled",
        "outbox",
        ["run_id", "settled_at"],
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Take it all back."""
    op.drop_index("ix_outbox_run_settled", "outbox")
    op.drop_column("run", "resumed_at")
    for table in ("send_rate", "mail_stop", "consent_rule"):
        op.drop_table(table)


def _consent_rule() -> None:
    op.create_table(
        "consent_rule",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("relation", _one_of("relation", "member", "administration", "prospect"), nullable=False),
        sa.Column("basis", _one_of("basis", *_BASES), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "certainty", _one_of("certainty", "verified", "paper", "derived", "unverified"), nullable=False
        ),
        sa.PrimaryKeyConstraint("country", "relation", "basis", name=op.f("pk_consent_rule")),
    )


def _mail_stop() -> None:
    op.create_table(
        "mail_stop",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_by", sa.String(), nullable=False),
        sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumed_by", sa.String(), nullable=True),
        sa.Column("resumed_because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_stop")),
    )
    op.create_index(
        "uq_mail_stop_standing",
        "mail_stop",
        ["resumed_at"],
        unique=True,
        postgresql_where=sa.text("resumed_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)
