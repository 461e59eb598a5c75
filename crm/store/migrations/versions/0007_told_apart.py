"""What somebody judged not to be the same."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = {"organizations_apart": "organization", "people_apart": "person"}


def upgrade() -> None:
    """Make the tables."""
    for table, kind in _TABLES.items():
        op.create_table(
            table,
            sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("judged_by", sa.String(), nullable=False),
            sa.Column("id", sa.BigInteger(), nullable=False),
            sa.Column("one_id", sa.BigInteger(), nullable=False),
            sa.Column("other_id", sa.BigInteger(), nullable=False),
            sa.Column("reason", sa.String(), nullable=False),
            sa.CheckConstraint("one_id <> other_id", name=op.f(f"ck_{table}_two")),
            sa.ForeignKeyConstraint(["one_id"], [f"{kind}.id"], name=op.f(f"fk_{table}_one_id")),
            sa.ForeignKeyConstraint(["other_id"], [f"{kind}.id"], name=op.f(f"fk_{table}_other_id")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint("one_id", "other_id", name=f"uq_{table}"),
        )
        op.create_index(op.f(f"ix_{table}_other_id"), table, ["other_id"], unique=False)


def downgrade() -> None:
    """Take them away."""
    for table in reversed(_TABLES):
        op.drop_index(op.f(f"ix_{table}_other_id"), table_name=table)
        op.drop_table(table)
