"""Dues: the passes in which they were assessed, invoices and their lines, payments; all of them append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_LEDGERS = ("assessment", "invoice", "invoice_line")


def upgrade() -> None:
    """Make the tables."""
    _assessment()
    _invoice()
    _invoice_line()
    _payment()
    for table in _LEDGERS:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
        )
    _let_the_reason_be_blanked()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("payment", "invoice_line", "invoice", "assessment"):
        op.drop_table(table)


def _assessment() -> None:
    op.create_table(
        "assessment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("invoices", sa.Integer(), nullable=False),
        _amount("amount"),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )


def _invoice() -> None:
    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column(
            "kind", _one_of("kind", "yearly", "joining", "change", "interest", "credit"), nullable=False
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        _amount("amount"),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("assessment_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint("serial > 0", name=op.f("ck_invoice_serial")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_invoice_assessment_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_invoice_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name="uq_invoice_number"),
        sa.UniqueConstraint("year", "serial", name="uq_invoice_serial"),
    )
    op.create_index(op.f("ix_invoice_assessment_id"), "invoice", ["assessment_id"])
    op.create_index(op.f("ix_invoice_organization_id"), "invoice", ["organization_id"])


def _invoice_line() -> None:
    op.create_table(
        "invoice_line",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("application_id", sa.BigInteger(), nullable=True),
        sa.Column("overdue_id", sa.BigInteger(), nullable=True),
        sa.Column("coverage", _one_of("coverage", "R", "T", "D", "RTD"), nullable=True),
        sa.Column("category", _one_of("category", "sector_member", "associate", "academia"), nullable=True),
        sa.Column("units", sa.Numeric(precision=16, scale=10), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        _amount("amount"),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.CheckConstraint("until_on >= since_on", name=op.f("ck_invoice_line_order")),
        sa.CheckConstraint(
            "num_nonnulls(event_id, application_id, overdue_id) = 1", name=op.f("ck_invoice_line_derives")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["membership_event.id"], name=op.f("fk_invoice_line_event_id")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id")),
        sa.ForeignKeyConstraint(["overdue_id"], ["invoice.id"], name=op.f("fk_invoice_line_overdue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
    )
    for column in ("application_id", "event_id", "invoice_id", "overdue_id"):
        op.create_index(op.f(f"ix_invoice_line_{column}"), "invoice_line", [column])


def _payment() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        _amount("amount"),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=18, scale=9), nullable=False),
        _amount("amount_chf"),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("ck_payment_rate")),
        sa.CheckConstraint("(reverses_id IS NULL) = (amount > 0)", name=op.f("ck_payment_sign")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_payment_organization_id")
        ),
        sa.ForeignKeyConstraint(["reverses_id"], ["payment.id"], name=op.f("fk_payment_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_organization_id"), "payment", ["organization_id"])
    op.create_index(
        "uq_payment_reference",
        "payment",
        ["source", "reference"],
        unique=True,
        postgresql_where="reverses_id IS NULL",
    )
    op.create_index(
        "uq_payment_reversed",
        "payment",
        ["reverses_id"],
        unique=True,
        postgresql_where="reverses_id IS NOT NULL",
    )


def _let_the_reason_be_blanked() -> None:
    """The reason of a reversal is free text, which an erasure may blank; nothing else of a payment changes."""
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("payment")]
    kept = ", ".join(f'"{name}"' for name in columns if name != "reason")
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OF {kept} OR DELETE OR TRUNCATE ON payment"
        " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
    )
    op.execute(
        "CREATE TRIGGER blank_only BEFORE UPDATE ON payment FOR EACH ROW"
        " WHEN (NEW.reason IS DISTINCT FROM OLD.reason AND NEW.reason IS DISTINCT FROM '(erased)')"
        " EXECUTE FUNCTION accord_append_only()"
    )


def _amount(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Numeric(precision=16, scale=2), nullable=False)


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)
