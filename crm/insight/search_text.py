"""The words of every text that is looked for, kept beside the records and written in the transaction of their verb.

A text is found because its column says `prose`; nothing else has to be remembered. Whatever changes or deletes the text,
be it a statement written by hand, deletes its words (triggers of the migration), so that they never outlive it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Index,
    bindparam,
    cast,
    inspect,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSQUERY, TSVECTOR
from sqlmodel import Field, Session, col

from crm.reference.lexemes import vector_of
from crm.store.records import Record, record_of
from crm.store.trail import Changed


class SearchText(Record, table=True):
    """The words of a record.

    Attributes:
        record: its table.
        record_id: its id.
        words: where in its texts each word stands; from them a text can nearly be read, so they go when it goes.
    """

    __tablename__ = "search_text"
    __table_args__ = (Index("ix_search_text_words", "words", postgresql_using="gin"),)
    trailed: ClassVar[bool] = False

    record: str = Field(primary_key=True)
    record_id: int = Field(sa_type=BigInteger, primary_key=True)
    words: str = Field(sa_type=TSVECTOR)


_WRITE = text("""
INSERT INTO search_text (record, record_id, words)
SELECT record, record_id, words::tsvector
FROM jsonb_to_recordset(:lines) AS line (record text, record_id bigint, words text)
ON CONFLICT (record, record_id) DO UPDATE SET words = excluded.words
""").bindparams(bindparam("lines", type_=JSONB))


def write_words(session: Session, changes: Iterable[Changed]) -> None:
    """Write the words of what a verb has changed.

    Args:
        session: of the verb.
        changes: each record with its fields before and after; one that was deleted has none after.
    """
    touched = {
        id_of(record): record
        for record, before, after in changes
        if after and not texts_of(type(record)).isdisjoint(before.keys() | after.keys())
    }
    put_words(session, list(touched.values()))


def put_words(session: Session, records: Sequence[Record]) -> None:
    """Write the words of some records, in place of those that there are."""
    if not records:
        return
    lines = [
        {
            "record": str(record.__tablename__),
            "record_id": id_of(record),
            "words": vector_of(_texts(record)),
        }
        for record in records
    ]
    session.connection().execute(_WRITE, {"lines": lines})


def put_words_again(session: Session, kind: type[Record], where: ColumnElement[bool]) -> None:
    """Write the words of some rows after a statement by hand, which has let go of them."""
    if texts_of(kind):
        put_words(
            session,
            session.scalars(select(kind).where(where).execution_options(populate_existing=True)).all(),
        )


def holding(words: str, columns: Mapping[str, Any]) -> ColumnElement[bool]:
    """Whether the words of one of some records meet a tsquery; for queries.

    Args:
        words: the tsquery.
        columns: the tables of the records, each with the column that is the id of one.
    """
    met = col(SearchText.words).op("@@", return_type=Boolean())(cast(words, TSQUERY))
    return or_(
        *(
            column.in_(select(col(SearchText.record_id)).where(col(SearchText.record) == table, met))
            for table, column in columns.items()
        )
    )


@cache
def texts_of(kind: type[Record]) -> frozenset[str]:
    """The fields of a kind of record that are looked for by their words."""
    return frozenset(a.key for a in inspect(kind).column_attrs if a.columns[0].info.get("searched"))


def searched_kinds() -> Iterator[type[Record]]:
    """Every kind of record that has a text to be found."""
    kinds = (record_of(table) for table in sorted(Record.metadata.tables))
    return (kind for kind in kinds if texts_of(kind))


def key_of(kind: type[Record]) -> Any:
    """The column that is the id of a kind of record that has a text."""
    (key,) = inspect(kind).primary_key
    return key


def id_of(record: Record) -> int:
    """The id of a record that has a text."""
    (number,) = inspect(record).identity or (0,)
    return int(number)


def _texts(record: Record) -> list[str]:
    return [getattr(record, name) for name in type(record).model_fields if name in texts_of(type(record))]
