"""Who awaited an approval that will not come may enter later; who is taken over counts for the version it entered."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ACCOUNT = ["run_id", "organization_id", "rotation"]


def upgrade() -> None:
    """Let an account that was left out enter the run after all, and free those whom cancelled runs still hold."""
    op.drop_constraint("uq_enrolment_account", "enrolment")
    op.create_index(
        "uq_enrolment_account",
        "enrolment",
        _ACCOUNT,
        unique=True,
        postgresql_where=sa.text("state <> 'left_out'"),
    )
    op.add_column("enrolment", sa.Column("entered_run_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_enrolment_entered_run_id"), "enrolment", "run", ["entered_run_id"], ["id"])
    op.create_index(op.f("ix_enrolment_entered_run_id"), "enrolment", ["entered_run_id"])
    op.execute(
        "UPDATE enrolment SET state = 'left_out', reason = 'cancelled', arm = NULL, step = NULL FROM run "
        "WHERE run.id = enrolment.run_id AND run.status = 'cancelled' AND enrolment.state = 'awaiting'"
    )


def downgrade() -> None:
    """Take it back; of an account that was left out and entered later, the entry is kept."""
    op.execute(
        "DELETE FROM enrolment one USING enrolment other WHERE one.state = 'left_out' AND one.id <> other.id "
        "AND (other.state <> 'left_out' OR other.id > one.id) AND one.run_id = other.run_id "
        "AND one.organization_id = other.organization_id AND one.rotation = other.rotation"
    )
    op.drop_column("enrolment", "entered_run_id")
    op.drop_index("uq_enrolment_account", "enrolment")
    op.create_unique_constraint("uq_enrolment_account", "enrolment", _ACCOUNT)
