"""A suspension is no event of the ledger: what an import said of one becomes a statement of standing, which counts.

The line stays where it is, as a remark: nothing is taken out of a ledger.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_KINDS = (
    "join",
    "upgrade",
    "cross_sell",
    "downgrade",
    "class_change",
    "renewal",
    "denunciation",
    "exclusion",
    "correction",
    "notice_withdrawn",
)
_CHECKS = (("membership_event", "kind"), ("term", "opened_by"), ("term", "ended_by"))
_SAID = "Recorded as a suspension: "
_SOURCE = "a suspension in the ledger of memberships"


def upgrade() -> None:
    """State what was recorded as a suspension, and let no further one be."""
    op.execute(
        "INSERT INTO standing (id, organization_id, standing, as_of, source, recorded_at, synthetic)"
        f" SELECT nextval('accord_id'), organization_id, 'suspended', effective_on, '{_SOURCE}',"
        " min(recorded_at), bool_and(synthetic) FROM membership_event WHERE kind = 'suspension'"
        " GROUP BY organization_id, effective_on"
    )
    _told(f"kind = 'renewal', reason = '{_SAID}' || reason", "kind = 'suspension'")
    _kinds(*_KINDS)


def downgrade() -> None:
    """Take it back."""
    _kinds(*_KINDS, "suspension")
    _told(
        f"kind = 'suspension', reason = substr(reason, {len(_SAID) + 1})", f"starts_with(reason, '{_SAID}')"
    )
    op.execute(f"DELETE FROM standing WHERE source = '{_SOURCE}'")


def _told(change: str, which: str) -> None:
    op.execute("ALTER TABLE membership_event DISABLE TRIGGER USER")
    op.execute(f"UPDATE membership_event SET {change} WHERE {which}")
    op.execute("ALTER TABLE membership_event ENABLE TRIGGER USER")


def _kinds(*kinds: str) -> None:
    for table, column in _CHECKS:
        name = op.f(f"ck_{table}_{column}")
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, f"{column} IN ({', '.join(map(repr, kinds))})")
