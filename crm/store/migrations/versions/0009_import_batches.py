"""Imports of every kind: how far each is, what its rows replaced, and mappings by name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BEFORE = "'create', 'match', 'refuse'"
_NOW = "'create', 'update', 'match', 'unsure', 'refuse'"
_NOTHING = sa.text("'{}'::jsonb")
_NO_ROWS = sa.text("'[]'::jsonb")


def upgrade() -> None:
    """Make room for checkpoints, previous values and mappings; earlier imports count as done."""
    for name, column_type, filled in (
        ("options", postgresql.JSONB(), _NOTHING),
        ("begun_by", sa.String(), sa.text("''")),
        ("done", sa.Integer(), sa.text("0")),
        ("tally", postgresql.JSONB(), _NOTHING),
    ):
        op.add_column("import_batch", sa.Column(name, column_type, nullable=False, server_default=filled))
        op.alter_column("import_batch", name, server_default=None)
    op.add_column("import_batch", sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("import_batch", sa.Column("reverted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE import_batch SET finished_at = started_at")
    for name, filled in (("made", _NOTHING), ("changed", _NO_ROWS)):
        column = sa.Column(name, postgresql.JSONB(), nullable=False, server_default=filled)
        op.add_column("import_row", column)
        op.alter_column("import_row", name, server_default=None)
    op.add_column("import_row", sa.Column("reverted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("import_row", sa.Column("stands", sa.String(), nullable=True))
    op.drop_column("import_row", "digest")
    _verdicts(_NOW)
    op.create_table(
        "import_mapping",
        sa.Column("normal", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("normal", name=op.f("pk_import_mapping")),
    )


def downgrade() -> None:
    """Take it back; rows that were updated or unsure become what they were called before."""
    op.drop_table("import_mapping")
    op.execute("UPDATE import_row SET verdict = 'match' WHERE verdict = 'update'")
    op.execute("UPDATE import_row SET verdict = 'refuse' WHERE verdict = 'unsure'")
    _verdicts(_BEFORE)
    op.add_column("import_row", sa.Column("digest", sa.String(), nullable=False, server_default=""))
    op.alter_column("import_row", "digest", server_default=None)
    for name in ("stands", "reverted_at", "changed", "made"):
        op.drop_column("import_row", name)
    for name in ("reverted_at", "finished_at", "tally", "done", "begun_by", "options"):
        op.drop_column("import_batch", name)


def _verdicts(allowed: str) -> None:
    op.drop_constraint(op.f("ck_import_row_verdict"), "import_row", type_="check")
    op.create_check_constraint(op.f("ck_import_row_verdict"), "import_row", f"verdict IN ({allowed})")
