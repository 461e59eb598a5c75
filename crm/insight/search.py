"""`book.search`: find what was said, promised and asked for by its words, in any script."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, cast, exists, func, literal, union_all
from sqlalchemy import select as columns
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm.dates import instant_of
from crm.directory.resolve import OrganizationKey, find_organization
from crm.errors import InvalidInput
from crm.insight.page import Page, refuse_odd_limit
from crm.insight.scope import scope_of
from crm.insight.search_query import Term, terms_of, tsquery
from crm.insight.search_sources import TEXTS, FoundKind, Texts
from crm.insight.search_text import SearchText, id_of, key_of, put_words, searched_kinds
from crm.insight.snippet import Snippet, snippet_of
from crm.reference.offices import Office, find_office
from crm.shown import Shown
from crm.store.columns import UtcDateTime, chosen
from crm.store.records import Record, each
from crm.store.store import Store

_SHOWN = ("at", "number", "organization_id", "organization", "office", "text", "record_id")
_A_YEAR = timedelta(days=365).total_seconds()
_NEWEST = timedelta(0)  # what is planned counts as what happens now
_UNKNOWN = 10.0
_BATCH = 1_000
_MOST_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Found(Shown):
    """A text in which the words stand.

    Attributes:
        kind: what it belongs to.
        at: when that happened or was planned; None where nobody knows.
        organization_id: the account.
        organization: its name.
        office: which of our offices it was, where that is on record.
        snippet: the piece of the text in which the words stand.
        refers_to: the record, as the trail names it: "interaction:4711".
    """

    kind: FoundKind
    at: datetime | None
    organization_id: int | None
    organization: str | None
    office: str | None
    snippet: Snippet
    refers_to: str

    def __str__(self) -> str:
        day = f"{self.at:%Y-%m-%d}" if self.at else "          "
        return f"{day}  {self.kind:<11} {self.organization}: {self.snippet.isolated}"


class Search:
    """`book.search(…)`: look for words; `book.search.rebuild()` makes findable what was loaded without them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(
        self,
        text: str,
        *,
        kinds: FoundKind | str | Iterable[FoundKind | str] | None = None,
        office: Office | str | None = None,
        since: date | datetime | str | None = None,
        account: OrganizationKey | None = None,
        limit: int = 50,
        after: str | None = None,
    ) -> Page[Found]:
        """Find what was said, promised and asked for.

        All the words have to stand in the text; the last one may be the beginning of a word. Words in quotation marks
        have to stand one behind the other. Case and accents make no difference, nor do the vowel signs of Arabic.

        Args:
            text: the words, in any script: ``шестой план``, ``"study group" acc``.
            kinds: only these: interaction, follow_up, opportunity, complaint.
            office: only what is on record for this office.
            since: only what happened or was planned from this day or instant on.
            account: only this account and the corporate group below it.
            limit: how many at the most.
            after: where to go on: `next` of the part before.

        Returns:
            What was found, the best first: where the words stand more often, and more recently. A hit counts half a year
            after it happened as much as two thirds of one of today.

        Raises:
            InvalidInput: there is no word to look for, or no such kind.
            NotFound: the office or the account is not in the book.
        """
        first = instant_of(since, today=self._store.now().date(), field="since")
        terms, wanted, skipped = terms_of(text), _kinds(kinds), _skipped(after)
        refuse_odd_limit(limit)
        with self._store.reading() as session:
            query = tsquery(terms)
            conditions = {
                "office": None if office is None else find_office(session, office).code,
                "since": first,
                "accounts": account and scope_of(session, find_organization(session, account)),
            }
            hits = union_all(
                *(
                    _hits(texts, query, conditions, now=self._store.now())
                    for texts in TEXTS
                    if texts.kind in wanted
                )
            ).subquery()
            order = (hits.c.score.desc(), hits.c.at.desc().nulls_last(), hits.c.number.desc())
            rows = session.execute(columns(hits).order_by(*order).offset(skipped).limit(limit + 1)).all()
        more = str(skipped + limit) if len(rows) > limit else None
        return Page((_found(row, terms) for row in rows[:limit]), more)

    def is_complete(self) -> bool:
        """Whether everything in the book can be found; what was copied into it from elsewhere cannot, at first."""
        with self._store.reading() as session:
            return not any(session.scalar(columns(_unwritten(kind).exists())) for kind in searched_kinds())

    def rebuild(self, *, everything: bool = False) -> int:
        """Write the words of what cannot be found yet, a thousand records in a transaction; again, and nothing is left.

        Args:
            everything: also those that are there, after a change in how texts are taken apart.

        Returns:
            How many records have been written.
        """
        return sum(self._rebuilt(kind, everything=everything) for kind in searched_kinds())

    def _rebuilt(self, kind: type[Record], *, everything: bool) -> int:
        query = select(kind) if everything else _unwritten(kind)
        written, last = 0, 0
        while True:
            with self._store.transaction() as session:
                # Locked, so that nobody erases a text between the reading and the writing of its words.
                rest = query.where(key_of(kind) > last).order_by(key_of(kind)).limit(_BATCH)
                batch = session.exec(rest.with_for_update(read=True, of=kind)).all()
                put_words(session, batch)
                session.expunge_all()
            if not batch:
                return written
            written, last = written + len(batch), id_of(batch[-1])


