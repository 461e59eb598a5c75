"""`book.suspension_notices`: the notices that members are suspended, and when they were received."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from crm.directory.merged import with_merged
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.tables import Organization
from crm.errors import NotFound
from crm.membership.contract.contract_tables import SuspensionNotice
from crm.membership.contract.undue import refuse_stale_receipt, refuse_undue_notice
from crm.membership.dues.payments import past_day
from crm.store.store import Store


class SuspensionNotices:
    """`book.suspension_notices`: from the receipt of one, the days to the exclusion of a suspended member count."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def sent(
        self,
        key: OrganizationKey,
        *,
        on: date | str,
        received_on: date | str | None = None,
        document: str = "",
        override: str = "",
    ) -> SuspensionNotice:
        """Record that the notice of suspension was sent.

        Args:
            key: to which account.
            on: the day on which it was sent.
            received_on: the day on which it was received, where that is known already.
            document: what it is called, or where it is on file.
            override: why it was sent although the account was not suspended on that day, by what is on file; or why it
                counts although that suspension was over when it was received.

        Raises:
            AlreadyExists: one of that day is on file.
            Refused: a day is still to come; or the account is not suspended, or was not any more when it was received, and
                nobody says why.
            InvalidInput: it would be received before it was sent.
        """
        with self._store.changing("suspension_notice.sent", reason=override or None) as change:
            account, day = find_organization(change.session, key), past_day(change, on)
            refuse_undue_notice(change.session, account, day, override)
            received = None if received_on is None else past_day(change, received_on, field="received_on")
            if received is not None:
                refuse_stale_receipt(change.session, account, day, received, override)
            values = {"organization_id": account.id, "sent_on": day, "received_on": received}
            values |= {"document": document, "sent_by": change.actor, "recorded_at": change.now}
            return change.add(SuspensionNotice.model_validate(values))

    def received(self, key: OrganizationKey, *, on: date | str, override: str = "") -> SuspensionNotice:
        """Record when the latest notice to an account was received; a day that was wrong is put right so.

        Args:
            key: which account.
            on: the day.
            override: why it counts although the suspension that it was about had ended before that day.

        Raises:
            NotFound: none was sent.
            Refused: the day is still to come; or nothing was overdue for a time since it was sent, so that another suspension
                wants another notice, and nobody says why this one counts.
            InvalidInput: it would be received before it was sent.
        """
        with self._store.changing("suspension_notice.received", reason=override or None) as change:
            account = find_organization(change.session, key)
            notice = next(reversed(_notices(change.session, account)), None)
            if notice is None:
                raise NotFound(
                    f"No notice was sent to {account.name}.", field="organization", value=account.name
                )
            day = past_day(change, on)
            refuse_stale_receipt(change.session, account, notice.sent_on, day, override)
            notice.amend({"received_on": day})
            return notice

    def of(self, key: OrganizationKey) -> tuple[SuspensionNotice, ...]:
        """The notices that an account was sent, the oldest first."""
        with self._store.reading() as session:
            account = find_organization(session, key)
            return tuple(_notices(session, account))


def _notices(session: Session, account: Organization) -> Sequence[SuspensionNotice]:
    """The notices to an account and to what was merged into it, the oldest first."""
    theirs = col(SuspensionNotice.organization_id).in_(with_merged(Organization, [account.id]))
    query = select(SuspensionNotice).where(theirs)
    return session.exec(query.order_by(col(SuspensionNotice.sent_on), col(SuspensionNotice.id))).all()
