"""`book.standing`: what standing an account is in, and how punctually it pays: dated rows with their source."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Session, col, select

from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import today_of
from crm.errors import AlreadyExists
from crm.store.columns import at_field, choice, chosen, id_field, ref
from crm.store.records import Record
from crm.store.store import Store
from crm.store.violations import means


class Standing(StrEnum):
    """How an account stands. Only good standing is a reason to sell it more."""

    GOOD = "good"
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
    Standing.ARREARS: "in arrears",
    Standing.SUSPENDED: "suspended",
    Standing.CANCELLING: "cancelling its membership",
    Standing.EXEMPT: "exempt from contributions",
    Standing.APPLICATION_PENDING: "an application is pending",
}
_TROUBLE = {Standing.ARREARS: 1, Standing.SUSPENDED: 2, Standing.CANCELLING: 3}


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


class Standings:
    """`book.standing`: record and read how accounts stand."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(
        self,
        key: OrganizationKey,
        standing: Standing | str,
        *,
        as_of: date,
        source: str,
        punctuality: Punctuality | str | None = None,
        synthetic: bool = False,
    ) -> StandingRecord:
        """Record what a source said of an account's standing.

        Args:
            key: which organisation.
            standing: good, arrears, suspended, cancelling, exempt or application_pending.
            as_of: the day that the statement is about.
            source: who said so.
            punctuality: on_time, late or unpaid, where the source says so.
            synthetic: whether it is made up for a demonstration or test.

        Raises:
            AlreadyExists: that source has spoken for that day; a later day's statement replaces an earlier one.
        """
        with self._store.changing("standing.recorded") as change:
            row = find_organization(change.session, key)
            values = {
                "organization_id": row.id,
                "standing": chosen(Standing, standing, field="standing"),
                "as_of": as_of,
                "source": source,
            }
            values |= {"synthetic": synthetic, "recorded_at": change.now}
            if punctuality is not None:
                values["punctuality"] = chosen(Punctuality, punctuality, field="punctuality")
            return change.add(StandingRecord.model_validate(values))

    def of(self, key: OrganizationKey, *, on: date | None = None) -> StandingRecord | None:
        """The latest statement about an account by a day (today); None: nobody has said how it stands."""
        with self._store.reading() as session:
            row = find_organization(session, key)
            day = on or today_of(session, self._store.now(), self._store.actor)
            return latest_standing(session, row.id, on=day)


def latest_standing(session: Session, organization_id: int, *, on: date) -> StandingRecord | None:
    """The latest statement about an account by a day."""
    query = select(StandingRecord).where(
        StandingRecord.organization_id == organization_id, StandingRecord.as_of <= on
    )
    return session.exec(
        query.order_by(col(StandingRecord.as_of).desc(), col(StandingRecord.id).desc())
    ).first()
