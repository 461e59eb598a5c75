"""Whoever has written about a contract is told so at once, so that nobody else has to ask."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_SAY = """
CREATE FUNCTION accord_say_contract_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE INFO 'contract_change';
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Make the trigger."""
    op.execute(_SAY)
    op.execute(
        "CREATE TRIGGER contract_change_said AFTER INSERT ON contract_change"
        " FOR EACH STATEMENT EXECUTE FUNCTION accord_say_contract_change()"
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TRIGGER contract_change_said ON contract_change")
    op.execute("DROP FUNCTION accord_say_contract_change()")
