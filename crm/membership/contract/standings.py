"""`book.standing`: how accounts stand on any day, what sources have said of it, and what is due on the ladder."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import day_asked, day_said
from crm.directory.tables import Organization
from crm.membership.contract.contract_case import LadderStep
from crm.membership.contract.contract_tables import AccountStanding, SuspensionNotice
from crm.membership.contract.standing import Punctuality, Standing, StandingRecord
from crm.membership.contract.standing_spans import settle_every_standing, standing_on
from crm.membership.contract.undue import rest_between
from crm.membership.joining.application_steps import Party
from crm.shown import Shown
from crm.store.columns import chosen
from crm.store.store import Store

_SENT = "ask whether the notice of suspension was received"
_ACTS = {
    LadderStep.SUSPENDED: (Party.US, "send the notice of suspension"),
    LadderStep.EXCLUSION_DUE: (
        Party.SECRETARY_GENERAL,
        "exclude it, agree on a repayment plan, or put the exclusion off",
    ),
}


@dataclass(frozen=True, slots=True)
class LadderAct(Shown):
    """Something that the ladder asks of somebody; nothing of it happens by itself.

    Attributes:
        who: who must act: us, or the Secretary-General.
        what: what is to be done.
        since_on: since when it is due.
    """

    organization_id: int
    organization: str
    step: LadderStep
    who: Party
    what: str
    since_on: date
    why: str


class Standings:
    """`book.standing`: how accounts stand, worked out from all that is on file; and statements, where no invoices are."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(
        self,
        key: OrganizationKey,
        standing: Standing | str,
        *,
        as_of: date | str,
        source: str,
        punctuality: Punctuality | str | None = None,
        synthetic: bool = False,
    ) -> StandingRecord:
        """Record what a source said of an account's standing. It counts for days that no invoice in the book is about.

        Args:
            key: which organisation.
            standing: good, on_plan, arrears, suspended, cancelling, exempt or application_pending.
            as_of: the day that the statement is about.
            source: who said so.
            punctuality: on_time, late or unpaid, where the source says so.
            synthetic: whether it is made up for a demonstration or test.

        Raises:
            AlreadyExists: that source has spoken for that day; a later day's statement replaces an earlier one.
        """
        with self._store.changing("standing.recorded") as change:
            day = day_said(change, as_of, field="as_of")
            row = find_organization(change.session, key)
            values = {
                "organization_id": row.id,
                "standing": chosen(Standing, standing, field="standing"),
                "as_of": day,
                "source": source,
            }
            values |= {"synthetic": synthetic, "recorded_at": change.now}
            if punctuality is not None:
                values["punctuality"] = chosen(Punctuality, punctuality, field="punctuality")
            return change.add(StandingRecord.model_validate(values))

    def of(self, key: OrganizationKey, *, on: date | str | None = None) -> AccountStanding | None:
        """How an account stands on a day (today), past or to come; the days to come as if nothing more were paid.

        Returns:
            None: nobody has said how it stands, or it is no member and owes nothing.
        """
        with self._store.reading() as session:
            day, row = day_asked(self._store, session, on), find_organization(session, key)
            there = select(AccountStanding).where(
                AccountStanding.organization_id == row.id,
                standing_on(day),
                col(AccountStanding.standing).is_not(None),
            )
            return session.exec(there).first()

    def spans(self, key: OrganizationKey) -> tuple[AccountStanding, ...]:
        """How an account stands on all days, from the first on which anything is known; they leave no day out."""
        with self._store.reading() as session:
            row = find_organization(session, key)
            query = select(AccountStanding).where(AccountStanding.organization_id == row.id)
            return tuple(session.exec(query.order_by(col(AccountStanding.since_on))))

    def statements(self, key: OrganizationKey) -> tuple[StandingRecord, ...]:
        """What sources have said of an account's standing, the oldest first."""
        with self._store.reading() as session:
            row = find_organization(session, key)
            query = select(StandingRecord).where(StandingRecord.organization_id == row.id)
            return tuple(session.exec(query.order_by(col(StandingRecord.as_of), col(StandingRecord.id))))

    def due(self, *, on: date | str | None = None) -> tuple[LadderAct, ...]:
        """What the ladder asks for on a day (today) and of whom, the longest due first.

        A suspended member is to be sent the notice; one whose days after the notice are over is to be excluded, unless
        it agrees on a repayment plan or the Secretary-General puts it off. Nobody is excluded automatically.
        """
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            acts = map(_act, session.execute(_waiting(day)))
            return tuple(sorted(acts, key=lambda act: (act.since_on, act.organization_id)))

    def settle(self) -> int:
        """Work out anew how all accounts stand, e.g. after an upgrade of the program; nothing is lost by it.

        Returns:
            How many accounts something is known about.
        """
        with self._store.changing("standing.settled") as change:
            return settle_every_standing(change.session)


def _waiting(day: date) -> Select[*tuple[Any, ...]]:
    """The accounts of which the ladder asks something on a day, and since when they stand there without a break."""
    there, before = aliased(AccountStanding, name="there"), aliased(AccountStanding, name="before")
    other = select(func.max(col(before.until_on))).where(
        col(before.organization_id) == col(AccountStanding.organization_id),
        col(before.since_on) < col(AccountStanding.since_on),
        col(before.step).is_distinct_from(col(AccountStanding.step)),
    )
    began = select(func.min(col(there.since_on))).where(
        col(there.organization_id) == col(AccountStanding.organization_id),
        col(there.since_on) > func.coalesce(other.scalar_subquery(), date.min),
    )
    unreceived = exists().where(
        col(SuspensionNotice.organization_id) == col(Organization.id),
        col(SuspensionNotice.sent_on) <= day,
        col(SuspensionNotice.received_on).is_(None),
        ~rest_between(col(Organization.id), col(SuspensionNotice.sent_on), day).exists(),
    )
    return (
        columns(
            col(Organization.id),
            col(Organization.name),
            col(AccountStanding.step),
            col(AccountStanding.why),
            began.scalar_subquery().label("since_on"),
            unreceived.label("unreceived"),
        )
        .join(Organization, col(Organization.id) == col(AccountStanding.organization_id))
        .where(standing_on(day), col(AccountStanding.step).in_(_ACTS))
    )


def _act(row: Any) -> LadderAct:
    who, what = _ACTS[row.step]
    if row.step is LadderStep.SUSPENDED and row.unreceived:
        what = _SENT
    return LadderAct(row.id, row.name, row.step, who, what, row.since_on, row.why)
