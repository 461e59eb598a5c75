"""What is charged to an applicant refers to the application."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_NAME = "fk_invoice_line_application_id"


def upgrade() -> None:
    """Add the reference."""
    op.create_foreign_key(op.f(_NAME), "invoice_line", "application", ["application_id"], ["id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_constraint(op.f(_NAME), "invoice_line", type_="foreignkey")
