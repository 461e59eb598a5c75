"""What a person may ask for: erasure, the grounds on which we write, and how long what is kept.

A ledger stays append-only, with one exception that the database itself holds: its free texts can be blanked, for
somebody may have written a name into one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_BLANKABLE = {
    "delivery": ("detail",),
    "membership_event": ("reason", "source"),
    "trail_entry": ("reason",),
}
"""The free texts of ledgers. Every other column of theirs, and every other value, is refused as before."""

_BASES = (
    "consent",
    "contract",
    "legal_obligation",
    "public_task",
    "legitimate_interest",
    "existing_relation",
)


def upgrade() -> None:
    """Make the tables, and let the free texts of ledgers be blanked."""
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    _contact_basis()
    _retention_rule()
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
    op.drop_table("retention_rule")
    op.drop_table("contact_basis")
    op.drop_column("person", "erased_at")


def _contact_basis() -> None:
    op.create_table(
        "contact_basis",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", _one_of("purpose", "membership", "campaigns", "donor", "event"), nullable=False),
        sa.Column("basis", _one_of("basis", *_BASES), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("language", _one_of("language", "ar", "zh", "en", "fr", "ru", "es"), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        sa.CheckConstraint('withdrawn_on >= "on"', name=op.f("ck_contact_basis_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_basis_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_basis")),
        sa.UniqueConstraint("person_id", "purpose", "basis", "on", name="uq_contact_basis_once"),
    )


def _retention_rule() -> None:
    op.create_table(
        "retention_rule",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("keep_days", sa.Integer(), nullable=False),
        sa.Column("counted_from", sa.String(), nullable=False),
        sa.Column("action", _one_of("action", "blank", "remove", "erase"), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column(
            "certainty", _one_of("certainty", "verified", "paper", "derived", "unverified"), nullable=False
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_retention_rule")),
    )


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


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
