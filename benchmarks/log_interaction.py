"""One logged interaction with its next step, beside the same statements sent through bare psycopg."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import event

from benchmarks.bench import Bench, conninfo
from benchmarks.figure import Figure
from crm.book import Book
from crm.engagement.interactions import Logged

_TIMES = 100

Sent = tuple[bytes, Mapping[str, Any]]


def figures(bench: Bench) -> Iterator[Figure]:
    """A hundred in a row, each in its own transaction; the ceiling sends what the book sends, and reads what it reads."""
    with bench.empty_book() as book, psycopg.connect(conninfo(book)) as connection:
        dana = book.staff.add("Dana Novak", email=book.actor, office="BDT")
        acme = book.organizations.add("Acme Satellites", country="KE", owner=dana)
        amina = book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme)

        def log() -> Logged:
            return book.log("meeting", acme, "Wants access", people=[amina], next="Send it", due="14d")

        log()
        with sent_by(book) as sent:
            logged = log()
        replay = Replay(connection, sent, [logged.id, logged.next.id if logged.next else 0])
        yield bench.compare(
            "an interaction logged with its next step",
            lambda: [log() for _ in range(_TIMES)],
            lambda: replay.times(_TIMES),
            allowed=2,
            note=f"{_TIMES} of them, {len(sent)} statements each; ceiling: the same statements through bare psycopg",
        )


@contextmanager
def sent_by(book: Book) -> Iterator[list[Sent]]:
    """Collect the statements that a book sends while the block runs."""
    sent: list[Sent] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's signature
        sent.extend((statement.encode(), each) for each in (given if many else [given]))

    event.listen(book.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(book.engine, "before_cursor_execute", note)


class Replay:
    """Sends statements again and again in a transaction each; what they made is made anew, with ids of its own.

    Args:
        connection: a bare connection.
        sent: the statements.
        made: the ids that the database gave when they were sent first, in their order.
    """

    def __init__(self, connection: psycopg.Connection, sent: Sequence[Sent], made: Sequence[int]) -> None:
        self._connection = connection
        self._made = made
        self._sent = [(sql, given, _mentioning(given, made)) for sql, given in sent]

    def times(self, number: int) -> None:
        """Send them so many times."""
        for _ in range(number):
            self._send()

    def _send(self) -> None:
        fresh: dict[int, int] = {}
        made = iter(self._made)
        for sql, given, places in self._sent:
            renewed = {place: _renewed(given[place], fresh) for place in places}
            cursor = self._connection.execute(sql, {**given, **renewed} if renewed else given)
            if cursor.description is not None:
                rows = cursor.fetchall()
                if sql.startswith(b"INSERT"):
                    fresh[next(made)] = rows[0][0]
        self._connection.commit()


def _mentioning(given: Mapping[str, Any], made: Sequence[int]) -> list[str]:
    """The parameters in which an id stands that the database gave."""
    nothing = dict.fromkeys(made, 0)
    return [place for place, value in given.items() if str(_renewed(value, nothing)) != str(value)]


def _renewed(value: Any, fresh: Mapping[int, int]) -> Any:
    match value:
        case Jsonb():
            return Jsonb(_renewed(value.obj, fresh))
        case list():
            return [_renewed(each, fresh) for each in value]
        case dict():
            return {name: _renewed(each, fresh) for name, each in value.items()}
        case int():
            return fresh.get(value, value)
    return value
