"""Opportunities: their stages, the asks themselves, every step of them and the notes to these."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "opportunity_stage",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "first_membership",
                "upgrade",
                "another_sector",
                "unit_increase",
                "contribution",
                "sponsorship",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "open", "won", "lost", name="outcome", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "certainty",
            sa.Enum(
                "verified",
                "paper",
                "derived",
                "unverified",
                name="certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("probability BETWEEN 0 AND 100", name=op.f("ck_opportunity_stage_probability")),
        sa.PrimaryKeyConstraint("kind", "stage", name=op.f("pk_opportunity_stage")),
    )
    op.create_table(
        "opportunity",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "first_membership",
                "upgrade",
                "another_sector",
                "unit_increase",
                "contribution",
                "sponsorship",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "open", "won", "lost", name="outcome", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column(
            "frequency",
            sa.Enum("yearly", "once", name="frequency", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column(
            "basis",
            sa.Enum("stage", "stated", name="basis", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("office", sa.String(), nullable=True),
        sa.Column("sector", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'open') = (closed_at IS NULL) AND (closed_at IS NULL) = (closed_on IS NULL)",
            name=op.f("ck_opportunity_closed"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_opportunity_amount")),
        sa.CheckConstraint("probability BETWEEN 0 AND 100", name=op.f("ck_opportunity_probability")),
        sa.ForeignKeyConstraint(
            ["kind", "stage"],
            ["opportunity_stage.kind", "opportunity_stage.stage"],
            name="fk_opportunity_stage",
        ),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name=op.f("fk_opportunity_office")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_opportunity_organization_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_opportunity_owner_id")),
        sa.ForeignKeyConstraint(["sector"], ["sector.code"], name=op.f("fk_opportunity_sector")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity")),
    )
    op.create_index(
        "ix_opportunity_closed",
        "opportunity",
        ["closed_on"],
        unique=False,
        postgresql_where="closed_at IS NOT NULL",
    )
    op.create_index(
        "ix_opportunity_open",
        "opportunity",
        ["owner_id", "expected_on"],
        unique=False,
        postgresql_where="closed_at IS NULL",
    )
    op.create_index(op.f("ix_opportunity_organization_id"), "opportunity", ["organization_id"], unique=False)
    op.create_table(
        "opportunity_move",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("opportunity_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "opened",
                "moved",
                "changed",
                "won",
                "lost",
                "reopened",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_stage", sa.String(), nullable=True),
        sa.Column("to_stage", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["opportunity.id"], name=op.f("fk_opportunity_move_opportunity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opportunity_move")),
    )
    op.create_index(
        op.f("ix_opportunity_move_opportunity_id"), "opportunity_move", ["opportunity_id"], unique=False
    )
    op.create_table(
        "opportunity_note",
        sa.Column("move_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["move_id"], ["opportunity_move.id"], name=op.f("fk_opportunity_note_move_id")
        ),
        sa.PrimaryKeyConstraint("move_id", name=op.f("pk_opportunity_note")),
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON opportunity_move"
        " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("opportunity_note")
    op.drop_index(op.f("ix_opportunity_move_opportunity_id"), table_name="opportunity_move")
    op.drop_table("opportunity_move")
    op.drop_index(op.f("ix_opportunity_organization_id"), table_name="opportunity")
    op.drop_index("ix_opportunity_open", table_name="opportunity", postgresql_where="closed_at IS NULL")
    op.drop_index("ix_opportunity_closed", table_name="opportunity", postgresql_where="closed_at IS NOT NULL")
    op.drop_table("opportunity")
    op.drop_table("opportunity_stage")
