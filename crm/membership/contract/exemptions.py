"""`book.exemptions`: bodies that are exempt from contributions, each with the reason and an end.

The Council grants them, on the ground of reciprocity, to international bodies, and reviews the list.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm.directory.merged import keeper_ids, with_merged
from crm.directory.names import clean_name
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import day_asked, day_said
from crm.directory.tables import Organization
from crm.errors import NotFound
from crm.membership.contract.contract_tables import Exemption
from crm.store.store import Store


class Exemptions:
    """`book.exemptions`: grant one with its reason and its end, withdraw it, and see which end soon."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def grant(
        self,
        key: OrganizationKey,
        *,
        since: date | str,
        until: date | str,
        reason: str,
        synthetic: bool = False,
        dry_run: bool = False,
    ) -> Exemption:
        """Record that an account is exempt from contributions. What it owes for earlier months stays due.

        What invoices have charged already for months in which it is exempt is given back when their year is assessed
        again.

        Args:
            key: which account.
            since: the first day.
            until: the last day; there is no exemption without an end.
            reason: why, and by which decision.
            synthetic: whether it is made up for a demonstration or test.
            dry_run: only say what would come of it.

        Raises:
            Refused: it is exempt for some of these days already.
            InvalidInput: there is no reason, or it would end before it began.
        """
        why = clean_name(reason, field="reason")
        with self._store.changing("exemption.granted", reason=why, dry_run=dry_run) as change:
            first, last = day_said(change, since, field="since"), day_said(change, until, field="until")
            account = find_organization(change.session, key)
            values = {"organization_id": account.id, "since_on": first, "until_on": last, "reason": why}
            values |= {"granted_by": change.actor, "recorded_at": change.now, "synthetic": synthetic}
            return change.add(Exemption.model_validate(values))

    def withdraw(
        self, key: OrganizationKey, *, on: date | str, reason: str, dry_run: bool = False
    ) -> Exemption:
        """Record that an exemption ends before its time; after a merge, all that hold on that day.

        Args:
            key: which account.
            on: its last day now.
            reason: why.
            dry_run: only say what would come of it.

        Raises:
            NotFound: the account is not exempt on that day.
        """
        why = clean_name(reason, field="reason")
        with self._store.changing("exemption.withdrawn", reason=why, dry_run=dry_run) as change:
            day = day_said(change, on)
            account = find_organization(change.session, key)
            there = change.session.exec(_exemptions(account).where(_holds(day))).all()
            if not there:
                raise NotFound(f"{account.name} is not exempt on {day}.", field="on", value=day)
            for exemption in there:
                granted = exemption.granted_until_on or exemption.until_on
                exemption.amend({"until_on": day, "granted_until_on": granted, "withdrawn_because": why})
            return there[-1]

    def of(self, key: OrganizationKey) -> tuple[Exemption, ...]:
        """The exemptions of an account, the oldest first."""
        with self._store.reading() as session:
            account = find_organization(session, key)
            return tuple(session.exec(_exemptions(account)))

    def running(self, *, on: date | str | None = None) -> tuple[Exemption, ...]:
        """The exemptions that hold on a day (today), those that end first on top."""
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            query = select(Exemption).where(_holds(day))
            return tuple(session.exec(query.order_by(col(Exemption.until_on), col(Exemption.id))))


def exempt_on(session: Session, organization_ids: Iterable[int], day: date) -> Mapping[int, str]:
    """Which of these accounts are exempt from contributions on a day, and why."""
    found = exemptions_between(session, organization_ids, day, day)
    return {account: exemptions[0].reason for account, exemptions in found.items()}


def exemptions_between(
    session: Session, organization_ids: Iterable[int], first: date, last: date
) -> Mapping[int, Sequence[Exemption]]:
    """The exemptions of these accounts that hold on a day between two, both included, by the account.

    Those of accounts that were merged into one of these count for it. Few bodies are exempt: all are read.
    """
    query = select(Exemption).where(col(Exemption.since_on) <= last, col(Exemption.until_on) >= first)
    rows = session.exec(query.order_by(*_ORDER)).all()
    keepers = keeper_ids(session, Organization, {row.organization_id for row in rows})
    wanted = set(organization_ids)
    found: defaultdict[int, list[Exemption]] = defaultdict(list)
    for row in rows:
        account = keepers.get(row.organization_id, row.organization_id)
        if account in wanted:
            found[account].append(row)
    return found


def _exemptions(account: Organization) -> SelectOfScalar[Exemption]:
    """The exemptions of an account and of what was merged into it, the oldest first."""
    theirs = col(Exemption.organization_id).in_(with_merged(Organization, [account.id]))
    return select(Exemption).where(theirs).order_by(*_ORDER)


def _holds(day: date) -> ColumnElement[bool]:
    return (col(Exemption.since_on) <= day) & (col(Exemption.until_on) >= day)


_ORDER = (col(Exemption.since_on), col(Exemption.id))
