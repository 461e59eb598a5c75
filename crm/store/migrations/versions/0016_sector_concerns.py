"""What study groups work on, and which of it concerns a segment."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "study_group_subject",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_es", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_fr", sa.String(), nullable=False),
        sa.Column("name_ru", sa.String(), nullable=False),
        sa.Column("study_group", sa.String(), nullable=False),
        sa.Column("certainty", _certainty(), nullable=False),
        sa.ForeignKeyConstraint(
            ["study_group"], ["study_group.code"], name=op.f("fk_study_group_subject_study_group")
        ),
        sa.PrimaryKeyConstraint("study_group", name=op.f("pk_study_group_subject")),
    )
    op.create_table(
        "sector_concern",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("study_group", sa.String(), nullable=False),
        sa.Column("certainty", _certainty(), nullable=False),
        sa.CheckConstraint("left(study_group, 1) = sector", name=op.f("ck_sector_concern_sector")),
        sa.ForeignKeyConstraint(["segment"], ["segment.slug"], name=op.f("fk_sector_concern_segment")),
        sa.ForeignKeyConstraint(["sector"], ["sector.code"], name=op.f("fk_sector_concern_sector")),
        sa.ForeignKeyConstraint(
            ["study_group"],
            ["study_group_subject.study_group"],
            name=op.f("fk_sector_concern_study_group"),
        ),
        sa.PrimaryKeyConstraint("segment", "sector", name=op.f("pk_sector_concern")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("sector_concern")
    op.drop_table("study_group_subject")


def _certainty() -> sa.Enum:
    return sa.Enum(
        "verified",
        "paper",
        "derived",
        "unverified",
        name="certainty",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
