"""Names compared without their legal forms: the list of those, the bare form of each name, and its keys.

The bare form starts as the normal one and the keys start empty: `crm reference load`, which brings the new list in,
works them out. Opening a book on the server that comes with Accord does that by itself.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CERTAINTIES = ("verified", "paper", "derived", "unverified")


def upgrade() -> None:
    """Make the tables, and the columns beside each name."""
    op.create_table(
        "legal_form",
        *_of_a_fact(),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("place", _choice("place", "end", "start", "either"), nullable=False),
        sa.Column("glued", sa.Boolean(), nullable=False),
        sa.Column("countries", sa.String(), nullable=False),
        sa.Column("certainty", _choice("certainty", *_CERTAINTIES), nullable=False),
        sa.PrimaryKeyConstraint("form", name=op.f("pk_legal_form")),
    )
    op.create_table(
        "mailbox_provider",
        *_of_a_fact(),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("certainty", _choice("certainty", *_CERTAINTIES), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_mailbox_provider")),
    )
    op.add_column("organization_name", sa.Column("bare", sa.String(), nullable=True))
    op.add_column("organization_name", sa.Column("keys", postgresql.ARRAY(sa.BigInteger()), nullable=True))
    op.execute("UPDATE organization_name SET bare = normal, keys = '{}'")
    op.alter_column("organization_name", "bare", nullable=False)
    op.alter_column("organization_name", "keys", nullable=False)
    op.create_index(
        "ix_organization_name_keys",
        "organization_name",
        ["keys"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_organization_name_keys", table_name="organization_name", postgresql_using="gin")
    op.drop_column("organization_name", "keys")
    op.drop_column("organization_name", "bare")
    op.drop_table("mailbox_provider")
    op.drop_table("legal_form")


def _of_a_fact() -> list[sa.Column[Any]]:
    return [
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
    ]


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
