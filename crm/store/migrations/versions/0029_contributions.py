"""Classes of contribution: the scale, what is known of each Member State, what it chose, and the rounds that ask."""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_BLANKABLE = {
    "contribution_choice": ("reason", "override", "source"),
    "round_ask": ("document",),
    "round_answer": ("document", "override", "reason"),
}
"""The free texts of ledgers: they can be blanked, and nothing else of a line can change."""


def upgrade() -> None:
    """Make the tables."""
    _reference()
    _rounds()
    _choices()
    for table, texts in _BLANKABLE.items():
        _guard(table, texts)


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "contribution_choice",
        "round_answer",
        "round_ask",
        "announcement_round",
        "round_reminder_step",
        "small_class_state",
        "state_class",
        "contribution_class",
        "financial_period",
    ):
        op.drop_table(table)


def _reference() -> None:
    op.create_table(
        "financial_period",
        *_fact(),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_financial_period_order")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_financial_period")),
    )
    op.create_table(
        "contribution_class",
        *_fact(),
        sa.Column("scale", sa.String(), nullable=False),
        sa.Column("units", _units(), nullable=False),
        sa.Column("open_above", sa.Boolean(), nullable=False),
        sa.Column("reserved", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("units > 0", name=op.f("ck_contribution_class_units")),
        sa.PrimaryKeyConstraint("scale", "units", name=op.f("pk_contribution_class")),
    )
    op.create_table(
        "state_class",
        *_fact(),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("units", _units(), nullable=False),
        sa.CheckConstraint("units > 0", name=op.f("ck_state_class_units")),
        sa.ForeignKeyConstraint(["country"], ["country.code"], name=op.f("fk_state_class_country")),
        sa.PrimaryKeyConstraint("country", "effective_on", name=op.f("pk_state_class")),
    )
    op.create_table(
        "small_class_state",
        *_fact(),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["country"], ["country.code"], name=op.f("fk_small_class_state_country")),
        sa.PrimaryKeyConstraint("country", name=op.f("pk_small_class_state")),
    )
    op.create_table(
        "round_reminder_step",
        *_fact(),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_round_reminder_step")),
    )


def _rounds() -> None:
    op.create_table(
        "announcement_round",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", _one_of("kind", "provisional", "definitive"), nullable=False),
        sa.Column("circular", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=False),
        sa.Column("unit_amount", sa.Numeric(16, 2), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint("deadline_on >= opened_on", name=op.f("ck_announcement_round_order")),
        sa.CheckConstraint("closed_on >= opened_on", name=op.f("ck_announcement_round_closed")),
        sa.CheckConstraint("unit_amount > 0", name=op.f("ck_announcement_round_amount")),
        sa.ForeignKeyConstraint(
            ["period"], ["financial_period.name"], name=op.f("fk_announcement_round_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_round")),
        sa.UniqueConstraint("name", name="uq_announcement_round_name"),
    )
    op.create_table(
        "round_ask",
        *_line(),
        *_of_a_round("round_ask"),
        sa.Column("channel", _channel(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_ask")),
        sa.UniqueConstraint("round_id", "state", "channel", "asked_on", name="uq_round_ask_once"),
    )
    op.create_table(
        "round_answer",
        *_line(),
        *_of_a_round("round_answer"),
        sa.Column("units", _units(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("channel", _channel(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("override", sa.String(), nullable=False),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("units > 0", name=op.f("ck_round_answer_units")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["round_answer.id"], name=op.f("fk_round_answer_replaces_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_answer")),
        sa.UniqueConstraint("replaces_id", name="uq_round_answer_replaces"),
    )
    op.create_index(
        "uq_round_answer_day",
        "round_answer",
        ["round_id", "state", "answered_on"],
        unique=True,
        postgresql_where="replaces_id IS NULL",
    )


def _choices() -> None:
    op.create_table(
        "contribution_choice",
        *_line(),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("units", _units(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("override", sa.String(), nullable=False),
        sa.Column("warnings", JSONB(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("units > 0", name=op.f("ck_contribution_choice_units")),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["round_answer.id"], name=op.f("fk_contribution_choice_answer_id")
        ),
        sa.ForeignKeyConstraint(["state"], ["country.code"], name=op.f("fk_contribution_choice_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_choice")),
        sa.UniqueConstraint("answer_id", name="uq_contribution_choice_answer"),
    )
    op.create_index("ix_contribution_choice_state", "contribution_choice", ["state", "effective_on", "id"])


def _line() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
    )


def _of_a_round(table: str) -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    return (
        sa.Column("round_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["announcement_round.id"], name=op.f(f"fk_{table}_round_id")),
        sa.ForeignKeyConstraint(["state"], ["country.code"], name=op.f(f"fk_{table}_state")),
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


def _units() -> sa.Numeric[Decimal]:
    return sa.Numeric(16, 10)


def _channel() -> sa.Enum:
    channels = ("circular_letter", "note_verbale", "mission", "letter", "meeting", "conference")
    return _one_of("channel", *channels)


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def _guard(table: str, texts: tuple[str, ...]) -> None:
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
    kept = ", ".join(f'"{name}"' for name in columns if name not in texts)
    otherwise = " OR ".join(
        f"(NEW.{name} IS DISTINCT FROM OLD.{name} AND NEW.{name} IS DISTINCT FROM '(erased)')"
        for name in texts
    )
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OF {kept} OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
    )
    op.execute(
        f"CREATE TRIGGER blank_only BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({otherwise})"
        " EXECUTE FUNCTION accord_append_only()"
    )
