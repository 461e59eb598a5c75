"""The first slice: every table of the book.

The parts that models cannot say are here: the sequence, the extensions, terms that may not overlap, and ledgers that
the database itself keeps from being changed.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("delivery", "membership_event", "trail_change", "trail_entry")

_REFUSE = """
CREATE FUNCTION accord_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The % is append-only: lines are added, never changed or deleted.', TG_TABLE_NAME;
END $$
"""

_NO_OVERLAP = """
ALTER TABLE term ADD CONSTRAINT ex_term_overlap EXCLUDE USING gist (
    organization_id WITH =,
    (CASE coverage
        WHEN 'R' THEN int4range(1, 2) WHEN 'T' THEN int4range(2, 3) WHEN 'D' THEN int4range(3, 4)
        ELSE int4range(1, 4)
    END) WITH &&,
    daterange(since_on, until_on, '[]') WITH &&
)
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE SEQUENCE accord_id AS bigint")
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("header", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("blank", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_digest"), "import_batch", ["digest"], unique=False)
    op.create_table(
        "job_slot",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_slot")),
    )
    op.create_table(
        "membership_category",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column(
            "category",
            sa.Enum(
                "sector_member",
                "associate",
                "academia",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sectors", sa.String(), nullable=False),
        sa.Column("one_for_all_sectors", sa.Boolean(), nullable=False),
        sa.Column(
            "study_groups",
            sa.Enum("all", "one", name="study_groups", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("rights", sa.String(), nullable=False),
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
        sa.PrimaryKeyConstraint("category", name=op.f("pk_membership_category")),
    )
    op.create_table(
        "merge",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "organization", "person", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("keeper_id", sa.BigInteger(), nullable=False),
        sa.Column("duplicate_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.String(), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stayed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("taken_over", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index(op.f("ix_merge_duplicate_id"), "merge", ["duplicate_id"], unique=False)
    op.create_index(op.f("ix_merge_keeper_id"), "merge", ["keeper_id"], unique=False)
    op.create_index(
        "uq_merge_standing", "merge", ["duplicate_id"], unique=True, postgresql_where="undone_at IS NULL"
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("normal_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("email_key", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column(
            "language",
            sa.Enum(
                "ar",
                "zh",
                "en",
                "fr",
                "ru",
                "es",
                name="language",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merged_into_id"], ["person.id"], name=op.f("fk_person_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_key", name="uq_person_email"),
    )
    op.create_index(op.f("ix_person_merged_into_id"), "person", ["merged_into_id"], unique=False)
    op.create_index("ix_person_normal_name", "person", ["normal_name"], unique=False)
    op.create_table(
        "region",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_es", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_fr", sa.String(), nullable=False),
        sa.Column("name_ru", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
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
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_region")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "prepared",
                "approved",
                "running",
                "paused",
                "completed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("audience_hash", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approver", sa.String(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_count", sa.Integer(), nullable=True),
        sa.Column("launched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint("approver IS NULL OR approver <> author", name=op.f("ck_run_approver")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_table(
        "sector",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_es", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_fr", sa.String(), nullable=False),
        sa.Column("name_ru", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("short", sa.String(), nullable=False),
        sa.Column("bureau", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
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
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sector")),
    )
    op.create_table(
        "segment",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("keywords", sa.String(), nullable=True),
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
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_segment")),
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column(
            "scope",
            sa.Enum("campaigns", "all", name="scope", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "unsubscribed",
                "bounced",
                "complained",
                "asked",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("address_hash", "scope", name="uq_suppression_address_scope"),
    )
    op.create_table(
        "trail_entry",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_entry")),
    )
    op.create_index(op.f("ix_trail_entry_at"), "trail_entry", ["at"], unique=False)
    op.create_index(op.f("ix_trail_entry_batch_id"), "trail_entry", ["batch_id"], unique=False)
    op.create_index(op.f("ix_trail_entry_subject"), "trail_entry", ["subject"], unique=False)
    op.create_table(
        "wording",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "language",
            sa.Enum(
                "ar",
                "zh",
                "en",
                "fr",
                "ru",
                "es",
                name="language",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_wording")),
    )
    op.create_table(
        "country",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_es", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_fr", sa.String(), nullable=False),
        sa.Column("name_ru", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("alpha2", sa.String(length=2), nullable=False),
        sa.Column("m49", sa.Integer(), nullable=True),
        sa.Column("m49_region_code", sa.Integer(), nullable=True),
        sa.Column("m49_region", sa.String(), nullable=True),
        sa.Column("m49_subregion_code", sa.Integer(), nullable=True),
        sa.Column("m49_subregion", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column(
            "region_certainty",
            sa.Enum(
                "verified",
                "paper",
                "derived",
                "unverified",
                name="region_certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("member_state", sa.String(), nullable=True),
        sa.Column("member_state_source", sa.String(), nullable=False),
        sa.Column(
            "member_state_certainty",
            sa.Enum(
                "verified",
                "paper",
                "derived",
                "unverified",
                name="member_state_certainty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "income_group",
            sa.Enum(
                "low",
                "lower-middle",
                "upper-middle",
                "high",
                name="income_group",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("income_group_on", sa.Date(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["member_state"],
            ["country.code"],
            name=op.f("fk_country_member_state"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["region"], ["region.slug"], name=op.f("fk_country_region")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_country")),
        sa.UniqueConstraint("alpha2", name="uq_country_alpha2"),
        sa.UniqueConstraint("m49", name="uq_country_m49"),
    )
    op.create_index("ix_country_member_state", "country", ["member_state"], unique=False)
    op.create_index(op.f("ix_country_region"), "country", ["region"], unique=False)
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "create",
                "match",
                "refuse",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "row", name=op.f("pk_import_row")),
    )
    op.create_index(op.f("ix_import_row_subject_id"), "import_row", ["subject_id"], unique=False)
    op.create_table(
        "merge_move",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("merge_id", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("key", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["merge_id"], ["merge.id"], name=op.f("fk_merge_move_merge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge_move")),
    )
    op.create_index(op.f("ix_merge_move_merge_id"), "merge_move", ["merge_id"], unique=False)
    op.create_table(
        "office",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "general_secretariat",
                "bureau",
                "regional",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("region", sa.String(), nullable=True),
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
        sa.ForeignKeyConstraint(["region"], ["region.slug"], name=op.f("fk_office_region")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_office")),
    )
    op.create_table(
        "study_group",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("succeeded_by", sa.String(), nullable=True),
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
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_study_group_order")),
        sa.ForeignKeyConstraint(["sector"], ["sector.code"], name=op.f("fk_study_group_sector")),
        sa.ForeignKeyConstraint(
            ["succeeded_by"],
            ["study_group.code"],
            name=op.f("fk_study_group_succeeded_by"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_study_group")),
    )
    op.create_table(
        "trail_change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["trail_entry.id"], name=op.f("fk_trail_change_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_change")),
    )
    op.create_index(op.f("ix_trail_change_entry_id"), "trail_change", ["entry_id"], unique=False)
    op.create_index("ix_trail_change_record", "trail_change", ["record"], unique=False)
    op.create_table(
        "country_alias",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("plain", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("name", "subdivision", name="kind", native_enum=False, create_constraint=True, length=40),
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
        sa.ForeignKeyConstraint(["country"], ["country.code"], name=op.f("fk_country_alias_country")),
        sa.PrimaryKeyConstraint("plain", "country", name=op.f("pk_country_alias")),
    )
    op.create_table(
        "country_group",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("LDC", "LLDC", "SIDS", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
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
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_country_group_order")),
        sa.ForeignKeyConstraint(["country"], ["country.code"], name=op.f("fk_country_group_country")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_country_group")),
    )
    op.create_index("ix_country_group_country", "country_group", ["country", "kind"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name=op.f("fk_staff_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_index(op.f("ix_staff_office"), "staff", ["office"], unique=False)
    op.create_table(
        "trail_personal",
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["trail_change.id"], name=op.f("fk_trail_personal_change_id")),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_trail_personal")),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "company",
                "university",
                "research",
                "administration",
                "international",
                "regional",
                "association",
                "foundation",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("segment", sa.String(), nullable=True),
        sa.Column(
            "size",
            sa.Enum("sme", "large", name="size", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("lei", sa.String(), nullable=True),
        sa.Column("website", sa.String(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["country"], ["country.code"], name=op.f("fk_organization_country")),
        sa.ForeignKeyConstraint(["group_id"], ["organization.id"], name=op.f("fk_organization_group_id")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["organization.id"], name=op.f("fk_organization_merged_into_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_organization_owner_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["organization.id"], name=op.f("fk_organization_parent_id")),
        sa.ForeignKeyConstraint(["segment"], ["segment.slug"], name=op.f("fk_organization_segment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("lei", name="uq_organization_lei"),
    )
    op.create_index("ix_organization_country_segment", "organization", ["country", "segment"], unique=False)
    op.create_index(op.f("ix_organization_group_id"), "organization", ["group_id"], unique=False)
    op.create_index(op.f("ix_organization_merged_into_id"), "organization", ["merged_into_id"], unique=False)
    op.create_index(op.f("ix_organization_owner_id"), "organization", ["owner_id"], unique=False)
    op.create_index(op.f("ix_organization_parent_id"), "organization", ["parent_id"], unique=False)
    op.create_index(op.f("ix_organization_segment"), "organization", ["segment"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "language",
            sa.Enum(
                "ar",
                "zh",
                "en",
                "fr",
                "ru",
                "es",
                name="language",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "arm",
            sa.Enum(
                "treatment", "hold_out", name="arm", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "left_out",
                "enrolled",
                "exited",
                "finished",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["organization.id"], name=op.f("fk_enrolment_group_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_enrolment_organization_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_enrolment_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("run_id", "organization_id", name="uq_enrolment_account"),
    )
    op.create_index(
        "ix_enrolment_due", "enrolment", ["due_at", "id"], unique=False, postgresql_where="state = 'enrolled'"
    )
    op.create_index(
        "ix_enrolment_group", "enrolment", ["group_id"], unique=False, postgresql_where="state = 'enrolled'"
    )
    op.create_index(op.f("ix_enrolment_organization_id"), "enrolment", ["organization_id"], unique=False)
    op.create_index(op.f("ix_enrolment_person_id"), "enrolment", ["person_id"], unique=False)
    op.create_index(
        "uq_enrolment_person",
        "enrolment",
        ["run_id", "person_id"],
        unique=True,
        postgresql_where="state <> 'left_out'",
    )
    op.create_table(
        "interaction",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "call",
                "meeting",
                "email",
                "event",
                "note",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=True),
        sa.Column("inbound", sa.Boolean(), nullable=False),
        sa.Column("logged_by", sa.String(), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office"], ["office.code"], name=op.f("fk_interaction_office")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_interaction_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction")),
    )
    op.create_index("ix_interaction_organization_at", "interaction", ["organization_id", "at"], unique=False)
    op.create_table(
        "membership_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "join",
                "upgrade",
                "cross_sell",
                "downgrade",
                "renewal",
                "suspension",
                "denunciation",
                "exclusion",
                "correction",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "coverage",
            sa.Enum(
                "R", "T", "D", "RTD", name="coverage", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "category",
            sa.Enum(
                "sector_member",
                "associate",
                "academia",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("study_group", sa.String(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_membership_event_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["study_group"], ["study_group.code"], name=op.f("fk_membership_event_study_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_event")),
    )
    op.create_index(
        op.f("ix_membership_event_organization_id"), "membership_event", ["organization_id"], unique=False
    )
    op.create_table(
        "organization_domain",
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_organization_domain_organization_id")
        ),
        sa.PrimaryKeyConstraint("organization_id", "domain", name=op.f("pk_organization_domain")),
    )
    op.create_index(op.f("ix_organization_domain_domain"), "organization_domain", ["domain"], unique=False)
    op.create_table(
        "organization_name",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("normal", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "legal", "display", "alias", name="kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_organization_name_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_name")),
        sa.UniqueConstraint(
            "organization_id",
            "name",
            "kind",
            "language",
            name="uq_organization_name",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_organization_name_normal", "organization_name", ["normal"], unique=False)
    op.create_index(
        op.f("ix_organization_name_organization_id"), "organization_name", ["organization_id"], unique=False
    )
    op.create_index(
        "ix_organization_name_trigram",
        "organization_name",
        ["normal"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"normal": "gin_trgm_ops"},
    )
    op.create_table(
        "participation",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("study_group", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "asked",
                "attended",
                "contributed",
                "rapporteur",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_participation_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["study_group"], ["study_group.code"], name=op.f("fk_participation_study_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("organization_id", "study_group", "kind", "on", name="uq_participation_once"),
    )
    op.create_index(
        "ix_participation_organization_on", "participation", ["organization_id", "on"], unique=False
    )
    op.create_table(
        "position",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("focal_point", sa.Boolean(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on >= since_on", name=op.f("ck_position_order")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_position_organization_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_position_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.create_index(op.f("ix_position_organization_id"), "position", ["organization_id"], unique=False)
    op.create_index(op.f("ix_position_person_id"), "position", ["person_id"], unique=False)
    op.create_table(
        "role",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("prospect", "donor", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("until_on >= since_on", name=op.f("ck_role_order")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_role_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
    )
    op.create_index("ix_role_kind_until", "role", ["kind", "until_on", "organization_id"], unique=False)
    op.create_index(op.f("ix_role_organization_id"), "role", ["organization_id"], unique=False)
    op.create_index(
        "uq_role_open", "role", ["organization_id", "kind"], unique=True, postgresql_where="until_on IS NULL"
    )
    op.create_table(
        "source_key",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_source_key_organization_id")
        ),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_source_key")),
    )
    op.create_index(op.f("ix_source_key_organization_id"), "source_key", ["organization_id"], unique=False)
    op.create_table(
        "standing",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "good",
                "arrears",
                "suspended",
                "cancelling",
                "exempt",
                "application_pending",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "punctuality",
            sa.Enum(
                "on_time",
                "late",
                "unpaid",
                name="punctuality",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_standing_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
        sa.UniqueConstraint("organization_id", "as_of", "source", name="uq_standing_statement"),
    )
    op.create_index("ix_standing_latest", "standing", ["organization_id", "as_of", "id"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_follow_up_interaction_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_follow_up_organization_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_follow_up_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_interaction_id"), "follow_up", ["interaction_id"], unique=False)
    op.create_index(
        "ix_follow_up_open",
        "follow_up",
        ["owner_id", "due_on"],
        unique=False,
        postgresql_where="done_at IS NULL",
    )
    op.create_index(op.f("ix_follow_up_organization_id"), "follow_up", ["organization_id"], unique=False)
    op.create_table(
        "interaction_person",
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_interaction_person_interaction_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interaction_person_person_id")),
        sa.PrimaryKeyConstraint("interaction_id", "person_id", name=op.f("pk_interaction_person")),
    )
    op.create_index(
        op.f("ix_interaction_person_person_id"), "interaction_person", ["person_id"], unique=False
    )
    op.create_table(
        "interaction_staff",
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_interaction_staff_interaction_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_interaction_staff_staff_id")),
        sa.PrimaryKeyConstraint("interaction_id", "staff_id", name=op.f("pk_interaction_staff")),
    )
    op.create_index(op.f("ix_interaction_staff_staff_id"), "interaction_staff", ["staff_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "message_class",
            sa.Enum(
                "marketing",
                "correspondence",
                name="message_class",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("to_name", sa.String(), nullable=False),
        sa.Column("to_address", sa.String(), nullable=False),
        sa.Column("from_name", sa.String(), nullable=False),
        sa.Column("from_address", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column(
            "language",
            sa.Enum(
                "ar",
                "zh",
                "en",
                "fr",
                "ru",
                "es",
                name="language",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("in_reply_to", sa.String(), nullable=True),
        sa.Column("references", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "claimed",
                "handing_off",
                "accepted",
                "failed",
                "held",
                "stopped",
                "in_doubt",
                "assumed_sent",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("rendered_hash", sa.String(), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("may_duplicate", sa.Boolean(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_outbox_enrolment_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_outbox_organization_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_outbox_person_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_outbox_run_id")),
        sa.ForeignKeyConstraint(["template"], ["wording.sha256"], name=op.f("fk_outbox_template")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
    )
    op.create_index(
        "ix_outbox_due", "outbox", ["due_at", "id"], unique=False, postgresql_where="status = 'queued'"
    )
    op.create_index(op.f("ix_outbox_enrolment_id"), "outbox", ["enrolment_id"], unique=False)
    op.create_index(
        "ix_outbox_moving",
        "outbox",
        ["lease_until"],
        unique=False,
        postgresql_where="status IN ('claimed', 'handing_off')",
    )
    op.create_index(op.f("ix_outbox_organization_id"), "outbox", ["organization_id"], unique=False)
    op.create_index("ix_outbox_person_handed", "outbox", ["person_id", "handed_at"], unique=False)
    op.create_index(op.f("ix_outbox_run_id"), "outbox", ["run_id"], unique=False)
    op.create_table(
        "term",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "coverage",
            sa.Enum(
                "R", "T", "D", "RTD", name="coverage", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "category",
            sa.Enum(
                "sector_member",
                "associate",
                "academia",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("study_group", sa.String(), nullable=True),
        sa.Column(
            "opened_by",
            sa.Enum(
                "join",
                "upgrade",
                "cross_sell",
                "downgrade",
                "renewal",
                "suspension",
                "denunciation",
                "exclusion",
                "correction",
                name="opened_by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column(
            "ended_by",
            sa.Enum(
                "join",
                "upgrade",
                "cross_sell",
                "downgrade",
                "renewal",
                "suspension",
                "denunciation",
                "exclusion",
                "correction",
                name="ended_by",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.CheckConstraint("until_on >= since_on", name=op.f("ck_term_order")),
        sa.ForeignKeyConstraint(["id"], ["membership_event.id"], name=op.f("fk_term_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_term_organization_id")
        ),
        sa.ForeignKeyConstraint(["study_group"], ["study_group.code"], name=op.f("fk_term_study_group")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
    )
    op.create_index(
        "ix_term_category_until", "term", ["category", "until_on", "organization_id"], unique=False
    )
    op.create_index(op.f("ix_term_organization_id"), "term", ["organization_id"], unique=False)
    op.create_table(
        "answer",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reply",
                "automatic_reply",
                "bounce",
                "delay",
                "unsubscribe",
                "complaint",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("outbox_id", sa.BigInteger(), nullable=True),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("interaction_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_answer_interaction_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_answer_organization_id")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_answer_outbox_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_answer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("digest", name="uq_answer_digest"),
    )
    op.create_index(op.f("ix_answer_interaction_id"), "answer", ["interaction_id"], unique=False)
    op.create_index(op.f("ix_answer_organization_id"), "answer", ["organization_id"], unique=False)
    op.create_index(op.f("ix_answer_outbox_id"), "answer", ["outbox_id"], unique=False)
    op.create_index(op.f("ix_answer_person_id"), "answer", ["person_id"], unique=False)
    op.create_index(op.f("ix_answer_received_at"), "answer", ["received_at"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_delivery_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(op.f("ix_delivery_outbox_id"), "delivery", ["outbox_id"], unique=False)
    op.create_table(
        "letter_draft",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "language",
            sa.Enum(
                "ar",
                "zh",
                "en",
                "fr",
                "ru",
                "es",
                name="language",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outbox_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_letter_draft_author_id")),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_letter_draft_interaction_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_letter_draft_organization_id")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_letter_draft_outbox_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_draft_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_draft")),
    )
    op.create_index(op.f("ix_letter_draft_author_id"), "letter_draft", ["author_id"], unique=False)
    op.create_index(op.f("ix_letter_draft_interaction_id"), "letter_draft", ["interaction_id"], unique=False)
    op.create_index(
        "ix_letter_draft_open",
        "letter_draft",
        ["drafted_at"],
        unique=False,
        postgresql_where="outbox_id IS NULL AND discarded_at IS NULL",
    )
    op.create_index(
        op.f("ix_letter_draft_organization_id"), "letter_draft", ["organization_id"], unique=False
    )
    op.create_index(op.f("ix_letter_draft_outbox_id"), "letter_draft", ["outbox_id"], unique=False)
    op.create_index(op.f("ix_letter_draft_person_id"), "letter_draft", ["person_id"], unique=False)
    op.create_table(
        "step_taken",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=True),
        sa.Column("follow_up_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_step_taken_enrolment_id")),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], name=op.f("fk_step_taken_follow_up_id")),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_step_taken_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_taken")),
        sa.UniqueConstraint("enrolment_id", "step", name="uq_step_taken_once"),
    )
    op.create_index(op.f("ix_step_taken_follow_up_id"), "step_taken", ["follow_up_id"], unique=False)
    op.create_index(op.f("ix_step_taken_outbox_id"), "step_taken", ["outbox_id"], unique=False)
    op.execute(_NO_OVERLAP)
    op.execute(_REFUSE)
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION accord_append_only()"
        )


def downgrade() -> None:
    """Remove everything again."""
    op.drop_index(op.f("ix_step_taken_outbox_id"), table_name="step_taken")
    op.drop_index(op.f("ix_step_taken_follow_up_id"), table_name="step_taken")
    op.drop_table("step_taken")
    op.drop_index(op.f("ix_letter_draft_person_id"), table_name="letter_draft")
    op.drop_index(op.f("ix_letter_draft_outbox_id"), table_name="letter_draft")
    op.drop_index(op.f("ix_letter_draft_organization_id"), table_name="letter_draft")
    op.drop_index(
        "ix_letter_draft_open",
        table_name="letter_draft",
        postgresql_where="outbox_id IS NULL AND discarded_at IS NULL",
    )
    op.drop_index(op.f("ix_letter_draft_interaction_id"), table_name="letter_draft")
    op.drop_index(op.f("ix_letter_draft_author_id"), table_name="letter_draft")
    op.drop_table("letter_draft")
    op.drop_index(op.f("ix_delivery_outbox_id"), table_name="delivery")
    op.drop_table("delivery")
    op.drop_index(op.f("ix_answer_received_at"), table_name="answer")
    op.drop_index(op.f("ix_answer_person_id"), table_name="answer")
    op.drop_index(op.f("ix_answer_outbox_id"), table_name="answer")
    op.drop_index(op.f("ix_answer_organization_id"), table_name="answer")
    op.drop_index(op.f("ix_answer_interaction_id"), table_name="answer")
    op.drop_table("answer")
    op.drop_index(op.f("ix_term_organization_id"), table_name="term")
    op.drop_index("ix_term_category_until", table_name="term")
    op.drop_table("term")
    op.drop_index(op.f("ix_outbox_run_id"), table_name="outbox")
    op.drop_index("ix_outbox_person_handed", table_name="outbox")
    op.drop_index(op.f("ix_outbox_organization_id"), table_name="outbox")
    op.drop_index(
        "ix_outbox_moving", table_name="outbox", postgresql_where="status IN ('claimed', 'handing_off')"
    )
    op.drop_index(op.f("ix_outbox_enrolment_id"), table_name="outbox")
    op.drop_index("ix_outbox_due", table_name="outbox", postgresql_where="status = 'queued'")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_interaction_staff_staff_id"), table_name="interaction_staff")
    op.drop_table("interaction_staff")
    op.drop_index(op.f("ix_interaction_person_person_id"), table_name="interaction_person")
    op.drop_table("interaction_person")
    op.drop_index(op.f("ix_follow_up_organization_id"), table_name="follow_up")
    op.drop_index("ix_follow_up_open", table_name="follow_up", postgresql_where="done_at IS NULL")
    op.drop_index(op.f("ix_follow_up_interaction_id"), table_name="follow_up")
    op.drop_table("follow_up")
    op.drop_index("ix_standing_latest", table_name="standing")
    op.drop_table("standing")
    op.drop_index(op.f("ix_source_key_organization_id"), table_name="source_key")
    op.drop_table("source_key")
    op.drop_index("uq_role_open", table_name="role", postgresql_where="until_on IS NULL")
    op.drop_index(op.f("ix_role_organization_id"), table_name="role")
    op.drop_index("ix_role_kind_until", table_name="role")
    op.drop_table("role")
    op.drop_index(op.f("ix_position_person_id"), table_name="position")
    op.drop_index(op.f("ix_position_organization_id"), table_name="position")
    op.drop_table("position")
    op.drop_index("ix_participation_organization_on", table_name="participation")
    op.drop_table("participation")
    op.drop_index(
        "ix_organization_name_trigram",
        table_name="organization_name",
        postgresql_using="gin",
        postgresql_ops={"normal": "gin_trgm_ops"},
    )
    op.drop_index(op.f("ix_organization_name_organization_id"), table_name="organization_name")
    op.drop_index("ix_organization_name_normal", table_name="organization_name")
    op.drop_table("organization_name")
    op.drop_index(op.f("ix_organization_domain_domain"), table_name="organization_domain")
    op.drop_table("organization_domain")
    op.drop_index(op.f("ix_membership_event_organization_id"), table_name="membership_event")
    op.drop_table("membership_event")
    op.drop_index("ix_interaction_organization_at", table_name="interaction")
    op.drop_table("interaction")
    op.drop_index("uq_enrolment_person", table_name="enrolment", postgresql_where="state <> 'left_out'")
    op.drop_index(op.f("ix_enrolment_person_id"), table_name="enrolment")
    op.drop_index(op.f("ix_enrolment_organization_id"), table_name="enrolment")
    op.drop_index("ix_enrolment_group", table_name="enrolment", postgresql_where="state = 'enrolled'")
    op.drop_index("ix_enrolment_due", table_name="enrolment", postgresql_where="state = 'enrolled'")
    op.drop_table("enrolment")
    op.drop_index(op.f("ix_organization_segment"), table_name="organization")
    op.drop_index(op.f("ix_organization_parent_id"), table_name="organization")
    op.drop_index(op.f("ix_organization_owner_id"), table_name="organization")
    op.drop_index(op.f("ix_organization_merged_into_id"), table_name="organization")
    op.drop_index(op.f("ix_organization_group_id"), table_name="organization")
    op.drop_index("ix_organization_country_segment", table_name="organization")
    op.drop_table("organization")
    op.drop_table("trail_personal")
    op.drop_index(op.f("ix_staff_office"), table_name="staff")
    op.drop_table("staff")
    op.drop_index("ix_country_group_country", table_name="country_group")
    op.drop_table("country_group")
    op.drop_table("country_alias")
    op.drop_index("ix_trail_change_record", table_name="trail_change")
    op.drop_index(op.f("ix_trail_change_entry_id"), table_name="trail_change")
    op.drop_table("trail_change")
    op.drop_table("study_group")
    op.drop_table("office")
    op.drop_index(op.f("ix_merge_move_merge_id"), table_name="merge_move")
    op.drop_table("merge_move")
    op.drop_index(op.f("ix_import_row_subject_id"), table_name="import_row")
    op.drop_table("import_row")
    op.drop_index(op.f("ix_country_region"), table_name="country")
    op.drop_index("ix_country_member_state", table_name="country")
    op.drop_table("country")
    op.drop_table("wording")
    op.drop_index(op.f("ix_trail_entry_subject"), table_name="trail_entry")
    op.drop_index(op.f("ix_trail_entry_batch_id"), table_name="trail_entry")
    op.drop_index(op.f("ix_trail_entry_at"), table_name="trail_entry")
    op.drop_table("trail_entry")
    op.drop_table("suppression")
    op.drop_table("segment")
    op.drop_table("sector")
    op.drop_table("run")
    op.drop_table("region")
    op.drop_index("ix_person_normal_name", table_name="person")
    op.drop_index(op.f("ix_person_merged_into_id"), table_name="person")
    op.drop_table("person")
    op.drop_index("uq_merge_standing", table_name="merge", postgresql_where="undone_at IS NULL")
    op.drop_index(op.f("ix_merge_keeper_id"), table_name="merge")
    op.drop_index(op.f("ix_merge_duplicate_id"), table_name="merge")
    op.drop_table("merge")
    op.drop_table("membership_category")
    op.drop_table("job_slot")
    op.drop_index(op.f("ix_import_batch_digest"), table_name="import_batch")
    op.drop_table("import_batch")
    op.execute("DROP FUNCTION accord_append_only()")
    op.execute("DROP SEQUENCE accord_id")
    op.execute("DROP EXTENSION pg_trgm")
    op.execute("DROP EXTENSION btree_gist")
