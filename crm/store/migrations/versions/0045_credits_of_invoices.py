"""A line that gives something back names the invoice of which it does."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

# What was posted before says so in its basis, or is of an application that has one joining invoice; interest was given back of
# the one invoice that had charged it. Where several may be meant none is named, and the money is for none, as before.
_OF_MONTHS = """
UPDATE invoice_line back SET credits_id = charged.id
FROM invoice charged
WHERE back.amount < 0 AND charged.number = substring(back.basis from 'months invoiced as ([0-9]+-[0-9]+)$')
"""
_OF_APPLICATIONS = """
UPDATE invoice_line back SET credits_id = line.invoice_id
FROM invoice_line line JOIN invoice charged ON charged.id = line.invoice_id AND charged.kind = 'joining'
WHERE back.amount < 0 AND back.credits_id IS NULL AND line.application_id = back.application_id
"""
_OF_INTEREST = """
UPDATE invoice_line back SET credits_id = charged.invoice_id
FROM (
    SELECT overdue_id, min(invoice_id) AS invoice_id FROM invoice_line
    WHERE overdue_id IS NOT NULL AND amount > 0 GROUP BY overdue_id HAVING count(*) = 1
) charged
WHERE back.amount < 0 AND back.overdue_id = charged.overdue_id AND back.invoice_id > charged.invoice_id
"""


def upgrade() -> None:
    """Make the column, and fill it where it is known; how accounts stand follows with the rules that change."""
    op.add_column("invoice_line", sa.Column("credits_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_invoice_line_credits_id"), "invoice_line", "invoice", ["credits_id"], ["id"]
    )
    op.create_index(op.f("ix_invoice_line_credits_id"), "invoice_line", ["credits_id"])
    op.execute("ALTER TABLE invoice_line DISABLE TRIGGER USER")
    for statement in (_OF_MONTHS, _OF_APPLICATIONS, _OF_INTEREST):
        op.execute(statement)
    op.execute("ALTER TABLE invoice_line ENABLE TRIGGER USER")
    op.create_check_constraint(
        op.f("ck_invoice_line_credits"), "invoice_line", "credits_id IS NULL OR amount <= 0"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("invoice_line", "credits_id")
