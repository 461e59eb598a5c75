"""`book.proofs`: a letter as its reader would get it, looked at before anybody gets one."""

from dataclasses import replace

from crm.directory.staff import Staff, find_staff
from crm.errors import Refused
from crm.outreach.identity import Identity
from crm.outreach.outbox.composing import Envelope, envelope
from crm.outreach.outbox.queueing import LetterOrder, letter_of, queue_letters
from crm.outreach.outbox_tables import Letter, MessageClass
from crm.store.store import Store

_MARK = "[Test] "
_NUMBER = 0  # of no letter: what comes back to it moves nothing


class Proofs:
    """`book.proofs`: put letters together without sending them, or send them to ourselves.

    Args:
        store: the door to the database.
        identity: who we are in a letter.
    """

    def __init__(self, store: Store, *, identity: Identity) -> None:
        self._store = store
        self._identity = identity

    def of(self, order: LetterOrder, *, stream: str | None = None) -> Envelope:
        """A letter as the bytes that would go out; nothing is queued.

        Args:
            order: what would be sent.
            stream: the campaign that it would be part of.

        Raises:
            TemplateError: a fact is missing.
            MailError: what comes out is not fit to be sent.
            InvalidInput: an address or a name cannot stand in a header.
        """
        letter = letter_of(order, _NUMBER, self._identity, stream=stream, now=self._store.now())
        return envelope(letter, order.template, self._identity, order.enclosures)

    def send(self, order: LetterOrder, *, to: int | str | Staff) -> Letter:
        """Send a letter to one of our own staff instead of its reader, its subject marked as a test.

        It goes through the outbox as every letter does, at once and as a notice: it concerns no account and no person,
        and an answer to it moves nothing.

        Args:
            order: what would be sent.
            to: who gets it; on the active staff.

        Raises:
            NotFound: nobody on the staff answers to the key.
            Refused: they no longer work here.
        """
        with self._store.changing("letter.tested") as change:
            reader = find_staff(change.session, to)
            if not reader.active:
                raise Refused(
                    f"{reader.name} no longer works here.",
                    rule="proofs.staff",
                    subject=reader.email,
                    hint="Test letters go to active staff alone.",
                )
            test = replace(
                order,
                key=f"{order.key}:{reader.id}:{change.now.isoformat()}",
                message_class=MessageClass.NOTICE,
                organization_id=None,
                person_id=None,
                staff_id=reader.id,
                to_name=reader.name,
                to_address=reader.email,
                template=replace(order.template, subject=f"{_MARK}{order.template.subject}"),
                due_at=change.now,
            )
            letter = change.session.get_one(
                Letter, queue_letters(change, [test], identity=self._identity)[test.key]
            )
            change.about(letter)
            return letter
