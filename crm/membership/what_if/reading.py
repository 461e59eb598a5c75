"""The membership of the book as of a day, as a what-if looks at it."""

from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, select

from crm.directory.tables import Organization
from crm.membership.contract.exemptions import exempt_on
from crm.membership.holdings import holdings
from crm.membership.ledger_tables import Term, running
from crm.membership.what_if.members import Member
from crm.reference.country import Country, CountryGroup, GroupKind


@dataclass(frozen=True, slots=True)
class Membership:
    """One membership with the name of who holds it."""

    organization_id: int
    organization: str
    country: str | None
    synthetic: bool
    member: Member


def memberships(session: Session, *, on: date) -> tuple[Membership, ...]:
    """Every membership that runs on a day, by the name of who holds it.

    Args:
        session: reads the book.
        on: the day; countries count as they did on it.
    """
    found = session.exec(
        select(Term, Organization.name, Organization.country, Organization.synthetic)
        .join(Organization, col(Organization.id) == col(Term.organization_id))
        .where(running(on))
        .order_by(col(Organization.name), col(Term.id))
    ).all()
    priced = holdings(session, (term for term, *_ in found), on=on)
    exempt = exempt_on(session, {term.organization_id for term, *_ in found}, on)
    countries = {row.code: row for row in session.exec(select(Country))}
    least_developed = _least_developed(session, on)
    held = []
    for term, name, code, made_up in found:
        country = countries.get(code or "")
        member = Member(
            # Where its group is headquartered says why it counts as developed; two that pay alike are one kind.
            holding=replace(priced[term.id], headquarters=None, exempt=term.organization_id in exempt),
            region=country.region if country else None,
            income=country.income_group if country else None,
            ldc=code in least_developed,
        )
        held.append(Membership(term.organization_id, name, code, term.synthetic or made_up, member))
    return tuple(held)


def _least_developed(session: Session, on: date) -> frozenset[str]:
    stated = select(CountryGroup).where(
        CountryGroup.kind == GroupKind.LDC, col(CountryGroup.retired_on).is_(None)
    )
    return frozenset(row.country for row in session.exec(stated) if row.covers(on))
