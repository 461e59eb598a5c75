"""Records that were merged into another: they stay on file, and whoever asks for one is led to its keeper."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import ColumnElement, any_, literal
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm.errors import Refused
from crm.store.columns import ManyIds


class Mergeable(Protocol):
    """A kind of record that can be merged into another of its kind."""

    id: int
    merged_into_id: int | None


M = TypeVar("M", bound=Mergeable)


def keeper_of(session: Session, row: M) -> M:
    """The record that stands for a record: itself, or the one that it was merged into, through any number of merges."""
    while row.merged_into_id is not None:
        row = session.get_one(type(row), row.merged_into_id)
    return row


def keepers_of(session: Session, rows: Iterable[M]) -> list[M]:
    """The records that stand for some records, each once, in their order."""
    return list({keeper.id: keeper for keeper in (keeper_of(session, row) for row in rows)}.values())


def refuse_merged(row: Mergeable) -> None:
    """Refuse to change a record that only stays on file because it was merged into another.

    Raises:
        Refused: it was.
    """
    if row.merged_into_id is not None:
        raise Refused(
            f"{row.id} was merged into {row.merged_into_id}.",
            rule="merges.once",
            hint=f"Name {row.merged_into_id} if that is what you mean.",
        )


def stands(kind: type[Mergeable]) -> ColumnElement[bool]:
    """Whether a record stands for itself; for queries."""
    return col(kind.merged_into_id).is_(None)


def with_merged(kind: type[Mergeable], ids: Iterable[int]) -> SelectOfScalar[int]:
    """These records and all that were merged into them: a query for their ids."""
    start = select(col(kind.id)).where(among(col(kind.id), ids)).cte(recursive=True)
    further = select(col(kind.id)).join(start, col(kind.merged_into_id) == start.c.id)
    return select(start.union(further).c.id)


def with_keepers(kind: type[Mergeable], condition: ColumnElement[bool]) -> SelectOfScalar[int]:
    """The records that a condition is true of, and all that they were merged into: a query for their ids."""
    start = select(col(kind.id), col(kind.merged_into_id)).where(condition).cte(recursive=True)
    further = select(col(kind.id), col(kind.merged_into_id)).join(
        start, col(kind.id) == start.c.merged_into_id
    )
    return select(start.union(further).c.id)


def keeper_ids(session: Session, kind: type[Mergeable], ids: Iterable[int]) -> dict[int, int]:
    """For those of the ids that were merged into another record, the id of the keeper."""
    query = select(col(kind.id), col(kind.merged_into_id)).where(among(col(kind.id), ids), ~stands(kind))
    found = {number: keeper for number, keeper in session.execute(query) if keeper is not None}
    further = keeper_ids(session, kind, set(found.values())) if found else {}
    return {number: further.get(keeper, keeper) for number, keeper in found.items()}


def among(column: Any, ids: Iterable[int]) -> ColumnElement[bool]:
    """Whether a column is one of these ids, in one array: the protocol takes 65,535 parameters at the most."""
    array = f"{{{','.join(map(str, ids))}}}"
    return cast("ColumnElement[bool]", column == any_(literal(array, ManyIds())))