def _hits(texts: Texts, query: str, conditions: Mapping[str, Any], *, now: datetime) -> Select[Any]:
    line, wanted = texts.lines().subquery(), cast(query, TSQUERY)
    years = func.extract("epoch", func.greatest(literal(now, UtcDateTime) - line.c.at, _NEWEST)) / _A_YEAR
    recency = 1.0 / (1.0 + func.coalesce(years, _UNKNOWN))
    return (
        columns(
            literal(texts.kind.value).label("kind"),
            literal(str(texts.opens.__tablename__)).label("record"),
            *(line.c[name] for name in _SHOWN),
            (func.ts_rank(col(SearchText.words), wanted) * recency).label("score"),
        )
        .join(line, line.c.number == col(SearchText.record_id))
        .where(col(SearchText.record) == str(texts.record.__tablename__))
        .where(col(SearchText.words).op("@@")(wanted), *_narrowed(line, conditions))
    )


def _narrowed(line: Any, conditions: Mapping[str, Any]) -> Iterator[ColumnElement[bool]]:
    if conditions["office"] is not None:
        yield line.c.office == conditions["office"]
    if conditions["since"] is not None:
        yield line.c.at >= conditions["since"]
    if conditions["accounts"] is not None:
        yield conditions["accounts"].account(line.c.organization_id)


def _found(row: Row[Any], terms: Sequence[Term]) -> Found:
    return Found(
        FoundKind(row.kind),
        row.at,
        row.organization_id,
        row.organization,
        row.office,
        snippet_of(row.text, terms),
        f"{row.record}:{row.record_id}",
    )


def _unwritten(kind: type[Record]) -> SelectOfScalar[Record]:
    table = str(kind.__tablename__)
    written = exists().where(col(SearchText.record) == table, col(SearchText.record_id) == key_of(kind))
    return select(kind).where(~written)


def _kinds(kinds: FoundKind | str | Iterable[FoundKind | str] | None) -> frozenset[FoundKind]:
    given = list(FoundKind) if kinds is None else each(kinds)
    return frozenset(chosen(FoundKind, kind, field="kinds") for kind in given)


def _skipped(after: str | None) -> int:
    if after is not None and not (after.isascii() and after.isdecimal() and len(after) < _MOST_DIGITS):
        raise InvalidInput(
            f"{after[:60]!r} is no place among hits.",
            field="after",
            value=after,
            hint="Give what `next` of the part before says.",
        )
    return int(after or 0)
