"""Whom to see: tiers of accounts, absences with their deputies, and what makes a need urgent."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NO_OVERLAP = """
ALTER TABLE absence ADD CONSTRAINT ex_absence_overlap EXCLUDE USING gist (
    staff_id WITH =, daterange(since_on, until_on, '[]') WITH &&
)
"""


def upgrade() -> None:
    """Make the tables, and let an organisation have a tier of its own."""
    op.create_table(
        "tier",
        *_fact(),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ideal_days", sa.Integer(), nullable=False),
        sa.Column("most_days", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.CheckConstraint("most_days >= ideal_days", name=op.f("ck_tier_days")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_tier")),
    )
    op.create_table(
        "attention_weight",
        *_fact(),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reason", name=op.f("pk_attention_weight")),
    )
    op.create_table(
        "senior_role",
        *_fact(),
        sa.Column("phrase", sa.String(), nullable=False),
        sa.Column("language", _one_of("language", "ar", "zh", "en", "fr", "ru", "es"), nullable=False),
        sa.PrimaryKeyConstraint("phrase", "language", name=op.f("pk_senior_role")),
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("until_on >= since_on", name=op.f("ck_absence_order")),
        sa.CheckConstraint("deputy_id <> staff_id", name=op.f("ck_absence_deputy")),
        sa.ForeignKeyConstraint(["deputy_id"], ["staff.id"], name=op.f("fk_absence_deputy_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_absence_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_deputy_id"), "absence", ["deputy_id"], unique=False)
    op.execute(_NO_OVERLAP)
    op.add_column("organization", sa.Column("tier", sa.String(), nullable=True))
    op.create_foreign_key(op.f("fk_organization_tier"), "organization", "tier", ["tier"], ["slug"])
    op.create_index("ix_position_since", "position", ["since_on"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_position_since", table_name="position")
    op.drop_constraint(op.f("fk_organization_tier"), "organization", type_="foreignkey")
    op.drop_column("organization", "tier")
    for table in ("absence", "senior_role", "attention_weight", "tier"):
        op.drop_table(table)


def _fact() -> list[sa.Column[Any]]:
    certainty = _one_of("certainty", "verified", "paper", "derived", "unverified")
    return [
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("certainty", certainty, nullable=False),
    ]


def _one_of(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)
