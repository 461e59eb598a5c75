"""Applications for membership, their steps, who may apply, and after how many days one is stuck."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_STATUS = (
    "received",
    "incomplete",
    "submitted",
    "approved",
    "invoiced",
    "paid",
    "active",
    "refused",
    "withdrawn",
)
_STEP = (
    "applied",
    "sent_back",
    "completed",
    "forwarded",
    "approved",
    "refused",
    "invoiced",
    "paid",
    "activated",
    "withdrawn",
)
_AGAINST = ("no_legal_entity", "no_study_group", "small_enterprise", "no_academia", "elsewhere")


def upgrade() -> None:
    """Make the tables; a step can only be added, and its reason only be erased."""
    _rules()
    _applications()
    _moves()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("application_move")
    op.drop_table("application")
    op.drop_table("application_patience")
    op.drop_table("eligibility_rule")


def _rules() -> None:
    op.create_table(
        "eligibility_rule",
        *_fact(),
        sa.Column("reason", _one_of("reason", *_AGAINST), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("reason", name=op.f("pk_eligibility_rule")),
    )
    op.create_table(
        "application_patience",
        *_fact(),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("party", name=op.f("pk_application_patience")),
    )


def _applications() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("category", _one_of("category", "sector_member", "associate", "academia"), nullable=False),
        sa.Column("coverage", _one_of("coverage", "R", "T", "D", "RTD"), nullable=False),
        sa.Column("study_group", sa.String(), nullable=True),
        sa.Column("units", sa.Numeric(16, 10), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("status", _one_of("status", *_STATUS), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("follows_id", sa.BigInteger(), nullable=True),
        sa.Column("despite", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(status IN ('active', 'refused', 'withdrawn')) = (closed_on IS NOT NULL)",
            name=op.f("ck_application_closed"),
        ),
        sa.CheckConstraint(
            "since_on >= applied_on AND closed_on = since_on", name=op.f("ck_application_order")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_application_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["study_group"], ["study_group.code"], name=op.f("fk_application_study_group")
        ),
        sa.ForeignKeyConstraint(["state"], ["country.code"], name=op.f("fk_application_state")),
        sa.ForeignKeyConstraint(["follows_id"], ["application.id"], name=op.f("fk_application_follows_id")),
        sa.ForeignKeyConstraint(["event_id"], ["membership_event.id"], name=op.f("fk_application_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    for column in ("organization_id", "follows_id", "event_id"):
        op.create_index(op.f(f"ix_application_{column}"), "application", [column])
    op.create_index(
        "uq_application_open",
        "application",
        ["organization_id", "coverage"],
        unique=True,
        postgresql_where="closed_on IS NULL",
    )
    op.create_index(
        "ix_application_waiting", "application", ["state", "since_on"], postgresql_where="closed_on IS NULL"
    )


def _moves() -> None:
    op.create_table(
        "application_move",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("step", _one_of("step", *_STEP), nullable=False),
        sa.Column("from_status", _one_of("from_status", *_STATUS), nullable=True),
        sa.Column("to_status", _one_of("to_status", *_STATUS), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_move_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_move")),
    )
    op.create_index(op.f("ix_application_move_application_id"), "application_move", ["application_id"])
    kept = 'id, application_id, step, from_status, to_status, "on", "at", "by"'
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OF {kept} OR DELETE OR TRUNCATE ON application_move"
        " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
    )
    op.execute(
        "CREATE TRIGGER blank_only BEFORE UPDATE ON application_move FOR EACH ROW"
        " WHEN (NEW.reason IS DISTINCT FROM OLD.reason AND NEW.reason IS DISTINCT FROM '(erased)')"
        " EXECUTE FUNCTION accord_append_only()"
    )


def _fact() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column(
            "certainty", _one_of("certainty", "verified", "paper", "derived", "unverified"), nullable=False
        ),
    )


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)
