"""Payments that are entered anew, applications for a study group that is no more, interest by the keys of its rules."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_REASONS = (
    "no_legal_entity",
    "no_study_group",
    "small_enterprise",
    "no_academia",
    "reduced_class",
    "elsewhere",
)


def upgrade() -> None:
    """Count the entries by a reference, let a rule speak of the study group, and name the rules of interest."""
    op.execute("DROP TRIGGER append_only ON payment")
    op.add_column("payment", sa.Column("entry", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("payment", "entry", server_default=None)
    _guard_payments()
    _unique("source", "reference", "entry")
    _reasons(*_REASONS, "no_such_group")
    _interest("interest_first, interest_later", "interest: %")


def downgrade() -> None:
    """Take it back; in a book in which a payment was entered anew, the database refuses."""
    op.execute("DELETE FROM eligibility_rule WHERE reason = 'no_such_group'")
    _reasons(*_REASONS)
    _unique("source", "reference")
    op.execute("DROP TRIGGER append_only ON payment")
    op.drop_column("payment", "entry")
    _guard_payments()
    _interest("interest: (unverified)", "interest_%")


def _interest(rule: str, before: str) -> None:
    """Name the rules of interest by their keys; which of the two rates a line followed, only its basis says."""
    op.execute("ALTER TABLE invoice_line DISABLE TRIGGER USER")
    op.execute(f"UPDATE invoice_line SET rule = '{rule}' WHERE rule LIKE '{before}'")
    op.execute("ALTER TABLE invoice_line ENABLE TRIGGER USER")


def _unique(*columns: str) -> None:
    op.drop_index("uq_payment_reference", "payment")
    where = sa.text("reverses_id IS NULL")
    op.create_index("uq_payment_reference", "payment", [*columns], unique=True, postgresql_where=where)


def _guard_payments() -> None:
    # The trigger names the columns it guards: all but the free text, which may be blanked.
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("payment")]
    kept = ", ".join(f'"{name}"' for name in columns if name != "reason")
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OF {kept} OR DELETE OR TRUNCATE ON payment"
        " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
    )


def _reasons(*reasons: str) -> None:
    name = op.f("ck_eligibility_rule_reason")
    op.drop_constraint(name, "eligibility_rule")
    op.create_check_constraint(name, "eligibility_rule", f"reason IN ({', '.join(map(repr, reasons))})")
