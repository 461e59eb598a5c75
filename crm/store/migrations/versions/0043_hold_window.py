"""The locks under which a window of letters is looked at once more are taken in one call, in their order."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# Each statement of a function sees what was committed before it, as it would by itself.
_HOLD = """
CREATE FUNCTION accord_hold_window(people bigint[], letters bigint[], turn text, runs bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM person WHERE id = ANY(people) ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM outbox WHERE id = ANY(letters) ORDER BY id FOR UPDATE;
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(turn, 0));
    PERFORM FROM run WHERE id = ANY(runs) ORDER BY id FOR SHARE;
END $$
"""


def upgrade() -> None:
    """Make the function."""
    op.execute(_HOLD)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP FUNCTION accord_hold_window(bigint[], bigint[], text, bigint[])")
