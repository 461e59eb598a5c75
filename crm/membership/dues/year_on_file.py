"""What is on file about the dues of a year: who runs in it, what was charged for it, with few statements for all."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlmodel import Session, col

from crm.directory.merged import among, keeper_ids, with_merged
from crm.directory.tables import Organization
from crm.membership.dues.dues_tables import Invoice, InvoiceLine
from crm.membership.joining.application_tables import ApplicationRecord
from crm.membership.ledger_tables import Term
from crm.membership.terms import Coverage

Place = tuple[int, Coverage]
"""An account in a Sector."""


def _runs_in(year: int) -> ColumnElement[bool]:
    goes_on = or_(col(Term.until_on).is_(None), col(Term.until_on) >= date(year, 1, 1))
    return goes_on & (col(Term.since_on) <= date(year, 12, 31))


def _touches(year: int) -> ColumnElement[bool]:
    within = (col(InvoiceLine.since_on) <= date(year, 12, 31)) & (
        col(InvoiceLine.until_on) >= date(year, 1, 1)
    )
    return within & col(InvoiceLine.coverage).is_not(None)


def accounts_in(session: Session, year: int) -> frozenset[int]:
    """The accounts with memberships or charges in a year, of what was merged the keeper."""
    charged = select(col(Invoice.organization_id)).join(
        InvoiceLine, col(InvoiceLine.invoice_id) == col(Invoice.id)
    )
    members = select(col(Term.organization_id)).where(_runs_in(year))
    found = set(session.scalars(members.union(charged.where(_touches(year)))))
    keepers = keeper_ids(session, Organization, found)
    return frozenset(keepers.get(number, number) for number in found)


def locked_accounts(session: Session, year: int) -> frozenset[int]:
    """The accounts with memberships or charges in a year; none of these changes until the pass is over.

    Whoever changes a membership holds its account before it takes a turn with the numbers of a year, and so does this.
    """
    accounts = among(col(Organization.id), accounts_in(session, year))
    query = select(col(Organization.id)).where(accounts).order_by(col(Organization.id))
    return frozenset(session.scalars(query.with_for_update(key_share=True)))


def names_of(session: Session, accounts: Collection[int]) -> Mapping[int, str]:
    """The names of some accounts."""
    named: Any = select(col(Organization.id), col(Organization.name))
    return dict(session.execute(named.where(among(col(Organization.id), accounts))).all())


_TERM: tuple[Any, ...] = (
    col(Term.id),
    col(Term.organization_id),
    col(Term.coverage),
    col(Term.category),
    col(Term.units),
    col(Term.since_on),
    col(Term.until_on),
    col(Term.synthetic),
)
_LINE: tuple[Any, ...] = (
    col(Invoice.organization_id),
    col(Invoice.number),
    col(Invoice.synthetic),
    col(InvoiceLine.invoice_id),
    col(InvoiceLine.event_id),
    col(InvoiceLine.application_id),
    col(InvoiceLine.state),
    col(InvoiceLine.coverage),
    col(InvoiceLine.category),
    col(InvoiceLine.units),
    col(InvoiceLine.since_on),
    col(InvoiceLine.until_on),
    col(InvoiceLine.amount),
    col(InvoiceLine.rule),
    col(InvoiceLine.yearly),
)


def terms_in(session: Session, year: int, accounts: frozenset[int] | None = None) -> Sequence[Any]:
    """Every membership that runs in a year, or those of some accounts, those of one in one Sector together."""
    theirs = true() if accounts is None else among(col(Term.organization_id), accounts)
    order = (col(Term.organization_id), col(Term.coverage), col(Term.since_on), col(Term.id))
    return session.execute(select(*_TERM).where(_runs_in(year), theirs).order_by(*order)).all()


def lines_in(
    session: Session, year: int, accounts: frozenset[int], *, all_there_are: bool = True
) -> Mapping[Place, Sequence[Any]]:
    """The lines that charge something of a year or give it back, as they were posted, by account and Sector.

    Those of an application are pending until its membership begins: until then they are given back by its withdrawal.

    Args:
        session: reads the book.
        year: the year.
        accounts: the accounts; what was merged into them counts with them.
        all_there_are: whether these are all that were charged something, so that nobody else's need be left out first.
    """
    pending = col(InvoiceLine.application_id).is_not(None) & col(ApplicationRecord.event_id).is_(None)
    applied = col(ApplicationRecord.id) == col(InvoiceLine.application_id)
    query = select(*_LINE, pending.label("pending")).join(
        InvoiceLine, col(InvoiceLine.invoice_id) == col(Invoice.id)
    )
    query = query.outerjoin(ApplicationRecord, applied).where(_touches(year)).order_by(col(InvoiceLine.id))
    if not all_there_are:
        query = query.where(col(Invoice.organization_id).in_(with_merged(Organization, accounts)))
    rows = session.execute(query).all()
    keepers = keeper_ids(session, Organization, {row.organization_id for row in rows})
    found: dict[Place, list[Any]] = defaultdict(list)
    for row in rows:
        account = keepers.get(row.organization_id, row.organization_id)
        if account in accounts:
            found[account, row.coverage].append(row)
    return found
