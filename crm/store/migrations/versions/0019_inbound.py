"""A colleague's own mail, copied to their drop address, is a kind of message that comes in."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KINDS = (
    "reply",
    "calendar_reply",
    "automatic_reply",
    "bounce",
    "delay",
    "unsubscribe",
    "complaint",
    "other",
)


def upgrade() -> None:
    """Let what came in be a copy."""
    _answers(*_KINDS, "copy")


def downgrade() -> None:
    """Take it back; copies are kept as something else that came in."""
    op.execute("UPDATE answer SET kind = 'other' WHERE kind = 'copy'")
    _answers(*_KINDS)


def _answers(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_answer_kind"), "answer")
    op.create_check_constraint(op.f("ck_answer_kind"), "answer", f"kind IN ({', '.join(map(repr, kinds))})")
