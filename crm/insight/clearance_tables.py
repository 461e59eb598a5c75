"""The table of a clearance: the decisions of colleagues that something shall not hold an office back."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, ColumnExpressionArgument, Index, and_, exists
from sqlmodel import Field, col

from crm.errors import InvalidInput
from crm.reference.clearance_rule import ClearanceReason
from crm.store.columns import at_field, id_field, json_field, personal, ref
from crm.store.records import Record
from crm.store.violations import means


class ClearanceOverride(Record, table=True):
    """A decision that an office may get in touch with an account for a time, whatever held it back.

    Attributes:
        office: which office may.
        reason: why.
        overridden: what held it back: the reasons with their records, as they stood.
        since_on: the first day.
        until_on: the last day.
        ended_at: when it was taken back before its time.
    """

    __tablename__ = "clearance_override"
    __table_args__ = (
        CheckConstraint("until_on >= since_on", name="order"),
        Index("ix_clearance_override_until", "organization_id", "until_on"),
    )
    changed_by: ClassVar[str] = "book.clearances.end_override"

    id: int = id_field()
    organization_id: int = ref("organization.id", index=False)
    office: str = Field(foreign_key="office.code")
    reason: str = personal()
    overridden: list[dict[str, Any]] = json_field(personal=True)
    since_on: date
    until_on: date
    decided_by: str
    decided_at: datetime = at_field()
    ended_at: datetime | None = at_field(default=None)


def in_force(on: date) -> ColumnElement[bool]:
    """Whether an override counts on a day; for queries."""
    override = ClearanceOverride
    return and_(col(override.since_on) <= on, col(override.until_on) >= on, col(override.ended_at).is_(None))


def overridden(
    reason: ClearanceReason,
    *,
    organization_id: ColumnExpressionArgument[int],
    office: ColumnElement[str],
    on: date,
) -> ColumnElement[bool]:
    """Whether a colleague has decided that a reason shall not hold an office back from an account; for queries."""
    return exists().where(
        col(ClearanceOverride.organization_id) == organization_id,
        col(ClearanceOverride.office) == office,
        col(ClearanceOverride.overridden).contains([{"reason": reason.value}]),
        in_force(on),
    )


means("ck_clearance_override_order", InvalidInput, "The override would end before it began.", field="until")
