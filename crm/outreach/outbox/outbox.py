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
from crm.outreach.outbox.decisions import ASSUME_SENT, GIVE_UP, RESEND, Decision, decide_about_all
from crm.outreach.outbox.wordings import wording
from crm.outreach.outbox_tables import DeliveryEvent, Enclosed, Letter, MessageStatus
from crm.outreach.run_tables import Run
from crm.store.records import by_id
from crm.store.store import Store


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
        return self._decide(key, RESEND, reason=reason)

    def assume_sent(self, key: int | str | Letter, *, reason: str) -> Letter:
        """Leave a letter in doubt as probably sent, because a person decided so.

        Raises:
            Refused: the letter is not in doubt.
        """
        return self._decide(key, ASSUME_SENT, reason=reason)

    def give_up(self, key: int | str | Letter, *, reason: str) -> Letter:
        """Never send a letter that is held, because a person decided so; what waits for it goes on without it.

        Raises:
            Refused: the letter is not held.
        """
        return self._decide(key, GIVE_UP, reason=reason)

    def resend_all(self, *, run: int, status: MessageStatus | str = MessageStatus.HELD, reason: str) -> int:
        """Send all letters of a run again that are held, or all that are in doubt; see `resend`.

        Args:
            run: the run's id.
            status: "held" or "in_doubt".
            reason: why, for the trail.

        Returns:
            How many they are.

        Raises:
            Refused: nothing can be decided about letters that stand so.
        """
        return self._decide_all(RESEND, run=run, status=status, reason=reason)

    def assume_sent_all(
        self, *, run: int, status: MessageStatus | str = MessageStatus.IN_DOUBT, reason: str
    ) -> int:
        """Leave all letters of a run that are in doubt as probably sent; see `assume_sent` and `resend_all`."""
        return self._decide_all(ASSUME_SENT, run=run, status=status, reason=reason)

    def give_up_all(self, *, run: int, status: MessageStatus | str = MessageStatus.HELD, reason: str) -> int:
        """Never send the letters of a run that are held; see `give_up` and `resend_all`."""
        return self._decide_all(GIVE_UP, run=run, status=status, reason=reason)

    def _decide(self, key: int | str | Letter, decision: Decision, *, reason: str) -> Letter:
        with self._store.changing("letter.decided", reason=reason) as change:
            letter = find_letter(change.session, key, lock=True)
            decision.refuse_others(letter.status, subject=letter.key)
            letter.amend(decision.changes(change, letter.status, reason=reason))
            note(change.session, [letter], decision.words, at=change.now)
            change.about(letter)
            return letter

    def _decide_all(self, decision: Decision, *, run: int, status: MessageStatus | str, reason: str) -> int:
        with self._store.changing("letters.decided", reason=reason) as change:
            found = by_id(change.session, Run, run)
            if found is None:
                raise NotFound(f"There is no run {run}.", field="run", value=str(run))
            status = MessageStatus(status)
            count = decide_about_all(change, decision, run_id=found.id, status=status, reason=reason)
            change.about(found)
            change.note(found, letters=count, decision=decision.words)
            return count


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
