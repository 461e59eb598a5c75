"""What a person may ask for: erasure, the grounds on which we write, and how long what is kept.

A ledger stays append-only, with one exception that the database itself holds: its free texts can be blanked, for
somebody may have written a name into one.
"""

import sqlalchemy as sa
from alembic import op

revision = "privacy_records"
down_revision = "0001"
branch_labels = None
depends_on = None

_BLANKABLE = {
    "delivery": ("detail",),
    "membership_event": ("reason", "source"),
    "trail_entry": ("reason",),
}
"""The free texts of ledgers. Every other column of theirs, and every other value, is refused as before."""


def upgrade() -> None:
    """Make the tables, and let the free texts of ledgers be blanked."""
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    for table, texts in _BLANKABLE.items():
        _guard(table, texts)


def downgrade() -> None:
    """Take it all back."""
    for table in _BLANKABLE:
        op.execute(f"DROP TRIGGER blank_only ON {table}")
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
        )
    op.drop_column("person", "erased_at")


def _guard(table: str, texts: tuple[str, ...]) -> None:
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
    kept = ", ".join(f'"{name}"' for name in columns if name not in texts)
    otherwise = " OR ".join(
        f"(NEW.{name} IS DISTINCT FROM OLD.{name} AND NEW.{name} IS DISTINCT FROM '(erased)')"
        for name in texts
    )
    op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OF {kept} OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
    )
    op.execute(
        f"CREATE TRIGGER blank_only BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({otherwise})"
        " EXECUTE FUNCTION accord_append_only()"
    )
