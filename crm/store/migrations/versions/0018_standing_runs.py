"""Standing runs, which accounts enter one by one under a ceiling; a new version takes over from an earlier one."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_STATES = ("left_out", "enrolled", "exited", "finished")


def upgrade() -> None:
    """Add the columns, and let an account enter again."""
    op.add_column("run", sa.Column("ceiling", sa.Integer(), nullable=True))
    op.add_column("run", sa.Column("period_days", sa.Integer(), nullable=True))
    op.add_column("run", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("run", sa.Column("succeeded_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_run_succeeded_by_id"), "run", "run", ["succeeded_by_id"], ["id"])
    op.create_index(op.f("ix_run_succeeded_by_id"), "run", ["succeeded_by_id"])
    op.create_check_constraint(op.f("ck_run_standing"), "run", "(ceiling IS NULL) = (period_days IS NULL)")
    op.add_column("enrolment", sa.Column("rotation", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("enrolment", "rotation", server_default=None)
    op.add_column("enrolment", sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("enrolment", sa.Column("entered_by", sa.String(), nullable=True))
    _unique("rotation")
    _states("awaiting", *_STATES)


def downgrade() -> None:
    """Take it all back; of accounts that entered several times, and of those that await an approval, nothing is kept."""
    gone = "(SELECT id FROM enrolment WHERE state = 'awaiting' OR rotation > 0)"
    op.execute(f"DELETE FROM step_taken WHERE enrolment_id IN {gone}")
    op.execute(f"UPDATE outbox SET enrolment_id = NULL WHERE enrolment_id IN {gone}")
    op.execute(f"DELETE FROM enrolment WHERE id IN {gone}")
    _states(*_STATES)
    _unique()
    for column in ("entered_by", "entered_at", "rotation"):
        op.drop_column("enrolment", column)
    op.drop_constraint(op.f("ck_run_standing"), "run")
    for column in ("succeeded_by_id", "looked_at", "period_days", "ceiling"):
        op.drop_column("run", column)


def _unique(*more: str) -> None:
    op.drop_constraint("uq_enrolment_account", "enrolment")
    op.create_unique_constraint("uq_enrolment_account", "enrolment", ["run_id", "organization_id", *more])
    op.drop_index("uq_enrolment_person", "enrolment")
    op.create_index(
        "uq_enrolment_person",
        "enrolment",
        ["run_id", "person_id", *more],
        unique=True,
        postgresql_where="state <> 'left_out'",
    )


def _states(*states: str) -> None:
    op.drop_constraint(op.f("ck_enrolment_state"), "enrolment")
    op.create_check_constraint(
        op.f("ck_enrolment_state"), "enrolment", f"state IN ({', '.join(map(repr, states))})"
    )
