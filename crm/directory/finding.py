"""Finding organisations by what is known of them: part of a name, a country, a segment, an account manager."""

from collections.abc import Sequence

from sqlalchemy import false
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm.directory.merged import among, stands
from crm.directory.names import normal_name
from crm.directory.resolve import answering
from crm.directory.staff import Staff, find_staff
from crm.directory.tables import Organization, OrganizationName
from crm.reference.countries import find_country
from crm.reference.segments import find_segment


def matching(
    session: Session,
    text: str,
    *,
    country: str | None,
    segment: str | None,
    owner: Staff | str | int | None,
) -> Sequence[int]:
    """The ids of the organisations that fit, in their order; see `Organizations.find`."""
    query = select(Organization.id).where(stands(Organization)).order_by(col(Organization.id))
    if country is not None:
        query = query.where(Organization.country == find_country(session, country).code)
    if segment is not None:
        query = query.where(Organization.segment == find_segment(session, segment).slug)
    if owner is not None:
        query = query.where(Organization.owner_id == find_staff(session, owner).id)
    if not text.strip():
        return session.exec(query).all()
    named = session.exec(query.where(col(Organization.id).in_(_called(text)))).all()
    return named or session.exec(query.where(among(col(Organization.id), _keyed(session, text)))).all()


def _called(text: str) -> SelectOfScalar[int]:
    part = normal_name(text)
    # A name in this form is letters, digits and spaces, so nothing in it is a pattern.
    holding = col(OrganizationName.normal).like(f"%{part}%") if part else false()
    return select(OrganizationName.organization_id).where(holding)


def _keyed(session: Session, text: str) -> Sequence[int]:
    return [row.id for row in answering(session, text)]
