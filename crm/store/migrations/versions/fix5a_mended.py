"""A payment that was taken back can be entered anew, and an application may name a study group that is no more."""

import sqlalchemy as sa
from alembic import op

revision = "fix5a"
down_revision = "0030"
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
    """Count the entries by a reference and let a rule speak of the study group."""
    op.execute("DROP TRIGGER append_only ON payment")
    op.add_column("payment", sa.Column("entry", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("payment", "entry", server_default=None)
    _guard_payments()
    _unique("source", "reference", "entry")
    _reasons(*_REASONS, "no_such_group")


def downgrade() -> None:
    """Take it back; in a book in which a payment was entered anew, the database refuses."""
    op.execute("DELETE FROM eligibility_rule WHERE reason = 'no_such_group'")
    _reasons(*_REASONS)
    _unique("source", "reference")
    op.execute("DROP TRIGGER append_only ON payment")
    op.drop_column("payment", "entry")
    _guard_payments()


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
