"""Who pays by a repayment plan that is kept stands so, and no longer in arrears."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_STANDINGS = ("good", "arrears", "suspended", "cancelling", "exempt", "application_pending")


def upgrade() -> None:
    """Let accounts stand so, and let those that do."""
    _allow(*_STANDINGS, "on_plan")
    op.execute(
        "UPDATE standing_span SET standing = 'on_plan' WHERE standing = 'arrears' AND step = 'on_plan'"
    )


def downgrade() -> None:
    """Take it back."""
    for table in ("standing_span", "standing"):
        op.execute(f"UPDATE {table} SET standing = 'arrears' WHERE standing = 'on_plan'")
    _allow(*_STANDINGS)


def _allow(*standings: str) -> None:
    for table in ("standing_span", "standing"):
        name = op.f(f"ck_{table}_standing")
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, f"standing IN ({', '.join(map(repr, standings))})")
