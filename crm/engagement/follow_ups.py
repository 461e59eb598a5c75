"""`book.follow_ups`: what has been promised to whom, by when, and who owes it."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import col, select

from crm.dates import day_of
from crm.directory.names import clean_name
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import Staff, find_staff, today_of
from crm.errors import NotFound, Refused
from crm.store.columns import at_field, id_field, prose, ref
from crm.store.records import Record, by_id
from crm.store.restoring import restores
from crm.store.store import Change, Store


class FollowUp(Record, table=True):
    """Something to do about an account.

    Attributes:
        what: the next step, in the words of whoever planned it.
        owner_id: who owes it; empty where nobody does yet.
        due_on: by when; empty where no day was set.
        done_at: when it was completed.
    """

    __tablename__ = "follow_up"
    __table_args__ = (Index("ix_follow_up_open", "owner_id", "due_on", postgresql_where="done_at IS NULL"),)
    changed_by: ClassVar[str] = "book.follow_ups.complete"

    id: int = id_field()
    organization_id: int = ref("organization.id")
    interaction_id: int | None = ref("interaction.id", optional=True)
    what: str = prose(personal=True)
    owner_id: int | None = ref("staff.id", optional=True, index=False)
    due_on: date | None = None
    done_at: datetime | None = at_field(default=None)
    outcome: str = prose(default="", personal=True)


restores(FollowUp, "done_at", "outcome", through=lambda _, row, values: row.amend(values))


class FollowUps:
    """`book.follow_ups`: plan, complete and list next steps."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def plan(
        self,
        key: OrganizationKey,
        what: str,
        *,
        due: str | date | None = None,
        owner: Staff | str | int | None = None,
    ) -> FollowUp:
        """Plan a next step with an account.

        Args:
            key: which organisation.
            what: the next step.
            due: a date, or as people say it, where you are: "14d", "next friday", "end of month"; see
                `crm.dates.day_of`.
            owner: who owes it; the account manager where none is named.
        """
        with self._store.changing("follow_up.planned") as change:
            row = find_organization(change.session, key)
            owner_id = find_staff(change.session, owner).id if owner is not None else row.owner_id
            return plan_follow_up(change, row.id, what, due=due, owner_id=owner_id)

    def complete(self, key: int | FollowUp, *, outcome: str = "") -> FollowUp:
        """Note that a next step is done.

        Raises:
            Refused: it has been completed before.
        """
        with self._store.changing("follow_up.completed") as change:
            row = by_id(change.session, FollowUp, key.id if isinstance(key, FollowUp) else key)
            if row is None:
                raise NotFound(f"There is no follow-up {key}.", field="follow_up", value=str(key))
            if row.done_at is not None:
                raise Refused(
                    f"It was completed on {row.done_at:%-d %B %Y}.", rule="follow_ups.once", subject=row.what
                )
            return row.amend({"done_at": change.now, "outcome": outcome})

    def open(
        self,
        *,
        owner: Staff | str | int | None = None,
        organization: OrganizationKey | None = None,
        due_by: str | date | None = None,
    ) -> tuple[FollowUp, ...]:
        """What is still to be done, the most urgent first.

        Args:
            owner: only what this member of staff owes.
            organization: only what concerns this account.
            due_by: only what is due by then.
        """
        with self._store.reading() as session:
            query = select(FollowUp).where(col(FollowUp.done_at).is_(None))
            if owner is not None:
                query = query.where(FollowUp.owner_id == find_staff(session, owner).id)
            if organization is not None:
                query = query.where(FollowUp.organization_id == find_organization(session, organization).id)
            if due_by is not None:
                today = today_of(session, self._store.now(), self._store.actor)
                last = day_of(due_by, today=today, field="due_by")
                query = query.where(col(FollowUp.due_on) <= last)
            return tuple(session.exec(query.order_by(col(FollowUp.due_on).nulls_last(), col(FollowUp.id))))


def plan_follow_up(
    change: Change,
    organization_id: int,
    what: str,
    *,
    due: str | date | None,
    owner_id: int | None,
    interaction_id: int | None = None,
    planner: Staff | None = None,
) -> FollowUp:
    """Plan a next step inside a verb; whoever knows the colleague who plans it spares a look-up."""
    values: dict[str, object] = {
        "organization_id": organization_id,
        "what": clean_name(what, field="next"),
        "owner_id": owner_id,
    }
    if due is not None:
        # Whoever says "tomorrow" means theirs; what a job plans is for the day of whoever owes it.
        today = today_of(change.session, change.now, planner or change.actor, owner_id)
        values["due_on"] = day_of(due, today=today)
    values["interaction_id"] = interaction_id
    return change.add(FollowUp.model_validate(values))
