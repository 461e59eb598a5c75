"""What triggers of the database say to the connection that set them off, so that nobody has to ask who has nothing to hear.

They say it as a message of level INFO, which the server always sends, before the statement that caused it has ended.
"""

from typing import Any

from psycopg.errors import Diagnostic
from sqlalchemy import Engine, event
from sqlmodel import Session

_HEARD = "accord.said"


def listen(engine: Engine) -> None:
    """Hear what triggers say on each connection of an engine, until the connection goes back to the pool."""
    event.listen(engine, "connect", _hear)
    event.listen(engine, "checkin", _forget)


def said(session: Session, what: str) -> bool:
    """Whether a trigger has said something since this transaction began, what was taken back included.

    True where nobody listens: then it may have.

    Args:
        session: the transaction.
        what: the words.
    """
    heard = session.connection().info.get(_HEARD)
    return heard is None or what in heard


def _hear(connection: Any, record: Any) -> None:
    heard = record.info[_HEARD] = set[str | None]()

    def note(message: Diagnostic) -> None:
        heard.add(message.message_primary)

    connection.add_notice_handler(note)


def _forget(_connection: Any, record: Any) -> None:
    record.info.get(_HEARD, set()).clear()
