"""Search: the words of every text that is looked for, and the triggers that keep them from outliving it.

What is in the book already is found after `crm search --rebuild`.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_FORGET = """
CREATE FUNCTION accord_forget_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_text
    WHERE record = TG_TABLE_NAME AND record_id = (to_jsonb(OLD) ->> TG_ARGV[0])::bigint;
    RETURN NULL;
END $$
"""

# The texts that are looked for, by table, with the key of the table.
_TEXTS = {
    ("complaint", "id"): ("what", "outcome"),
    ("follow_up", "id"): ("what", "outcome"),
    ("interaction", "id"): ("summary",),
    ("opportunity", "id"): ("title",),
    ("opportunity_note", "move_id"): ("text",),
}


def upgrade() -> None:
    """Make the table and the triggers."""
    op.create_table(
        "search_text",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("record", "record_id", name=op.f("pk_search_text")),
    )
    op.create_index("ix_search_text_words", "search_text", ["words"], unique=False, postgresql_using="gin")
    op.execute(_FORGET)
    for (table, key), columns in _TEXTS.items():
        op.execute(
            f"CREATE TRIGGER forget_words AFTER DELETE OR UPDATE OF {', '.join(columns)} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION accord_forget_words('{key}')"
        )


def downgrade() -> None:
    """Drop them."""
    for table, _ in _TEXTS:
        op.execute(f"DROP TRIGGER forget_words ON {table}")
    op.execute("DROP FUNCTION accord_forget_words()")
    op.drop_index("ix_search_text_words", table_name="search_text", postgresql_using="gin")
    op.drop_table("search_text")
