"""What came of a step that leads to several, and answers that a calendar gave."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KINDS = ("reply", "automatic_reply", "bounce", "delay", "unsubscribe", "complaint", "other")


def upgrade() -> None:
    """Add the column, and let an answer be that of a calendar."""
    op.add_column("step_taken", sa.Column("outcome", sa.String(), nullable=True))
    _answers("calendar_reply", *_KINDS)


def downgrade() -> None:
    """Take it all back; what calendars answered is kept as an automatic reply."""
    op.execute("UPDATE answer SET kind = 'automatic_reply' WHERE kind = 'calendar_reply'")
    _answers(*_KINDS)
    op.drop_column("step_taken", "outcome")


def _answers(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_answer_kind"), "answer")
    op.create_check_constraint(op.f("ck_answer_kind"), "answer", f"kind IN ({', '.join(map(repr, kinds))})")
