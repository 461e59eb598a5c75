"""Payments for a named invoice, the yearly fee of a line, and notices that are withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_KINDS = (
    "join",
    "upgrade",
    "cross_sell",
    "downgrade",
    "class_change",
    "renewal",
    "suspension",
    "denunciation",
    "exclusion",
    "correction",
)
_CHECKS = (("membership_event", "kind"), ("term", "opened_by"), ("term", "ended_by"))


def upgrade() -> None:
    """Add the columns, and let a notice be withdrawn."""
    op.add_column("invoice_line", sa.Column("yearly", sa.Numeric(precision=16, scale=2), nullable=True))
    op.add_column("payment", sa.Column("invoice_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_payment_invoice_id"), "payment", "invoice", ["invoice_id"], ["id"])
    op.create_index(op.f("ix_payment_invoice_id"), "payment", ["invoice_id"])
    op.add_column("membership_event", sa.Column("withdraws_id", sa.BigInteger(), nullable=True))
    op.add_column("membership_event", sa.Column("agreed_by", sa.String(), nullable=False, server_default=""))
    op.alter_column("membership_event", "agreed_by", server_default=None)
    op.create_foreign_key(
        op.f("fk_membership_event_withdraws_id"),
        "membership_event",
        "membership_event",
        ["withdraws_id"],
        ["id"],
    )
    op.create_index(
        "uq_membership_event_withdrawn",
        "membership_event",
        ["withdraws_id"],
        unique=True,
        postgresql_where=sa.text("withdraws_id IS NOT NULL"),
    )
    _kinds(*_KINDS, "notice_withdrawn")
    op.create_check_constraint(
        op.f("ck_membership_event_withdraws"),
        "membership_event",
        "(kind = 'notice_withdrawn') = (withdraws_id IS NOT NULL)",
    )
    _unguard()
    _guard("reason", "source", "agreed_by")


def downgrade() -> None:
    """Take it back; in a book in which a notice was withdrawn, the database refuses."""
    op.drop_constraint(op.f("ck_membership_event_withdraws"), "membership_event")
    _kinds(*_KINDS)
    _unguard()
    op.drop_column("membership_event", "agreed_by")
    op.drop_column("membership_event", "withdraws_id")
    op.drop_column("payment", "invoice_id")
    op.drop_column("invoice_line", "yearly")
    _guard("reason", "source")


def _kinds(*kinds: str) -> None:
    for table, column in _CHECKS:
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
        condition = f"{column} IN ({', '.join(map(repr, kinds))})"
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, condition)


def _unguard() -> None:
    op.execute("DROP TRIGGER blank_only ON membership_event")
    for table in ("membership_event", "payment"):
        op.execute(f"DROP TRIGGER append_only ON {table}")


def _guard(*texts: str) -> None:
    """Only free texts may be blanked, which an erasure does; nothing else of an event or a payment ever changes."""
    for table, free in (("membership_event", texts), ("payment", ("reason",))):
        columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
        kept = ", ".join(f'"{name}"' for name in columns if name not in free)
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OF {kept} OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
        )
    otherwise = " OR ".join(
        f"(NEW.{name} IS DISTINCT FROM OLD.{name} AND NEW.{name} IS DISTINCT FROM '(erased)')"
        for name in texts
    )
    op.execute(
        f"CREATE TRIGGER blank_only BEFORE UPDATE ON membership_event FOR EACH ROW WHEN ({otherwise})"
        " EXECUTE FUNCTION accord_append_only()"
    )
