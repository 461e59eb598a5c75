"""Whatever is written about a contract says of which account: how it stands is worked out anew before the transaction ends.

One trigger a statement, for every way in which rows are written: one by one, copied in, moved by a merge, or by hand.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# The rows of a statement are `written`; those that it has changed were `former` before.
_SAY = """
CREATE FUNCTION accord_contract_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO contract_change (transaction_id, organization_id)
        SELECT DISTINCT pg_current_xact_id()::text::bigint, organization_id FROM former
        ON CONFLICT DO NOTHING;
    END IF;
    INSERT INTO contract_change (transaction_id, organization_id)
    SELECT DISTINCT pg_current_xact_id()::text::bigint, organization_id FROM written
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""
_SAY_BY_WHOLE = """
CREATE FUNCTION accord_contract_changed_by_{whole}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contract_change (transaction_id, organization_id)
    SELECT DISTINCT pg_current_xact_id()::text::bigint, organization_id
    FROM written JOIN {table} ON {table}.id = {whole}_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""
_SAY_MERGED = """
CREATE FUNCTION accord_contract_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contract_change (transaction_id, organization_id)
    SELECT DISTINCT pg_current_xact_id()::text::bigint, account
    FROM unnest(ARRAY[NEW.id, NEW.merged_into_id, OLD.merged_into_id]) AS account
    WHERE account IS NOT NULL
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""

_FACTS = (
    "application",
    "exemption",
    "invoice",
    "membership_event",
    "payment",
    "repayment_plan",
    "standing",
    "step_postponement",
    "suspension_notice",
    "term",
)
# Parts that are written once, with what they are parts of.
_PARTS = {"invoice_line": ("invoice", "invoice"), "plan_instalment": ("plan", "repayment_plan")}
_TABLES = {
    "INSERT": "NEW TABLE AS written",
    "UPDATE": "OLD TABLE AS former NEW TABLE AS written",
    "DELETE": "OLD TABLE AS written",
}


def upgrade() -> None:
    """Make the table, and the triggers that fill it."""
    op.create_table(
        "contract_change",
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("transaction_id", "organization_id", name=op.f("pk_contract_change")),
    )
    op.execute(_SAY)
    for table in _FACTS:
        for change, rows in _TABLES.items():
            op.execute(_trigger(table, change, rows, "accord_contract_changed()"))
    for table, (whole, whole_table) in _PARTS.items():
        op.execute(_SAY_BY_WHOLE.format(whole=whole, table=whole_table))
        op.execute(_trigger(table, "INSERT", "NEW TABLE AS written", f"accord_contract_changed_by_{whole}()"))
    op.execute(_SAY_MERGED)
    op.execute(
        "CREATE TRIGGER contract_merged AFTER UPDATE OF merged_into_id ON organization FOR EACH ROW"
        " WHEN (OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id)"
        " EXECUTE FUNCTION accord_contract_merged()"
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TRIGGER contract_merged ON organization")
    op.execute("DROP FUNCTION accord_contract_merged()")
    for table, (whole, _) in _PARTS.items():
        op.execute(f"DROP TRIGGER contract_changed_by_insert ON {table}")
        op.execute(f"DROP FUNCTION accord_contract_changed_by_{whole}()")
    for table in _FACTS:
        for change in _TABLES:
            op.execute(f"DROP TRIGGER contract_changed_by_{change.lower()} ON {table}")
    op.execute("DROP FUNCTION accord_contract_changed()")
    op.drop_table("contract_change")


def _trigger(table: str, change: str, rows: str, function: str) -> str:
    return (
        f"CREATE TRIGGER contract_changed_by_{change.lower()} AFTER {change} ON {table} REFERENCING {rows}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}"
    )
