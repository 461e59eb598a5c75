"""How accounts stand and pay, in words, and what sources have said of it: dated rows with their source."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint

from crm.errors import AlreadyExists
from crm.store.columns import at_field, choice, id_field, ref
from crm.store.records import Record
from crm.store.violations import means


class Standing(StrEnum):
    """How an account stands. Only good standing is a reason to sell it more.

    Attributes:
        GOOD: nothing is overdue.
        ON_PLAN: it pays what was overdue by a repayment plan, and keeps it: that is no arrears.
        ARREARS: something is overdue.
        SUSPENDED: it has been for so long that the member is suspended.
        CANCELLING: it has given notice.
        EXEMPT: it pays nothing.
        APPLICATION_PENDING: it waits for an answer to an application.
    """

    GOOD = "good"
    ON_PLAN = "on_plan"
    ARREARS = "arrears"
    SUSPENDED = "suspended"
    CANCELLING = "cancelling"
    EXEMPT = "exempt"
    APPLICATION_PENDING = "application_pending"

    @property
    def words(self) -> str:
        """How an account stands, in words that follow upon its name."""
        return _WORDS[self]


_WORDS = {
    Standing.GOOD: "in good standing",
    Standing.ON_PLAN: "paying by a repayment plan",
    Standing.ARREARS: "in arrears",
    Standing.SUSPENDED: "suspended",
    Standing.CANCELLING: "cancelling its membership",
    Standing.EXEMPT: "exempt from contributions",
    Standing.APPLICATION_PENDING: "an application is pending",
}
AT_RISK = (Standing.ARREARS, Standing.SUSPENDED, Standing.CANCELLING)
"""Those nearer to being lost, the worst last."""

_TROUBLE = {standing: rank for rank, standing in enumerate(AT_RISK, 1)}


def is_worse(standing: Standing, *, than: Standing) -> bool:
    """Whether an account that stands so is nearer to being lost than if it stood otherwise.

    Arrears come before suspension, and a member that is cancelling has decided. The others are no trouble.
    """
    return _TROUBLE.get(standing, 0) > _TROUBLE.get(than, 0)


class Punctuality(StrEnum):
    """How an account has paid."""

    ON_TIME = "on_time"
    LATE = "late"
    UNPAID = "unpaid"


class StandingRecord(Record, table=True):
    """What a source said of an account's standing as of a day.

    Attributes:
        as_of: the day that the statement is about.
        punctuality: how it has paid, where the source says so.
        source: who said so, e.g. a finance extract.
    """

    __tablename__ = "standing"
    __table_args__ = (
        UniqueConstraint("organization_id", "as_of", "source", name="uq_standing_statement"),
        Index("ix_standing_latest", "organization_id", "as_of", "id"),
    )
    changed_by: ClassVar[str] = "book.standing.record"

    id: int = id_field()
    organization_id: int = ref("organization.id", index=False)
    standing: Standing = choice(Standing, name="standing")
    punctuality: Punctuality | None = choice(Punctuality, name="punctuality", default=None, nullable=True)
    as_of: date
    source: str
    recorded_at: datetime = at_field()
    synthetic: bool = False


means(
    "uq_standing_statement",
    AlreadyExists,
    "The source has stated the standing for that day already.",
    field="as_of",
)
