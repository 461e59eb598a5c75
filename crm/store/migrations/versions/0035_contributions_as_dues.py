"""The contributions of Member States are invoiced, and there is a rule on their vote."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_KINDS = ("yearly", "joining", "change", "interest", "credit")
_RULES = (
    "notice_months",
    "invoice_by_month",
    "invoice_by_day",
    "due_month",
    "due_day",
    "due_days",
    "suspension_days",
    "exclusion_days",
    "repayment_years_sector_member",
    "repayment_years_developed",
    "repayment_years_developing",
    "repayment_years_ldc",
    "interest_first",
    "interest_later",
    "interest_later_from_month",
    "reduction_limit",
    "reduction_from_units",
)
_DERIVES = "ck_invoice_line_derives"


def upgrade() -> None:
    """Let a line derive from a Member State."""
    op.add_column("invoice_line", sa.Column("state", sa.String(), nullable=True))
    op.create_foreign_key(op.f("fk_invoice_line_state"), "invoice_line", "country", ["state"], ["code"])
    op.create_index(
        "ix_invoice_line_state",
        "invoice_line",
        ["state", "id"],
        unique=False,
        postgresql_where=sa.text("state IS NOT NULL"),
    )
    op.drop_constraint(op.f(_DERIVES), "invoice_line")
    op.create_check_constraint(
        op.f(_DERIVES), "invoice_line", "num_nonnulls(event_id, application_id, overdue_id, state) = 1"
    )
    _choices("invoice", "kind", *_KINDS, "contribution")
    _choices("membership_rule", "rule", *_RULES, "vote_years")


def downgrade() -> None:
    """Take it back; the contributions of Member States go, and the interest on them."""
    op.execute("ALTER TABLE invoice_line DISABLE TRIGGER USER")
    op.execute("ALTER TABLE invoice DISABLE TRIGGER USER")
    theirs = "SELECT invoice_id FROM invoice_line WHERE state IS NOT NULL"
    on_them = f"SELECT invoice_id FROM invoice_line WHERE overdue_id IN ({theirs})"
    op.execute(f"CREATE TEMPORARY TABLE contributions ON COMMIT DROP AS {theirs} UNION {on_them}")
    op.execute("DELETE FROM invoice_line WHERE invoice_id IN (SELECT invoice_id FROM contributions)")
    op.execute("DELETE FROM invoice WHERE id IN (SELECT invoice_id FROM contributions)")
    op.execute("ALTER TABLE invoice ENABLE TRIGGER USER")
    op.execute("ALTER TABLE invoice_line ENABLE TRIGGER USER")
    _choices("invoice", "kind", *_KINDS)
    op.execute("DELETE FROM membership_rule WHERE rule = 'vote_years'")
    _choices("membership_rule", "rule", *_RULES)
    op.drop_constraint(op.f(_DERIVES), "invoice_line")
    op.create_check_constraint(
        op.f(_DERIVES), "invoice_line", "num_nonnulls(event_id, application_id, overdue_id) = 1"
    )
    op.drop_index("ix_invoice_line_state", table_name="invoice_line")
    op.drop_constraint(op.f("fk_invoice_line_state"), "invoice_line", type_="foreignkey")
    op.drop_column("invoice_line", "state")


def _choices(table: str, column: str, *members: str) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"{column} IN ({', '.join(map(repr, members))})")
