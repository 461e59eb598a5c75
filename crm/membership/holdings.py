"""What many memberships are priced by: each with the status of its country, the size of its organisation, its class."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from crm.directory.merged import among
from crm.directory.tables import Organization
from crm.membership.contract.exemptions import exempt_on
from crm.membership.ledger_tables import Term
from crm.membership.pricing import Holding
from crm.reference.development import developed_on, status_of


def holdings(session: Session, terms: Iterable[Term], *, on: date) -> Mapping[int, Holding]:
    """What each term is priced by, by its id; three statements, however many there are.

    Args:
        session: reads the book.
        terms: the memberships.
        on: the day as of which countries are developed or not, and bodies exempt.
    """
    held = list(terms)
    ids = list({term.organization_id for term in held})
    about = select(col(Organization.id), col(Organization.country), col(Organization.size))
    known = {row.id: row for row in session.execute(about.where(among(col(Organization.id), ids)))}
    developed, exempt = developed_on(session, on), exempt_on(session, ids, on)
    return {
        term.id: Holding(
            coverage=term.coverage,
            category=term.category,
            units=term.units,
            development=status_of(known[term.organization_id].country, developed),
            size=known[term.organization_id].size,
            exempt=term.organization_id in exempt,
        )
        for term in held
    }
