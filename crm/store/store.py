"""One door to the database for one actor: reads that change nothing, changes that leave a trail."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from crm.clock import Clock
from crm.store.inserting import insert_record
from crm.store.records import Record
from crm.store.trail import Capture, Changed
from crm.store.violations import told_in_our_words

R = TypeVar("R", bound=Record)
Alongside = Callable[[Session, Sequence[Changed]], None]
Following = Callable[[Session], None]


class _Rehearsed(Exception):
    """How a dry run takes itself back; no error."""


class Change:
    """A verb under way: where its records go, who does it, when and why.

    Attributes:
        session: the database session of the verb.
        now: the instant that every row of the verb carries.
        actor: who does it.
    """

    def __init__(self, session: Session, capture: Capture, *, now: datetime, actor: str) -> None:
        self.session = session
        self.now = now
        self.actor = actor
        self._capture = capture

    def add(self, record: R) -> R:
        """Put a new record into the book; it has its id afterwards."""
        insert_record(self.session, record)
        self._capture.added(record)
        return record

    def about(self, record: Record) -> None:
        """Name the subject of the trail entry; without it, the first record that changes is the subject."""
        self._capture.subject = record

    def because(self, reason: str) -> None:
        """Say why, where that is known only in the course of the verb."""
        self._capture.reason = reason

    def note(self, record: Record, **what: object) -> None:
        """Put into the trail what happened to a record beside its own fields; nothing that is personal."""
        self._capture.note(record, {}, what)

    def in_batch(self, batch_id: int) -> None:
        """Point the trail entry to the batch that holds each row's verdict and previous values."""
        self._capture.batch_id = batch_id


class Store:
    """One door to the database for one actor.

    Args:
        engine: the database.
        actor: who reads and changes, as the trail names them.
        clock: says what time it is.
        alongside: what else is written with the changes of every verb, in its transaction.
        following: what is brought into line with whatever was written, before a transaction or a savepoint of it ends.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        actor: str,
        clock: Clock,
        alongside: Sequence[Alongside] = (),
        following: Sequence[Following] = (),
    ) -> None:
        self.engine = engine
        self.actor = actor
        self.clock = clock
        self._alongside = tuple(alongside)
        self._following = tuple(following)
        self._thread = threading.local()

    def now(self) -> datetime:
        """The present instant by the book's clock."""
        return self.clock.now()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Everything inside happens or nothing; inside another transaction, a savepoint."""
        outer = self._session
        if outer is not None:
            with told_in_our_words(), _savepoint(outer):
                yield outer
                self._follow(outer)
            return
        with told_in_our_words(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            self._thread.session = session
            try:
                yield session
                self._follow(session)
            finally:
                self._thread.session = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read; nothing can change, and what is handed out holds no connection.

        Inside a verb the records stay attached: the verb goes on with them.
        """
        outer = self._session
        if outer is None:
            with told_in_our_words(), Session(self.engine, expire_on_commit=False) as session:
                session.connection(execution_options={"postgresql_readonly": True})
                yield session
                session.expunge_all()
        elif self._in_verb:
            yield outer
        else:
            with told_in_our_words(), _savepoint(outer):
                yield outer
                outer.expunge_all()

    @contextmanager
    def changing(self, verb: str, *, reason: str | None = None, dry_run: bool = False) -> Iterator[Change]:
        """One verb: one transaction and one trail entry, or nothing at all.

        Args:
            verb: what happens, as "organization.added".
            reason: why, for the trail.
            dry_run: do all of it and take it back, so that a rehearsal says exactly what the verb would do.
        """
        if self._in_verb:
            raise RuntimeError(
                f"{verb}: one verb cannot call another; share a function that takes the session"
            )
        now = self.now()
        with suppress(_Rehearsed), self.transaction() as session:
            capture = Capture(verb, reason=reason)
            self._thread.in_verb = True
            try:
                with capture.watching(session):
                    yield Change(session, capture, now=now, actor=self.actor)
                    session.flush()
            finally:
                self._thread.in_verb = False
            capture.write(session, at=now, actor=self.actor)
            for write in self._alongside:
                write(session, capture.changes)
            session.expunge_all()
            if dry_run:
                raise _Rehearsed

    def _follow(self, session: Session) -> None:
        for follow in self._following:
            follow(session)

    @property
    def _session(self) -> Session | None:
        return getattr(self._thread, "session", None)

    @property
    def _in_verb(self) -> bool:
        return getattr(self._thread, "in_verb", False)


@contextmanager
def _savepoint(session: Session) -> Iterator[None]:
    try:
        with session.begin_nested():
            yield
    except BaseException:
        # What the failed verb had loaded or added is not to be met again by the next one.
        session.expunge_all()
        raise
