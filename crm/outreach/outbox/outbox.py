"""`book.outbox`: see where letters stand, and decide about those that need a person."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from crm.directory.merged import among
from crm.directory.resolve import OrganizationKey, find_organization
from crm.errors import NotFound, Refused
from crm.mail.message import Enclosure
from crm.mail.rendering import Rendered, render
from crm.outreach.identity import Identity
from crm.outreach.outbox.composing import letter_facts
from crm.outreach.outbox.wordings import wording
from crm.outreach.outbox_tables import DeliveryEvent, Enclosed, Letter, MessageStatus
from crm.store.store import Store

RESENT = "resend decided"
"""A line of the delivery ledger: a person had the letter sent again."""


class Outbox:
    """The letters of the book.

    Args:
        store: the door to the database.
        identity: who we are in a letter.
    """

    def __init__(self, store: Store, *, identity: Identity) -> None:
        self._store = store
        self._identity = identity

    def get(self, key: int | str | Letter) -> Letter:
        """A letter by id, key or Message-ID.

        Raises:
            NotFound: there is none.
        """
        with self._store.reading() as session:
            return find_letter(session, key)

    def of(
        self,
        organization: OrganizationKey | None = None,
        *,
        run: int | None = None,
        status: MessageStatus | str | None = None,
    ) -> tuple[Letter, ...]:
        """Letters, the newest first: those to an account, of a run, or in a status."""
        with self._store.reading() as session:
            query = select(Letter)
            if organization is not None:
                query = query.where(Letter.organization_id == find_organization(session, organization).id)
            if run is not None:
                query = query.where(Letter.run_id == run)
            if status is not None:
                query = query.where(Letter.status == MessageStatus(status))
            return tuple(session.exec(query.order_by(col(Letter.queued_at).desc(), col(Letter.id).desc())))

    def shown(self, key: int | str | Letter) -> Rendered:
        """A letter as it went out, or as it will: subject, text and HTML.

        Raises:
            NotFound: there is none.
            Refused: what it said has been erased.
        """
        with self._store.reading() as session:
            letter = find_letter(session, key)
            if not letter.facts:
                raise Refused(
                    "What this letter said has been erased.", rule="outbox.erased", subject=letter.key
                )
            return render(wording(session, letter.template), letter_facts(letter, self._identity))

    def enclosures(self, key: int | str | Letter) -> tuple[Enclosure, ...]:
        """The files that go out with a letter."""
        with self._store.reading() as session:
            letter = find_letter(session, key)
            return enclosures_of(session, [letter]).get(letter.id, ())

    def events(self, key: int | str | Letter) -> tuple[DeliveryEvent, ...]:
        """What happened to a letter, in order."""
        with self._store.reading() as session:
            letter = find_letter(session, key)
            query = select(DeliveryEvent).where(DeliveryEvent.outbox_id == letter.id)
            return tuple(session.exec(query.order_by(col(DeliveryEvent.id))))

    def resend(self, key: int | str | Letter, *, reason: str) -> Letter:
        """Send a letter again that is in doubt or held, because a person decided so.

        It keeps its Message-ID, and is marked: its reader may see it twice.

        Args:
            key: which letter.
            reason: why, for the trail.

        Raises:
            Refused: the letter is neither in doubt nor held.
        """
        again = {"status": MessageStatus.QUEUED, "due_at": self._store.now(), "lease_until": None}
        return self._decide(
            key, again, {MessageStatus.IN_DOUBT, MessageStatus.HELD}, reason=reason, what=RESENT
        )

    def assume_sent(self, key: int | str | Letter, *, reason: str) -> Letter:
        """Leave a letter in doubt as probably sent, because a person decided so.

        Raises:
            Refused: the letter is not in doubt.
        """
        settled = {"status": MessageStatus.ASSUMED_SENT, "settled_at": self._store.now()}
        return self._decide(
            key, settled, {MessageStatus.IN_DOUBT}, reason=reason, what="assumed sent, by decision"
        )

    def give_up(self, key: int | str | Letter, *, reason: str) -> Letter:
        """Never send a letter that is held, because a person decided so; what waits for it goes on without it.

        Raises:
            Refused: the letter is not held.
        """
        ended = {"status": MessageStatus.STOPPED}
        return self._decide(key, ended, {MessageStatus.HELD}, reason=reason, what="given up, by decision")

    def _decide(
        self,
        key: int | str | Letter,
        changes: dict[str, Any],
        allowed: set[MessageStatus],
        *,
        reason: str,
        what: str,
    ) -> Letter:
        with self._store.changing("letter.decided", reason=reason) as change:
            letter = find_letter(change.session, key, lock=True)
            if letter.status not in allowed:
                raise Refused(
                    f"The letter is {letter.status.value.replace('_', ' ')}.",
                    rule="outbox.decide",
                    subject=letter.key,
                    hint=f"Only what is {' or '.join(sorted(allowed)).replace('_', ' ')} can be decided about.",
                )
            if letter.status is MessageStatus.IN_DOUBT and changes["status"] is MessageStatus.QUEUED:
                changes["may_duplicate"] = True
            letter.amend({**changes, "verdict": f"{what} by {change.actor}: {reason}"})
            note(change.session, [letter], what, at=change.now)
            change.about(letter)
            return letter


def note(session: Session, letters: Iterable[Letter], what: str, *, at: datetime, **detail: Any) -> None:
    """Add a line about each of these letters to the delivery ledger."""
    session.add_all(
        DeliveryEvent.model_validate(
            {"outbox_id": letter.id, "at": at, "what": what, "fence": letter.fence, **detail}
        )
        for letter in letters
    )
    session.flush()


def enclosures_of(session: Session, letters: Iterable[Letter]) -> dict[int, tuple[Enclosure, ...]]:
    """The files that go out with some letters, by the letter's id."""
    ids = [letter.id for letter in letters]
    query = select(Enclosed).where(among(col(Enclosed.outbox_id), ids)).order_by(col(Enclosed.id))
    found: dict[int, tuple[Enclosure, ...]] = {}
    for row in session.exec(query):
        file = Enclosure(row.name, row.media_type, row.content)
        found[row.outbox_id] = (*found.get(row.outbox_id, ()), file)
    return found


def find_letter(session: Session, key: int | str | Letter, *, lock: bool = False) -> Letter:
    """Look a letter up; see `Outbox.get`."""
    if isinstance(key, Letter):
        key = key.id
    query = select(Letter)
    if isinstance(key, int) or key.isdecimal():
        query = query.where(Letter.id == int(key))
    else:
        query = query.where((Letter.key == key) | (Letter.message_id == key))
    letter = session.exec(query.with_for_update() if lock else query).first()
    if letter is None:
        raise NotFound(f"There is no letter {key!r}.", field="letter", value=str(key))
    return letter
