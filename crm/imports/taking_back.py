"""Whether the rows of a batch can be taken back, and taking them back: nothing later may stand on them.

A row is taken back as a whole or not at all. What it put into the book is removed if nothing else refers to it and
nobody has changed it since; what it changed is put back if it still stands as the row left it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, tuple_, update
from sqlalchemy import inspect as inspected
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from crm.directory.merged import among
from crm.imports.batches import ImportRow
from crm.imports.verdicts import Verdict
from crm.insight.references import references_to
from crm.store.records import Record, record_of
from crm.store.trail import TrailChange, TrailEntry, plain

Made = tuple[str, tuple[Any, ...]]
"""A record that a row put into the book: its table and its key."""


class TakingBack:
    """Takes back some rows of a batch, the last one first.

    Attributes:
        removed: how many records were removed, by table.
        restored: how many values were put back, by table and field.
    """

    def __init__(self, session: Session, rows: Sequence[ImportRow]) -> None:
        self.removed: Counter[str] = Counter()
        self.restored: Counter[str] = Counter()
        self._session = session
        made = {one for row in rows for one in made_by(row)}
        self._touched = _touched(session, made)
        self._referring = _referring(session, made)
        self._changing = _changing(session, rows)
        self._present = _present(session, rows)
        self._gone: set[Made] = set()
        self._taken_back: set[tuple[int, int]] = set()
        self._put_back: dict[str, set[str]] = {}

    def obstacle(self, row: ImportRow) -> str | None:
        """Why a row cannot be taken back; None if it can, and it counts as taken back for those before it."""
        mine = set(made_by(row))
        why = next(self._obstacles(row, mine), None)
        if why is None:
            self._gone |= mine
            self._taken_back.add((row.batch_id, row.row))
            for change in row.changed:
                self._present[change["record"]] |= change["before"]
                self._put_back.setdefault(change["record"], set()).update(change["before"])
        return why

    def write(self) -> None:
        """Put back and remove what the rows without an obstacle changed and made."""
        for name, fields in self._put_back.items():
            record, number = _named(name)
            if (str(record.__tablename__), (number,)) not in self._gone:
                self._restore(record, number, fields, self._present[name])
        by_table: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for table, key in self._gone:
            by_table[table].append(key)
        for table in [t.name for t in reversed(Record.metadata.sorted_tables) if t.name in by_table]:
            self._remove(record_of(table), by_table[table])

    def _obstacles(self, row: ImportRow, mine: set[Made]) -> Iterator[str]:
        if not mine and not row.changed:
            yield "what it wrote was not on record yet when it was imported"
        yield from (self._touched[one] for one in mine if one in self._touched)
        for one in mine:
            rows = self._changing[_name(one)] - self._taken_back - {(row.batch_id, row.row)}
            yield from (
                f"row {number} of import {batch} has changed it since" for batch, number in sorted(rows)
            )
        for one in mine:
            referring = self._referring[one] - self._gone - mine
            yield from (f"{_said(other)} refers to it" for other in sorted(referring, key=_name))
        for change in row.changed:
            yield from self._changed_since(change["record"], change["after"])

    def _changed_since(self, name: str, after: Mapping[str, Any]) -> Iterator[str]:
        present = self._present.get(name)
        if present is None:
            yield f"{name} is no longer there"
            return
        for field, value in after.items():
            if present[field] != value:
                yield f"its {field} was changed since, to {present[field]}"

    def _restore(self, record: type[Record], number: int, fields: set[str], values: dict[str, Any]) -> None:
        row = self._session.get_one(record, number)
        valid = record.model_validate({**row.model_dump(), **{name: values[name] for name in fields}})
        changes = {name: getattr(valid, name) for name in fields}
        own = inspected(record).local_table.c
        self._session.connection().execute(
            update(record).where(own.id == number).values({own[name]: v for name, v in changes.items()})
        )
        self.restored.update(f"{record.__tablename__}.{name}" for name in fields)

    def _remove(self, record: type[Record], keys: Sequence[tuple[Any, ...]]) -> None:
        own = list(inspected(record).local_table.primary_key)
        condition = among(own[0], [key[0] for key in keys]) if len(own) == 1 else tuple_(*own).in_(keys)
        result = self._session.connection().execute(delete(record).where(condition))
        self.removed[str(record.__tablename__)] += result.rowcount


def made_by(row: ImportRow) -> list[Made]:
    """What a row put into the book."""
    return [(table, tuple(key)) for table, keys in row.made.items() for key in keys]


def _touched(session: Session, made: Iterable[Made]) -> dict[Made, str]:
    """The records that a verb has changed since, with the latest of those verbs."""
    names = {_name(one): one for one in made}
    query = columns(col(TrailChange.record), col(TrailEntry.verb), col(TrailEntry.actor), col(TrailEntry.at))
    joined = query.join(TrailEntry, col(TrailEntry.id) == col(TrailChange.entry_id))
    found = session.execute(joined.where(col(TrailChange.record).in_(names)).order_by(col(TrailEntry.id)))
    return {
        names[record]: f"{actor} has changed it on {at:%Y-%m-%d} ({verb})"
        for record, verb, actor, at in found
    }


def _referring(session: Session, made: Iterable[Made]) -> defaultdict[Made, set[Made]]:
    """The records that refer to these."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for table, key in made:
        if len(key) == 1:
            numbers[table].append(key[0])
    found: defaultdict[Made, set[Made]] = defaultdict(set)
    for table, ids in numbers.items():
        for reference in references_to(record_of(table)):
            own = inspected(reference.record).local_table
            field = getattr(reference.record, reference.field)
            for number, *other in session.execute(columns(field, *own.primary_key).where(among(field, ids))):
                found[table, (number,)].add((own.name, tuple(other)))
    return found


def _changing(session: Session, rows: Sequence[ImportRow]) -> defaultdict[str, set[tuple[int, int]]]:
    """The rows, of any import, that have changed records of these rows and still stand."""
    subjects = [row.subject_id for row in rows if row.subject_id]
    standing = (col(ImportRow.verdict) == Verdict.UPDATE, col(ImportRow.reverted_at).is_(None))
    found: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
    for row in session.exec(select(ImportRow).where(among(col(ImportRow.subject_id), subjects), *standing)):
        for change in row.changed:
            found[change["record"]].add((row.batch_id, row.row))
    return found


def _present(session: Session, rows: Sequence[ImportRow]) -> dict[str, dict[str, Any]]:
    """The records that the rows changed, as they stand now."""
    numbers: defaultdict[type[Record], set[int]] = defaultdict(set)
    for row in rows:
        for change in row.changed:
            record, number = _named(change["record"])
            numbers[record].add(number)
    return {
        f"{record.__tablename__}:{number}": {name: plain(value) for name, value in row.model_dump().items()}
        for record, ids in numbers.items()
        for number, row in _by_id(session, record, ids)
    }


def _by_id(session: Session, record: type[Record], ids: Iterable[int]) -> Iterator[tuple[int, Record]]:
    own = inspected(record).local_table.c.id
    for row in session.exec(select(record).where(among(own, ids))):
        yield inspected(row).identity[0], row


def _named(name: str) -> tuple[type[Record], int]:
    table, _, number = name.partition(":")
    return record_of(table), int(number)


def _name(one: Made) -> str:
    table, key = one
    return f"{table}:{'/'.join(map(str, key))}"


def _said(one: Made) -> str:
    return _name(one).replace("_", " ")
