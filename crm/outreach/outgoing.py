"""`book.outgoing`: the switch that stops all mail, whatever its campaign or kind, and lets it go on again.

Once `stop` has returned, no letter that had no intent by then leaves: whoever commits intents shares a turn that the
switch takes alone. What is on its way already, at most one window of each worker, is finished.
"""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, Index, exists
from sqlmodel import Session, col, select

from crm.errors import AlreadyExists, InvalidInput, Refused
from crm.store.columns import at_field, id_field, personal
from crm.store.records import Record
from crm.store.store import Store
from crm.store.turns import take_turns
from crm.store.violations import means

TURN = "outgoing"
"""The turn that a stop takes alone, and that whoever commits intents shares."""


class MailStop(Record, table=True):
    """One time that all outgoing mail was stopped.

    Attributes:
        reason: why it was stopped, and `resumed_because` why it goes on.
        resumed_at: when mail went out again; empty while it stands.
    """

    __tablename__ = "mail_stop"
    __table_args__ = (
        Index(
            "uq_mail_stop_standing",
            "resumed_at",
            unique=True,
            postgresql_where="resumed_at IS NULL",
            postgresql_nulls_not_distinct=True,
        ),
    )
    changed_by: ClassVar[str] = "book.outgoing.resume"

    id: int = id_field()
    reason: str = personal()
    stopped_at: datetime = at_field()
    stopped_by: str
    resumed_at: datetime | None = at_field(default=None)
    resumed_by: str | None = None
    resumed_because: str | None = personal(default=None)

    @property
    def words(self) -> str:
        """What stands, in a sentence: who stopped the mail, when and why."""
        return f"All mail was stopped by {self.stopped_by} on {self.stopped_at:%-d %B %Y at %H:%M} UTC: {self.reason}"


means("uq_mail_stop_standing", AlreadyExists, "All mail is stopped already.")


class Outgoing:
    """`book.outgoing`: stop all mail, and let it go on.

    Args:
        store: the door to the database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def stopped(self) -> MailStop | None:
        """The stop that stands; None while mail goes out."""
        with self._store.reading() as session:
            return standing_stop(session)

    @property
    def history(self) -> tuple[MailStop, ...]:
        """Every time that mail was stopped, the latest first."""
        with self._store.reading() as session:
            return tuple(session.exec(select(MailStop).order_by(col(MailStop.id).desc())))

    def stop(self, *, reason: str) -> MailStop:
        """Stop all mail: of every campaign, by hand, and notices to our own staff.

        Once this returns, nothing leaves but what was on its way already: at most one window of each worker.

        Args:
            reason: why; whoever looks for missing mail reads it.

        Raises:
            InvalidInput: no reason is given.
            AlreadyExists: it is stopped already.
        """
        with self._store.changing("mail.stopped", reason=reason) as change:
            if not reason.strip():
                raise InvalidInput(
                    "Nobody says why all mail stops.", field="reason", hint="Say it in a sentence."
                )
            take_turns(change.session, TURN)
            values = {"reason": reason.strip(), "stopped_at": change.now, "stopped_by": change.actor}
            return change.add(MailStop.model_validate(values))

    def resume(self, *, reason: str = "") -> MailStop:
        """Let mail go out again; letters that waited leave as their runs, windows and limits allow.

        Raises:
            Refused: it is not stopped.
        """
        with self._store.changing("mail.resumed", reason=reason or None) as change:
            take_turns(change.session, TURN)
            found = standing_stop(change.session)
            if found is None:
                raise Refused("Mail is not stopped.", rule="outgoing.resume", subject="outgoing mail")
            because = {"resumed_by": change.actor, "resumed_because": reason.strip()}
            return found.amend({"resumed_at": change.now, **because})


def standing_stop(session: Session) -> MailStop | None:
    """The stop that stands, if one does."""
    return session.exec(select(MailStop).where(col(MailStop.resumed_at).is_(None))).first()


def mail_goes_out() -> ColumnElement[bool]:
    """Whether no stop stands; for queries."""
    return ~exists().where(col(MailStop.resumed_at).is_(None))
