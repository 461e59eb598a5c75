"""`book.answers`: what comes back, through one door. Every message has its effect once, or is kept where a person sees it.

The sender of a message is a claim that nobody has checked. What moves anything in the book is a token that we signed,
or a Message-ID that we gave.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from crm.directory.staff import Staff, find_staff
from crm.insight.page import Page
from crm.mail import inbound
from crm.mail.answers import Answer, AnswerKind
from crm.outreach.answer_tables import AnswerReceived, one_at_a_time, waits
from crm.outreach.answers.copies import copied_by, drop_address_of, log_copy
from crm.outreach.answers.effects import Effects
from crm.outreach.answers.refusing import held
from crm.outreach.answers.unmatched import Unmatched, newest
from crm.outreach.identity import DROP, Identity
from crm.outreach.limits import Budget
from crm.outreach.outbox_tables import Letter
from crm.store.store import Change, Store

_COPIES_WITHIN = timedelta(days=7)


class Answers(Unmatched):
    """`book.answers`: receive and read what comes back, and say what fits nothing.

    Args:
        store: the door to the database.
        identity: verifies the tokens.
        budget: how many complaints a run may cause before it pauses itself.
    """

    def __init__(self, store: Store, *, identity: Identity, budget: Budget) -> None:
        self._store = store
        self._identity = identity
        self._effects = Effects(identity=identity, budget=budget)

    def receive(self, raw: bytes) -> AnswerReceived:
        """Take in one message as it arrived: a reply, a bounce, an unsubscribe, or anything else.

        A reply, and the answer of a calendar to an invitation, ends the journey unless its campaign goes on after one,
        and becomes an interaction with a follow-up for the account manager; a permanent
        bounce and an unsubscribe put the address on the suppression list, and so does a complaint, which waits for a
        person besides; an automatic reply changes nothing. What a colleague copied to their drop address is logged. What
        fits nothing is kept and changes nothing.

        Args:
            raw: the message, RFC 5322.

        Returns:
            What was received; the same record where the message had been received before.

        Raises:
            MailError: the message is too large, or cannot be read at all.
        """
        answer = inbound.parse(raw)
        with self._store.changing("answer.received") as change:
            one_at_a_time(change.session, answer.digest)
            if known := change.session.exec(
                select(AnswerReceived).where(AnswerReceived.digest == answer.digest)
            ).first():
                return known
            writer = copied_by(change.session, answer, identity=self._identity)
            letter = None if writer else self._letter(change.session, answer)
            values = _values(answer, letter, raw, now=change.now)
            if writer is not None:
                values |= log_copy(change, answer, writer, before=_copied_before(change, answer))
            row = change.add(AnswerReceived.model_validate(values))
            change.about(row)
            if letter is not None:
                row.effect = self._effects.apply(change, answer, letter, row)
            return row

    def drop_address(self, staff: Staff | str | int | None = None) -> str:
        """The address that a colleague puts into Bcc, so that what they write to an account is logged.

        It is theirs alone: mail counts only if it comes from their own address, too.

        Args:
            staff: whose; yours, where nobody is named.

        Raises:
            NotFound: nobody on the staff answers to the key.
            Refused: they no longer work here.
        """
        with self._store.reading() as session:
            return drop_address_of(find_staff(session, staff or self._store.actor), identity=self._identity)

    def of(
        self,
        *,
        letter: Letter | int | None = None,
        unmatched: bool = False,
        set_aside: bool = False,
        limit: int | None = None,
        after: str | None = None,
    ) -> Page[AnswerReceived]:
        """What came in, the newest first.

        Args:
            letter: only the answers to this letter.
            unmatched: only what fits nothing and waits for a person.
            set_aside: only what fits nothing and was set aside.
            limit: how many at the most; all where none is given.
            after: where to go on: `next` of the part before.

        Raises:
            InvalidInput: `after` is nothing that such a list gave.
        """
        query = select(AnswerReceived)
        if letter is not None:
            number = letter.id if isinstance(letter, Letter) else letter
            query = query.where(AnswerReceived.outbox_id == number)
        if unmatched:
            query = query.where(waits())
        if set_aside:
            query = query.where(col(AnswerReceived.set_aside_at).is_not(None))
        with self._store.reading() as session:
            return newest(session, query, limit=limit, after=after)

    def _letter(self, session: Session, answer: Answer) -> Letter | None:
        signed = (
            self._identity.letter(found.purpose, found.token)
            for found in answer.tokens
            if found.purpose != DROP
        )
        number = next((number for number in signed if number is not None), None)
        letter = session.get(Letter, number) if number is not None else _named(session, answer.references)
        return letter and held(session, letter)


def _copied_before(change: Change, answer: Answer) -> int | None:
    """What was logged of this mail if it came another way as well: To and Bcc make two copies that are not quite the same."""
    before = select(AnswerReceived.interaction_id).where(
        AnswerReceived.kind == AnswerKind.COPY,
        AnswerReceived.message_id == answer.message_id,
        col(AnswerReceived.interaction_id).is_not(None),
        col(AnswerReceived.received_at) >= change.now - _COPIES_WITHIN,
    )
    return change.session.exec(before).first()


def _named(session: Session, references: Sequence[str]) -> Letter | None:
    """The letter that the most telling of these Message-IDs names."""
    ours = {
        row.message_id: row
        for row in session.exec(select(Letter).where(col(Letter.message_id).in_(references)))
    }
    return next((ours[name] for name in references if name in ours), None)


def _values(answer: Answer, letter: Letter | None, raw: bytes, *, now: datetime) -> dict[str, Any]:
    return {
        "digest": answer.digest,
        "kind": answer.kind,
        "outbox_id": letter and letter.id,
        "organization_id": letter and letter.organization_id,
        "person_id": letter and letter.person_id,
        "message_id": answer.message_id,
        "sender": answer.sender.address if answer.sender else "",
        "subject": answer.subject,
        "text": answer.text.replace("\0", ""),
        "effect": "" if letter else "fits no letter of ours",
        "received_at": now,
        "raw": raw,
    }
