"""`book.duplicates`: records that are probably one and the same, and those that somebody judged not to be."""

from datetime import date
from itertools import chain

from sqlmodel import Session, col, select

from crm.dates import instant_of
from crm.directory.people import Person
from crm.errors import AlreadyExists, InvalidInput
from crm.insight.alike_organizations import alike, alike_to
from crm.insight.alike_people import alike_people
from crm.insight.merge_pairs import Kept
from crm.insight.pair import Pair, likeliest
from crm.insight.subject import SubjectKey, find_subject
from crm.insight.told_apart import (
    Apart,
    OrganizationsApart,
    PeopleApart,
    apart_kind,
    find_judgements,
    judgements,
)
from crm.reference.countries import CountryKey, find_country
from crm.store.store import Store

PROBABLE = 0.6
"""What is listed unless more or less is asked for: a name that is the same or nearly so in one country."""


class Duplicates:
    """`book.duplicates`: find what is in the book twice, and note what only looks so. `book.merge` makes two one."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def organizations(
        self,
        *,
        country: CountryKey | None = None,
        since: date | str | None = None,
        at_least: float = PROBABLE,
        limit: int | None = None,
    ) -> tuple[Pair, ...]:
        """The organisations that are probably one, the surest first.

        Names are compared without legal forms, accents and case. Another LEI or another country speaks against.

        Args:
            country: only pairs of which one is based there.
            since: only pairs of which the later one was added from this day on.
            at_least: how sure it has to be, from 0.3 to 1.
            limit: how many at the most; all where none is given.
        """
        first = instant_of(since, today=self._store.now().date(), field="since")
        with self._store.reading() as session:
            code = find_country(session, country).code if country is not None else None
            return likeliest(alike(session, since=first, country=code, least=at_least), limit)

    def people(
        self, *, since: date | str | None = None, at_least: float = PROBABLE, limit: int | None = None
    ) -> tuple[Pair, ...]:
        """The people who are probably one, the surest first.

        One name alone says little: an organisation, a domain or a telephone number in common must come to it.

        Args:
            since: only pairs of whom the later one was added from this day on.
            at_least: how sure it has to be, from 0.3 to 1.
            limit: how many at the most; all where none is given.
        """
        first = instant_of(since, today=self._store.now().date(), field="since")
        with self._store.reading() as session:
            return likeliest(alike_people(session, since=first, least=at_least), limit)

    def of(self, key: SubjectKey, *, at_least: float = PROBABLE) -> tuple[Pair, ...]:
        """Who in the book is probably this organisation or person, the surest first.

        Args:
            key: an organisation or a person, by any key.
            at_least: how sure it has to be, from 0.3 to 1.
        """
        with self._store.reading() as session:
            subject = find_subject(session, key)
            if isinstance(subject, Person):
                return likeliest(alike_people(session, person=subject, least=at_least), None)
            return likeliest(alike_to(session, subject, least=at_least), None)

    def dismiss(self, one: SubjectKey, other: SubjectKey, *, reason: str) -> Apart:
        """Note that two records are not the same, so that they are not listed again.

        Args:
            one: an organisation or a person.
            other: the other one.
            reason: how it is known, for colleagues.

        Raises:
            InvalidInput: no reason is given, or one is an organisation and the other a person.
            Refused: they are one record.
            AlreadyExists: they have been told apart before.
        """
        if not reason.strip():
            raise InvalidInput("The reason is empty.", field="reason", hint="Say how it is known.")
        with self._store.changing("duplicate.dismissed") as change:
            first, second = _two(change.session, one, other)
            if judgements(change.session, first, second):
                raise AlreadyExists(
                    f"{first.name} and {second.name} have been told apart before.", field="other"
                )
            values = {"one_id": first.id, "other_id": second.id, "reason": reason.strip()}
            values |= {"judged_at": change.now, "judged_by": change.actor}
            return change.add(apart_kind(type(first)).model_validate(values))

    def reconsider(self, one: SubjectKey, other: SubjectKey, *, reason: str) -> None:
        """Take back that two records are not the same.

        Args:
            one: an organisation or a person.
            other: the other one.
            reason: why, for the trail.

        Raises:
            NotFound: they have not been told apart.
        """
        with self._store.changing("duplicate.reconsidered", reason=reason) as change:
            for judgement in find_judgements(change.session, *_two(change.session, one, other)):
                change.session.delete(judgement)

    def dismissed(self) -> tuple[Apart, ...]:
        """What was judged not to be the same, the latest first: organisations, then people."""
        with self._store.reading() as session:
            tables: tuple[type[Apart], ...] = (OrganizationsApart, PeopleApart)
            by_table = (session.exec(select(table).order_by(col(table.judged_at).desc())) for table in tables)
            return tuple(chain.from_iterable(by_table))


def _two(session: Session, one: SubjectKey, other: SubjectKey) -> tuple[Kept, Kept]:
    first, second = find_subject(session, one), find_subject(session, other)
    if type(first) is not type(second):
        raise InvalidInput(
            f"One is an organisation and the other a person: {first.name}, {second.name}.", field="other"
        )
    return first, second
