"""A payment that covered a joining invoice may be taken back, and a class may be below the lowest one of its Sector."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_STEPS = (
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

_REASONS = ("no_legal_entity", "no_study_group", "small_enterprise", "no_academia", "elsewhere")


def upgrade() -> None:
    """Let a step and a rule say so."""
    _choices("application_move", "step", *_STEPS, "unpaid")
    _choices("eligibility_rule", "reason", *_REASONS, "reduced_class")


def downgrade() -> None:
    """Take it back; where a payment was taken back, it is told as one that is still to come."""
    op.execute("DELETE FROM eligibility_rule WHERE reason = 'reduced_class'")
    _choices("eligibility_rule", "reason", *_REASONS)
    op.execute("ALTER TABLE application_move DISABLE TRIGGER USER")
    op.execute("UPDATE application_move SET step = 'invoiced' WHERE step = 'unpaid'")
    op.execute("ALTER TABLE application_move ENABLE TRIGGER USER")
    _choices("application_move", "step", *_STEPS)


def _choices(table: str, column: str, *members: str) -> None:
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"{column} IN ({', '.join(map(repr, members))})")
