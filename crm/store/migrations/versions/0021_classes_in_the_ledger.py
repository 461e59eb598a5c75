"""A Sector Member's class of contribution stands in the ledger and in its terms; a change of it is an event."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KINDS = (
    "join",
    "upgrade",
    "cross_sell",
    "downgrade",
    "renewal",
    "suspension",
    "denunciation",
    "exclusion",
    "correction",
)
_CHECKS = (("membership_event", "kind"), ("term", "opened_by"), ("term", "ended_by"))


def upgrade() -> None:
    """Let events and terms have a class, and an event change it."""
    for table in ("membership_event", "term"):
        op.add_column(table, sa.Column("units", sa.Numeric(precision=16, scale=10), nullable=True))
    _kinds(*_KINDS, "class_change")
    op.execute("DROP TRIGGER append_only ON membership_event")
    _guard_events()


def downgrade() -> None:
    """Take it back; in a book that holds changes of class, the database refuses."""
    _kinds(*_KINDS)
    op.execute("DROP TRIGGER append_only ON membership_event")
    for table in ("membership_event", "term"):
        op.drop_column(table, "units")
    _guard_events()


def _kinds(*kinds: str) -> None:
    for table, column in _CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
        condition = f"{column} IN ({', '.join(map(repr, kinds))})"
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, condition)


def _guard_events() -> None:
    # The trigger names the columns it guards: all but the free texts, which may be blanked.
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("membership_event")]
    kept = ", ".join(f'"{name}"' for name in columns if name not in {"reason", "source"})
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OF {kept} OR DELETE OR TRUNCATE ON membership_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
    )
