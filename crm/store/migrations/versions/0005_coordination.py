"""Account teams, reservations, complaints, hand-overs, and the rules and overrides of a clearance."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("clearance_override", "hand_over", "complaint", "reservation", "team_seat", "clearance_rule")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "clearance_rule",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        _choice(
            "reason",
            "suppressed",
            "complaint",
            "protocol",
            "reserved",
            "open_ask",
            "promise",
            "recent_contact",
            "in_campaign",
            "retention",
        ),
        _choice("purpose", "campaign", "contact"),
        _choice("verdict", "clear", "caution", "hold"),
        sa.Column("days", sa.Integer(), nullable=True),
        _choice("reach", "account", "group"),
        sa.Column("overridable", sa.Boolean(), nullable=False),
        _choice("certainty", "verified", "paper", "derived", "unverified"),
        sa.PrimaryKeyConstraint("reason", "purpose", name=op.f("pk_clearance_rule")),
    )
    op.create_table(
        "team_seat",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _refers("organization_id"),
        sa.Column("office", sa.String(), nullable=False),
        _refers("staff_id", optional=True),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on >= since_on - 1", name=op.f("ck_team_seat_order")),
        *_foreign("team_seat", organization_id="organization.id", office="office.code", staff_id="staff.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_seat")),
    )
    op.create_index(op.f("ix_team_seat_organization_id"), "team_seat", ["organization_id"])
    op.create_index(op.f("ix_team_seat_office"), "team_seat", ["office"])
    op.create_index(op.f("ix_team_seat_staff_id"), "team_seat", ["staff_id"])
    op.create_index(
        "uq_team_seat_open",
        "team_seat",
        ["organization_id", "office", "staff_id"],
        unique=True,
        postgresql_where="until_on IS NULL",
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "uq_team_seat_lead",
        "team_seat",
        ["organization_id"],
        unique=True,
        postgresql_where="lead AND until_on IS NULL",
    )
    op.create_table(
        "reservation",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _refers("organization_id"),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reserved_by", sa.String(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until_on >= since_on", name=op.f("ck_reservation_order")),
        *_foreign("reservation", organization_id="organization.id", office="office.code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        postgresql.ExcludeConstraint(
            ("organization_id", "="),
            (sa.text("daterange(since_on, until_on, '[]')"), "&&"),
            name="ex_reservation_overlap",
            where=sa.text("released_at IS NULL"),
            using="gist",
        ),
    )
    op.create_index(op.f("ix_reservation_organization_id"), "reservation", ["organization_id"])
    op.create_table(
        "complaint",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _refers("organization_id", optional=True),
        _refers("person_id", optional=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.CheckConstraint(
            "organization_id IS NOT NULL OR person_id IS NOT NULL", name=op.f("ck_complaint_somebody")
        ),
        *_foreign("complaint", organization_id="organization.id", person_id="person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
    )
    op.create_index(op.f("ix_complaint_organization_id"), "complaint", ["organization_id"])
    op.create_index(op.f("ix_complaint_person_id"), "complaint", ["person_id"])
    op.create_index(
        "ix_complaint_open",
        "complaint",
        ["organization_id", "person_id"],
        postgresql_where="resolved_at IS NULL",
    )
    op.create_table(
        "hand_over",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _refers("giver_id"),
        _refers("taker_id"),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("handed_by", sa.String(), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        *_foreign("hand_over", giver_id="staff.id", taker_id="staff.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    op.create_index(op.f("ix_hand_over_giver_id"), "hand_over", ["giver_id"])
    op.create_index(op.f("ix_hand_over_taker_id"), "hand_over", ["taker_id"])
    op.create_table(
        "clearance_override",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _refers("organization_id"),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("overridden", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until_on >= since_on", name=op.f("ck_clearance_override_order")),
        *_foreign("clearance_override", organization_id="organization.id", office="office.code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance_override")),
    )
    op.create_index("ix_clearance_override_until", "clearance_override", ["organization_id", "until_on"])


def downgrade() -> None:
    """Drop the tables."""
    for table in _TABLES:
        op.drop_table(table)


def _choice(name: str, *members: str) -> sa.Column[str]:
    kind = sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _refers(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def _foreign(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_{table}_{name}"))
        for name, target in targets.items()
    ]
