"""The administrations of Member States that are in the book."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlmodel import Session, col, func, select

from crm.directory.merged import stands
from crm.directory.tables import Organization, OrganizationKind
from crm.reference.country import Country


def administrations_of(session: Session, states: Iterable[str]) -> Mapping[str, tuple[Organization, ...]]:
    """The administrations of some Member States by the code of the State; its own before those of its territories.

    Args:
        session: reads the book.
        states: the codes of the States; one without any in the book is left out.
    """
    query = (
        select(Country.member_state, Organization)
        .join(Country, col(Country.code) == col(Organization.country))
        .where(col(Country.member_state).in_(states), stands(Organization))
        .where(col(Organization.kind) == OrganizationKind.ADMINISTRATION)
        .order_by(col(Country.code) != col(Country.member_state), col(Organization.id))
    )
    found: dict[str, list[Organization]] = defaultdict(list)
    for state, administration in session.exec(query):
        if state is not None:
            found[state].append(administration)
    return {state: tuple(each) for state, each in found.items()}


def state_administrations(session: Session) -> Mapping[str, int]:
    """The administration of each Member State, by its id; the one that came into the book first where there are several."""
    first = func.min(col(Organization.id))
    query = select(col(Organization.country), first).where(
        col(Organization.kind) == OrganizationKind.ADMINISTRATION, stands(Organization)
    )
    rows = session.exec(query.group_by(col(Organization.country)))
    return {country: number for country, number in rows if country}
