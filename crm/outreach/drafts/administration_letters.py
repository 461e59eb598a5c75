"""The letters of campaigns to the administrations of Member States: what companies of a State may have to wait for."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.directory.merged import stands
from crm.directory.tables import Organization, OrganizationKind
from crm.insight.candidate import AdministrationLetter
from crm.outreach.outbox_tables import WENT_OUT, Letter
from crm.outreach.run_tables import Enrolment, Run
from crm.outreach.runs.responses import answered
from crm.reference.country import Country


def administration_letters(
    session: Session, states: Iterable[str], day: date
) -> dict[str, tuple[AdministrationLetter, ...]]:
    """The latest letter of each campaign that went out to an administration of a State by a day, by State.

    Args:
        session: reads the book.
        states: the codes of the Member States.
        day: the day; what left on it counts. Whether there is an answer is said as of now.
    """
    until = datetime.combine(day, time.max, UTC)
    query = (
        select(
            col(Country.member_state),
            col(Run.campaign),
            func.max(col(Letter.handed_at)),
            func.bool_or(answered()),
        )
        .join_from(Letter, Enrolment, col(Enrolment.id) == col(Letter.enrolment_id))
        .join(Run, col(Run.id) == col(Enrolment.run_id))
        .join(Organization, col(Organization.id) == col(Enrolment.organization_id))
        .join(Country, col(Country.code) == col(Organization.country))
        .where(col(Country.member_state).in_(states), stands(Organization))
        .where(col(Organization.kind) == OrganizationKind.ADMINISTRATION)
        .where(col(Letter.status).in_(WENT_OUT), col(Letter.handed_at) <= until)
        .group_by(col(Country.member_state), col(Run.campaign))
        .order_by(col(Country.member_state), col(Run.campaign))
    )
    found: dict[str, list[AdministrationLetter]] = defaultdict(list)
    for state, campaign, handed_at, has_answered in session.execute(query):
        found[state].append(AdministrationLetter(campaign, handed_at.date(), has_answered))
    return {state: tuple(letters) for state, letters in found.items()}
