"""What many memberships are priced by: each with the status and the size of its organisation, and its class."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from crm.directory.merged import among
from crm.directory.tables import Organization
from crm.membership.fee_status import fee_statuses
from crm.membership.ledger_tables import Term
from crm.membership.pricing import Holding


def holdings(session: Session, terms: Iterable[Term], *, on: date) -> Mapping[int, Holding]:
    """What each term is priced by, by its id; a few statements, however many there are.

    For which months an account is exempt is told apart (`exempt_months`).

    Args:
        session: reads the book.
        terms: the memberships.
        on: the day as of which countries are developed or not.
    """
    held = list(terms)
    ids = list({term.organization_id for term in held})
    about = select(col(Organization.id), col(Organization.size)).where(among(col(Organization.id), ids))
    sizes = {row.id: row.size for row in session.execute(about)}
    statuses = fee_statuses(session, ids, on=on)
    return {
        term.id: Holding(
            coverage=term.coverage,
            category=term.category,
            units=term.units,
            development=statuses[term.organization_id].development,
            headquarters=statuses[term.organization_id].headquarters,
            size=sizes[term.organization_id],
        )
        for term in held
    }
