"""`book.timeline`: everything that happened with an account, a person or a Member State, wherever it is on record."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy import select as columns
from sqlmodel import Session, col, or_, select

from crm.dates import instant
from crm.directory.merged import stands, with_merged
from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.errors import InvalidInput
from crm.insight.happening import Happening, HappeningKind, Scope, Source
from crm.insight.subject import SubjectKey, find_subject
from crm.reference.country import Country
from crm.store.store import Store

TimelineKey = SubjectKey | Country


class Timeline:
    """`book.timeline`: what happened, in the order of time.

    Args:
        store: the door to the database.
        sources: what the rooms of the book have to say.
    """

    def __init__(self, store: Store, *, sources: Sequence[Source]) -> None:
        self._store = store
        self._sources = tuple(sources)

    def of(
        self,
        key: TimelineKey,
        *,
        since: date | datetime | None = None,
        until: date | datetime | None = None,
        kinds: Iterable[HappeningKind | str] | None = None,
        group: bool = True,
        newest_first: bool = True,
        limit: int | None = None,
    ) -> tuple[Happening, ...]:
        """What happened with an account, a person or a Member State.

        It walks the relations instead of one column: an account shows what is on record for its subsidiaries, the
        letters of campaigns and the answers to them, and what its people did with us under another organisation.

        Args:
            key: an organisation or a person, by any reasonable key, or a Member State: the country itself or its ISO
                alpha-3 code in capitals, for all organisations that are based there or in a territory it answers for.
            since: the first day or instant.
            until: the last day or instant; what is due later is shown where none is given.
            kinds: only these, e.g. ``{"interaction", "letter"}``.
            group: whether an organisation stands for the corporate group below it.
            newest_first: whether the latest comes first.
            limit: how many at the most, counted from the end that comes first.

        Raises:
            NotFound: nothing answers to the key.
            Ambiguous: several do.
            InvalidInput: there is no such kind.
        """
        wanted = _wanted(kinds)
        window = (instant(since), instant(until, end=True))
        with self._store.reading() as session:
            scope = _scope(session, key, group=group)
            found = [
                line
                for source in self._sources
                if source.kind in wanted
                for line in _lines(session, source, scope, window, newest_first=newest_first, limit=limit)
            ]
        found.sort(key=lambda line: line[0], reverse=newest_first)
        return tuple(happening for _, happening in found[:limit])


def _lines(
    session: Session,
    source: Source,
    scope: Scope,
    window: tuple[datetime | None, datetime | None],
    *,
    newest_first: bool,
    limit: int | None,
) -> Iterator[tuple[tuple[datetime, int], Happening]]:
    line = source.lines(scope).subquery()
    order = (line.c.at.desc(), line.c.number.desc()) if newest_first else (line.c.at, line.c.number)
    query = columns(line).where(*_within(line.c.at, window)).order_by(*order).limit(limit)
    for row in session.execute(query):
        refers_to = f"{source.record.__tablename__}:{row.number}"
        people, title = tuple(row.people), source.title(row)
        yield (
            (row.at, row.number),
            Happening(
                row.at,
                source.kind,
                title,
                row.organization_id,
                row.organization,
                people,
                row.office,
                refers_to,
            ),
        )


def _within(at: Any, window: tuple[datetime | None, datetime | None]) -> Iterator[ColumnElement[bool]]:
    since, until = window
    if since is not None:
        yield at >= since
    if until is not None:
        yield at <= until


def _scope(session: Session, key: TimelineKey, *, group: bool) -> Scope:
    state = _state(session, key)
    if state is not None:
        return Scope(organizations=_based_in(session, state))
    assert not isinstance(key, Country)
    subject = find_subject(session, key)
    if isinstance(subject, Person):
        return Scope(people=tuple(session.exec(with_merged(Person, [subject.id]))))
    ids = _with_group(session, subject) if group else [subject.id]
    return Scope(organizations=tuple(session.exec(with_merged(Organization, ids))))


def _state(session: Session, key: TimelineKey) -> str | None:
    if isinstance(key, Country):
        return key.code
    if isinstance(key, str) and len(key) == 3 and key.isascii() and key.isupper():  # noqa: PLR2004 - ISO 3166 alpha-3
        return session.exec(select(Country.code).where(Country.code == key)).first()
    return None


def _based_in(session: Session, code: str) -> tuple[int, ...]:
    places = select(Country.code).where(or_(col(Country.member_state) == code, col(Country.code) == code))
    query = select(Organization.id).where(col(Organization.country).in_(places), stands(Organization))
    return tuple(session.exec(with_merged(Organization, session.exec(query).all())))


def _with_group(session: Session, head: Organization) -> Sequence[int]:
    below = select(Organization.id).where(Organization.id == head.id).cte(recursive=True)
    further = select(Organization.id).join(below, col(Organization.parent_id) == below.c.id)
    further = further.where(stands(Organization))
    return session.exec(select(below.union(further).c.id)).all()


def _wanted(kinds: Iterable[HappeningKind | str] | None) -> frozenset[HappeningKind]:
    try:
        return frozenset(HappeningKind if kinds is None else map(HappeningKind, kinds))
    except ValueError as error:
        raise InvalidInput(
            f"There is nothing of this kind in a timeline: {error}.",
            field="kinds",
            candidates=[kind.value for kind in HappeningKind],
        ) from None
