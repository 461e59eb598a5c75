"""What `book.applications` says: which there are, whom they wait for, what happened to them, and what speaks against one."""

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction

from sqlmodel import Session, col, select

from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import today_of
from crm.membership.joining.application import Application, ApplicationStep, handed_out
from crm.membership.joining.application_moves import (
    ApplicationKey,
    applications_of,
    find_application,
    steps_of,
)
from crm.membership.joining.application_steps import Party
from crm.membership.joining.application_tables import ApplicationRecord
from crm.membership.joining.application_wish import Asked, understood
from crm.membership.joining.eligibility import EligibilityWarning
from crm.reference.categories import Category
from crm.reference.countries import find_country
from crm.reference.gazetteer import CountryKey
from crm.store.columns import chosen
from crm.store.store import Store


class ApplicationReads:
    """The reads of `book.applications`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, key: ApplicationKey) -> Application:
        """An application by its number, or by the organisation that has one open.

        Raises:
            NotFound: there is none.
            Ambiguous: the organisation has several that are open.
        """
        return self._read(lambda session: [find_application(session, key)])[0]

    def of(self, key: OrganizationKey) -> tuple[Application, ...]:
        """Every application of an organisation, closed ones included, the newest first."""
        return self._read(lambda session: applications_of(session, find_organization(session, key)))

    def open(
        self, *, party: Party | str | None = None, state: CountryKey | None = None
    ) -> tuple[Application, ...]:
        """The applications that somebody must act on, the one that has waited longest first.

        Args:
            party: only those that wait for "us", the "applicant", the "administration", the "secretary_general" or the
                "payment".
            state: only those that the administration of this Member State must approve, or has approved.
        """
        wanted = None if party is None else chosen(Party, party, field="party")
        found = self._read(lambda session: _open(session, state))
        return tuple(one for one in found if wanted in (None, one.party))

    def history(self, key: ApplicationKey) -> tuple[ApplicationStep, ...]:
        """Every step of an application, the oldest first."""
        with self._store.reading() as session:
            return tuple(steps_of(session, find_application(session, key)))

    def warnings(
        self,
        key: OrganizationKey,
        category: Category | str,
        *,
        sector: str | None = None,
        study_group: str | None = None,
        units: Fraction | int | str | None = None,
        state: CountryKey | None = None,
    ) -> tuple[EligibilityWarning, ...]:
        """What speaks against an application, before it is entered; the arguments are those of `apply`."""
        asked = Asked(category=category, sector=sector, study_group=study_group, units=units, state=state)
        with self._store.reading() as session:
            return understood(session, key, asked, on=self._today(session)).against

    def _read(self, find: Callable[[Session], Sequence[ApplicationRecord]]) -> tuple[Application, ...]:
        with self._store.reading() as session:
            return tuple(handed_out(session, find(session), today=self._today(session)))

    def _today(self, session: Session) -> date:
        return today_of(session, self._store.now(), self._store.actor)


def _open(session: Session, state: CountryKey | None) -> Sequence[ApplicationRecord]:
    query = select(ApplicationRecord).where(col(ApplicationRecord.closed_on).is_(None))
    if state is not None:
        query = query.where(ApplicationRecord.state == find_country(session, state).member_state)
    return session.exec(query.order_by(col(ApplicationRecord.since_on), col(ApplicationRecord.id))).all()
