"""Repayment plans, notices of suspension, postponements and exemptions; how accounts stand, worked out from all of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_STANDING = ("good", "arrears", "suspended", "cancelling", "exempt", "application_pending")
_PUNCTUALITY = ("on_time", "late", "unpaid")
_STEP = ("overdue", "on_plan", "suspended", "notified", "exclusion_due")


def upgrade() -> None:
    """Make the tables, and work out how accounts stand from what sources have said so far."""
    op.add_column("membership_event", sa.Column("notice_on", sa.Date(), nullable=True))
    op.execute("DROP TRIGGER append_only ON membership_event")
    _guard_events()
    _plans()
    _notices()
    _postponements()
    _exemptions()
    _spans()


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "standing_span",
        "exemption",
        "step_postponement",
        "suspension_notice",
        "plan_instalment",
        "repayment_plan",
    ):
        op.drop_table(table)
    op.execute("DROP TRIGGER append_only ON membership_event")
    op.drop_column("membership_event", "notice_on")
    _guard_events()


def _guard_events() -> None:
    # The trigger names the columns it guards: all but the free texts, which may be blanked.
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("membership_event")]
    kept = ", ".join(f'"{name}"' for name in columns if name not in {"reason", "source"})
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OF {kept} OR DELETE OR TRUNCATE ON membership_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
    )


def _plans() -> None:
    op.create_table(
        "repayment_plan",
        *_account(),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("agreed_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint("ended_on >= agreed_on", name=op.f("ck_repayment_plan_order")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_repayment_plan_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repayment_plan")),
        sa.UniqueConstraint("organization_id", "agreed_on", name="uq_repayment_plan_agreed"),
    )
    op.create_table(
        "plan_instalment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(16, 2), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_plan_instalment_amount")),
        sa.ForeignKeyConstraint(["plan_id"], ["repayment_plan.id"], name=op.f("fk_plan_instalment_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_instalment")),
        sa.UniqueConstraint("plan_id", "due_on", name="uq_plan_instalment_due"),
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_instalment"
        " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
    )


def _notices() -> None:
    op.create_table(
        "suspension_notice",
        *_account(),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("received_on >= sent_on", name=op.f("ck_suspension_notice_order")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_suspension_notice_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension_notice")),
        sa.UniqueConstraint("organization_id", "sent_on", name="uq_suspension_notice_sent"),
    )


def _postponements() -> None:
    op.create_table(
        "step_postponement",
        *_account(),
        sa.Column("step", _one_of("step", "suspension", "exclusion"), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("until_on >= decided_on", name=op.f("ck_step_postponement_order")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_step_postponement_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_postponement")),
    )
    op.create_index(op.f("ix_step_postponement_organization_id"), "step_postponement", ["organization_id"])


def _exemptions() -> None:
    op.create_table(
        "exemption",
        *_account(),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_until_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint("until_on >= since_on", name=op.f("ck_exemption_order")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_exemption_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
        postgresql.ExcludeConstraint(
            ("organization_id", "="),
            (sa.text("daterange(since_on, until_on, '[]')"), "&&"),
            name="ex_exemption_overlap",
            using="gist",
        ),
    )
    op.create_index(op.f("ix_exemption_organization_id"), "exemption", ["organization_id"])


def _spans() -> None:
    op.create_table(
        "standing_span",
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("standing", _one_of("standing", *_STANDING), nullable=True),
        sa.Column("punctuality", _one_of("punctuality", *_PUNCTUALITY), nullable=True),
        sa.Column("step", _one_of("step", *_STEP), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint("until_on >= since_on", name=op.f("ck_standing_span_order")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_standing_span_organization_id")
        ),
        sa.PrimaryKeyConstraint("organization_id", "since_on", name=op.f("pk_standing_span")),
    )
    op.create_index(
        "ix_standing_span_step",
        "standing_span",
        ["step", "since_on"],
        postgresql_where=sa.text("step IS NOT NULL"),
    )
    # What sources have said; `book.standing.settle` adds what contracts say.
    op.execute(
        "INSERT INTO standing_span (organization_id, since_on, until_on, standing, punctuality, as_of, source, why,"
        " synthetic)"
        " SELECT organization_id, as_of, lead(as_of) OVER following - 1, standing, punctuality, as_of, source, '',"
        " synthetic"
        " FROM (SELECT DISTINCT ON (organization_id, as_of) * FROM standing"
        " ORDER BY organization_id, as_of, id DESC) AS last_word"
        " WINDOW following AS (PARTITION BY organization_id ORDER BY as_of)"
    )


def _account() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
    )


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
