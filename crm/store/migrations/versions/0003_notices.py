"""Notices to our own staff, files that go out with letters, and subscriptions to reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_CLASSES = "message_class IN ('marketing', 'correspondence'{more})"


def upgrade() -> None:
    """Let letters go to staff, and add the tables."""
    op.alter_column("outbox", "organization_id", nullable=True)
    op.alter_column("outbox", "person_id", nullable=True)
    op.add_column("outbox", sa.Column("staff_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_outbox_staff_id"), "outbox", "staff", ["staff_id"], ["id"])
    op.create_index(op.f("ix_outbox_staff_id"), "outbox", ["staff_id"])
    op.drop_constraint("ck_outbox_message_class", "outbox")
    op.create_check_constraint(op.f("ck_outbox_message_class"), "outbox", _CLASSES.format(more=", 'notice'"))
    op.create_check_constraint(
        op.f("ck_outbox_one_reader"), "outbox", "(person_id IS NULL) <> (staff_id IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_outbox_account_of_reader"), "outbox", "(person_id IS NULL) = (organization_id IS NULL)"
    )
    op.create_table(
        "enclosure",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_enclosure_outbox_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enclosure")),
    )
    op.create_index(op.f("ix_enclosure_outbox_id"), "enclosure", ["outbox_id"])
    op.create_table(
        "subscription",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("filters", postgresql.JSONB(), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("every", sa.String(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("only_if_rows", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "form IN ('letter', 'xlsx', 'csv', 'html', 'json')", name=op.f("ck_subscription_form")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_subscription_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_staff_id"), "subscription", ["staff_id"])
    op.create_table(
        "subscription_day",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('queued', 'empty', 'failed')", name=op.f("ck_subscription_day_outcome")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_subscription_day_outbox_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name=op.f("fk_subscription_day_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_day")),
        sa.UniqueConstraint("subscription_id", "due_on", name="uq_subscription_day_once"),
    )
    op.create_index(op.f("ix_subscription_day_due_on"), "subscription_day", ["due_on"])
    op.create_index(op.f("ix_subscription_day_outbox_id"), "subscription_day", ["outbox_id"])


def downgrade() -> None:
    """Take the tables and the notices away; what was sent to contacts stays."""
    op.drop_table("subscription_day")
    op.drop_table("subscription")
    op.drop_table("enclosure")
    op.execute("ALTER TABLE delivery DISABLE TRIGGER USER")
    op.execute("DELETE FROM delivery WHERE outbox_id IN (SELECT id FROM outbox WHERE staff_id IS NOT NULL)")
    op.execute("ALTER TABLE delivery ENABLE TRIGGER USER")
    op.execute("DELETE FROM outbox WHERE staff_id IS NOT NULL")
    op.drop_constraint("ck_outbox_account_of_reader", "outbox")
    op.drop_constraint("ck_outbox_one_reader", "outbox")
    op.drop_constraint("ck_outbox_message_class", "outbox")
    op.create_check_constraint(op.f("ck_outbox_message_class"), "outbox", _CLASSES.format(more=""))
    op.drop_column("outbox", "staff_id")
    op.alter_column("outbox", "person_id", nullable=False)
    op.alter_column("outbox", "organization_id", nullable=False)
