"""`book.suspension_notices`: the notices that members are suspended, and when they were received."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from crm.directory.merged import with_merged
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.tables import Organization
from crm.errors import NotFound
from crm.membership.contract.contract_tables import SuspensionNotice
from crm.store.store import Store


class SuspensionNotices:
    """`book.suspension_notices`: from the receipt of one, the days to the exclusion of a suspended member count."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def sent(
        self, key: OrganizationKey, *, on: date, received_on: date | None = None, document: str = ""
    ) -> SuspensionNotice:
        """Record that the notice of suspension was sent.

        Args:
            key: to which account.
            on: the day on which it was sent.
            received_on: the day on which it was received, where that is known already.
            document: what it is called, or where it is on file.

        Raises:
            AlreadyExists: one of that day is on file.
            InvalidInput: it would be received before it was sent.
        """
        with self._store.changing("suspension_notice.sent") as change:
            account = find_organization(change.session, key)
            values = {"organization_id": account.id, "sent_on": on, "received_on": received_on}
            values |= {"document": document, "sent_by": change.actor, "recorded_at": change.now}
            return change.add(SuspensionNotice.model_validate(values))

    def received(self, key: OrganizationKey, *, on: date) -> SuspensionNotice:
        """Record when the latest notice to an account was received; a day that was wrong is put right so.

        Raises:
            NotFound: none was sent.
            InvalidInput: it would be received before it was sent.
        """
        with self._store.changing("suspension_notice.received") as change:
            account = find_organization(change.session, key)
            notice = next(reversed(_notices(change.session, account)), None)
            if notice is None:
                raise NotFound(
                    f"No notice was sent to {account.name}.", field="organization", value=account.name
                )
            notice.amend({"received_on": on})
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
