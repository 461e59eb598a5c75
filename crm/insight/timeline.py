"""`book.timeline`: everything that happened with an account, a person or a Member State, wherever it is on record."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row
from sqlalchemy import select as columns
from sqlmodel import Session

from crm.dates import instant_of
from crm.directory.people import PersonKey, find_person
from crm.errors import InvalidInput
from crm.insight.cursor import Cursor
from crm.insight.happening import Happening, HappeningKind, Scope, Source
from crm.insight.page import Page, refuse_odd_limit
from crm.insight.scope import ScopeKey, scope_of, scope_of_person
from crm.insight.search_query import terms_of, tsquery
from crm.insight.search_text import holding
from crm.reference.offices import Office, find_office
from crm.store.store import Store

TimelineKey = ScopeKey


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What of a scope is asked for, and in which order."""

    scope: Scope
    since: datetime | None
    until: datetime | None
    office: str | None
    person: Scope | None
    words: str | None
    after: Cursor | None
    newest_first: bool
    most: int | None


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
        since: date | datetime | str | None = None,
        until: date | datetime | str | None = None,
        kinds: Iterable[HappeningKind | str] | None = None,
        office: Office | str | None = None,
        person: PersonKey | None = None,
        text: str | None = None,
        group: bool = True,
        newest_first: bool = True,
        limit: int | None = None,
        after: str | None = None,
    ) -> Page[Happening]:
        """What happened with an account, a person or a Member State.

        It walks the relations instead of one column: an account shows what is on record for its subsidiaries, the
        letters of campaigns and the answers to them, and what its people did with us under another organisation.

        Args:
            key: an organisation or a person, by any reasonable key, or a Member State: the country itself or its ISO
                alpha-3 code in capitals, for all organisations that are based there or in a territory it answers for.
            since: the first day or instant.
            until: the last day or instant; what is due later is shown where none is given.
            kinds: only these, e.g. ``{"interaction", "letter"}``.
            office: only what is on record for this office.
            person: only what this contact had a part in.
            text: only interactions, next steps, asks and complaints in which these words stand, as in `book.search`.
            group: whether an organisation stands for the corporate group below it.
            newest_first: whether the latest comes first.
            limit: how many at the most, counted from the end that comes first; all where none is given.
            after: where to go on: `next` of the part before. What is written down meanwhile neither repeats nor hides a
                line of the rest.

        Returns:
            The happenings; `next` says where the rest begins, and is None at the end.

        Raises:
            NotFound: nothing answers to a key.
            Ambiguous: several do.
            InvalidInput: there is no such kind, or `after` is nothing that a timeline gave.
        """
        today = self._store.now().date()
        first = instant_of(since, today=today, field="since")
        last = instant_of(until, today=today, field="until", end=True)
        chosen_kinds = _kinds(kinds)
        refuse_odd_limit(limit)
        with self._store.reading() as session:
            wanted = _Wanted(
                scope=scope_of(session, key, group=group),
                since=first,
                until=last,
                office=None if office is None else find_office(session, office).code,
                person=None if person is None else scope_of_person(session, find_person(session, person)),
                words=None if text is None else tsquery(terms_of(text)),
                after=None if after is None else Cursor.read(after),
                newest_first=newest_first,
                most=limit,
            )
            streams = [
                _lines(session, source, place, wanted)
                for place, source in enumerate(self._sources)
                if source.kind in chosen_kinds and (text is None or source.texts)
            ]
            return _page(streams, wanted)


def _page(streams: Sequence[Iterator[tuple[Cursor, Happening]]], wanted: _Wanted) -> Page[Happening]:
    in_order = heapq.merge(*streams, key=lambda line: line[0], reverse=wanted.newest_first)
    found = list(islice(in_order, None if wanted.most is None else wanted.most + 1))
    shown = found[: wanted.most]
    rest = str(shown[-1][0]) if shown and len(found) > len(shown) else None
    return Page((happening for _, happening in shown), rest)


def _lines(
    session: Session, source: Source, place: int, wanted: _Wanted
) -> Iterator[tuple[Cursor, Happening]]:
    line = source.lines(wanted.scope).subquery()
    order = (line.c.at, line.c.number)
    query = columns(line).where(*_conditions(source, place, line, wanted))
    query = query.order_by(*(column.desc() for column in order) if wanted.newest_first else order)
    most = None if wanted.most is None else wanted.most + 1
    for row in session.execute(query.limit(most)):
        yield Cursor(row.at, row.number, place), _happening(source, row)


def _conditions(source: Source, place: int, line: Any, wanted: _Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield line.c.at >= wanted.since
    if wanted.until is not None:
        yield line.c.at <= wanted.until
    if wanted.office is not None:
        yield line.c.office == wanted.office
    if wanted.person is not None:
        yield line.c.number.in_(columns(source.lines(wanted.person).subquery().c.number))
    if wanted.words is not None:
        yield holding(wanted.words, {kind: line.c[column] for kind, column in source.texts.items()})
    if wanted.after is not None:
        yield wanted.after.beyond(line.c.at, line.c.number, place=place, newest_first=wanted.newest_first)


def _happening(source: Source, row: Row[Any]) -> Happening:
    return Happening(
        row.at,
        source.kind,
        source.title(row),
        row.organization_id,
        row.organization,
        tuple(row.people),
        row.office,
        f"{source.record.__tablename__}:{row.record_id}",
    )


def _kinds(kinds: Iterable[HappeningKind | str] | None) -> frozenset[HappeningKind]:
    try:
        return frozenset(HappeningKind if kinds is None else map(HappeningKind, kinds))
    except ValueError as error:
        raise InvalidInput(
            f"There is nothing of this kind in a timeline: {error}.",
            field="kinds",
            candidates=[kind.value for kind in HappeningKind],
        ) from None
