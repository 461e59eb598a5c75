"""What memberships cost, and the rules of the contract."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "developed_country",
        *_fact(),
        sa.Column("country", sa.String(), nullable=False),
        *_validity(),
        sa.ForeignKeyConstraint(["country"], ["country.code"], name=op.f("fk_developed_country_country")),
        sa.PrimaryKeyConstraint("country", name=op.f("pk_developed_country")),
    )
    op.create_table(
        "contributory_unit",
        *_fact(),
        sa.Column("payer", _choice("payer", "member_state", "sector_member"), nullable=False),
        *_validity(since_stated=True),
        sa.Column("amount", sa.Numeric(16, 2), nullable=False),
        sa.Column("preliminary", sa.Boolean(), nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_contributory_unit_order")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_contributory_unit_amount")),
        sa.PrimaryKeyConstraint("payer", "valid_from", name=op.f("pk_contributory_unit")),
    )
    op.create_table(
        "fee",
        *_fact(),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("category", _choice("category", "sector_member", "associate", "academia"), nullable=False),
        sa.Column("coverage", sa.String(), nullable=False),
        sa.Column("development", _development(), nullable=True),
        sa.Column("size", sa.String(), nullable=True),
        sa.Column("amount", sa.Numeric(16, 2), nullable=False),
        *_validity(since_stated=True),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_fee_order")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_fee_amount")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_fee")),
    )
    op.create_table(
        "class_minimum",
        *_fact(),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("coverage", sa.String(), nullable=False),
        sa.Column("development", _development(), nullable=True),
        sa.Column("reduced", sa.Boolean(), nullable=False),
        sa.Column("units", sa.Numeric(16, 10), nullable=False),
        sa.Column("conditions", sa.String(), nullable=True),
        *_validity(since_stated=True),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_class_minimum_order")),
        sa.CheckConstraint("units > 0", name=op.f("ck_class_minimum_units")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_class_minimum")),
    )
    op.create_table(
        "membership_rule",
        *_fact(),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("rule", _choice("rule", *_RULES), nullable=False),
        *_validity(),
        sa.Column("value", sa.Numeric(12, 4), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_membership_rule_order")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_membership_rule")),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("membership_rule", "class_minimum", "fee", "contributory_unit", "developed_country"):
        op.drop_table(table)


_RULES = (
    "notice_months",
    "invoice_by_month",
    "invoice_by_day",
    "due_month",
    "due_day",
    "due_days",
    "suspension_days",
    "exclusion_days",
    "repayment_years_sector_member",
    "repayment_years_developed",
    "repayment_years_developing",
    "repayment_years_ldc",
    "interest_first",
    "interest_later",
    "interest_later_from_month",
    "reduction_limit",
    "reduction_from_units",
)


def _fact() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column(
            "certainty", _choice("certainty", "verified", "paper", "derived", "unverified"), nullable=False
        ),
    )


def _validity(*, since_stated: bool = False) -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("valid_from", sa.Date(), nullable=not since_stated),
        sa.Column("valid_to", sa.Date(), nullable=True),
    )


def _development() -> sa.Enum:
    return _choice("development", "developed", "developing")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
