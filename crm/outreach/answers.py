"""`book.answers`: what comes back, through one door. Every message has its effect once, or is kept where a person sees it.

The sender of a message is a claim that nobody has checked. What moves anything in the book is a token that we signed,
or a Message-ID that we gave.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field, Session, col, select

from crm.consent.suppressions import Scope, SuppressionReason
from crm.directory.people import Person
from crm.directory.staff import Staff, find_staff
from crm.directory.tables import Organization
from crm.engagement.complaints import SPAM_REPORT, complained_before, record_complaint
from crm.engagement.follow_ups import plan_follow_up
from crm.engagement.interactions import InteractionKind, log_interaction
from crm.mail import inbound
from crm.mail.answers import Answer, AnswerKind
from crm.outreach.budget import watch_bounces, watch_complaints
from crm.outreach.copies import copied_by, drop_address_of, log_copy
from crm.outreach.identity import DROP, Identity
from crm.outreach.limits import Budget
from crm.outreach.meeting_answers import next_with, note_participation
from crm.outreach.outbox_tables import Letter
from crm.outreach.refusing import held, prove, refuse
from crm.outreach.runs import mark_answered, pause_run
from crm.outreach.soft_bounces import too_often
from crm.store.columns import PERSONAL, at_field, choice, id_field, personal, ref
from crm.store.records import Record
from crm.store.store import Change, Store
from crm.store.turns import take_turns

_ANSWER_WITHIN = "2d"
_COPIES_WITHIN = timedelta(days=7)


class AnswerReceived(Record, table=True):
    """A message that came in.

    Attributes:
        digest: SHA-256 of the bytes; the same message is taken once.
        outbox_id: the letter that it answers; empty where it fits none, for a person to look at.
        effect: what it did, in a word or two.
        raw: the message as it arrived.
    """

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("digest", name="uq_answer_digest"),)
    changed_by: ClassVar[str] = "book.answers.receive, which takes each message once"

    id: int = id_field()
    digest: str
    kind: AnswerKind = choice(AnswerKind, name="kind")
    outbox_id: int | None = ref("outbox.id", optional=True)
    organization_id: int | None = ref("organization.id", optional=True)
    person_id: int | None = ref("person.id", optional=True)
    interaction_id: int | None = ref("interaction.id", optional=True)
    message_id: str | None = personal(default=None)
    sender: str = personal(default="")
    subject: str = personal(default="")
    text: str = personal(default="")
    effect: str = ""
    received_at: datetime = at_field(index=True)
    raw: bytes = Field(sa_type=LargeBinary, sa_column_kwargs=PERSONAL)


class Answers:
    """`book.answers`: receive and read what comes back.

    Args:
        store: the door to the database.
        identity: verifies the tokens.
        budget: how many complaints a run may cause before it pauses itself.
    """

    def __init__(self, store: Store, *, identity: Identity, budget: Budget) -> None:
        self._store = store
        self._identity = identity
        self._budget = budget

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
            _one_at_a_time(change.session, answer.digest)
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
                row.effect = self._apply(change, answer, letter, row)
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
        self, *, letter: Letter | int | None = None, unmatched: bool = False
    ) -> tuple[AnswerReceived, ...]:
        """What came in, the newest first: all of it, the answers to a letter, or what fits nothing."""
        with self._store.reading() as session:
            query = select(AnswerReceived)
            if letter is not None:
                query = query.where(
                    AnswerReceived.outbox_id == (letter.id if isinstance(letter, Letter) else letter)
                )
            if unmatched:
                query = query.where(
                    col(AnswerReceived.outbox_id).is_(None), col(AnswerReceived.interaction_id).is_(None)
                )
            return tuple(
                session.exec(
                    query.order_by(col(AnswerReceived.received_at).desc(), col(AnswerReceived.id).desc())
                )
            )

    def _letter(self, session: Session, answer: Answer) -> Letter | None:
        signed = (
            self._identity.letter(found.purpose, found.token)
            for found in answer.tokens
            if found.purpose != DROP
        )
        number = next((number for number in signed if number is not None), None)
        letter = session.get(Letter, number) if number is not None else _named(session, answer.references)
        return letter and held(session, letter)

    def _apply(self, change: Change, answer: Answer, letter: Letter, row: AnswerReceived) -> str:
        prove(change, letter, by=answer.kind)
        if letter.staff_id is not None:
            return "noted: it answers a notice to our own staff"
        match answer.kind:
            case AnswerKind.REPLY | AnswerKind.CALENDAR_REPLY:
                return _replied(change, answer, letter, row)
            case AnswerKind.UNSUBSCRIBE:
                return self._refused(change, letter, SuppressionReason.UNSUBSCRIBED)
            case AnswerKind.COMPLAINT:
                _complained(change, letter)
                if letter.run_id is not None:
                    watch_complaints(change, letter.run_id, self._budget)
                return self._refused(change, letter, SuppressionReason.COMPLAINED)
            case AnswerKind.BOUNCE:
                return self._bounced(change, answer, letter)
            case _:
                return "noted"

    def _refused(self, change: Change, letter: Letter, reason: SuppressionReason) -> str:
        refuse(change, letter, reason, keys=self._identity.keys)
        return f"suppressed for campaigns: {reason.value}"

    def _bounced(self, change: Change, answer: Answer, letter: Letter) -> str:
        if any(recipient.suppress for recipient in answer.bounce):
            watch_bounces(change, letter, self._budget)
            refuse(change, letter, SuppressionReason.BOUNCED, keys=self._identity.keys, scope=Scope.ALL)
            return "suppressed for all mail: bounced"
        if any(recipient.policy for recipient in answer.bounce):
            return _blocked(change, letter)
        if too_often(change, letter):
            return self._refused(change, letter, SuppressionReason.BOUNCED)
        return "noted: the address is not known to be bad"


def _replied(change: Change, answer: Answer, letter: Letter, row: AnswerReceived) -> str:
    session = change.session
    account = session.get_one(Organization, letter.organization_id)
    owner = session.get(Staff, account.owner_id) if account.owner_id else None
    values = {
        "kind": InteractionKind.EMAIL,
        "at": _written_at(answer, letter, now=change.now),
        "summary": "\n".join(filter(None, [answer.subject, answer.text])) or "(an empty reply)",
        "office": owner.office if owner else None,
        "inbound": True,
    }
    people = _people(session, letter)
    met = log_interaction(change, account, values, people=people, staff=[owner] if owner else [])
    name = people[0].name if people else account.name
    said = answer.participation
    plan_follow_up(
        change,
        account.id,
        next_with(name, said) if said else f"Answer the reply from {name}",
        due=_ANSWER_WITHIN,
        owner_id=account.owner_id,
        interaction_id=met.id,
    )
    row.interaction_id = met.id
    if said:
        note_participation(change, letter, said)
    if letter.enrolment_id:
        mark_answered(change, letter.enrolment_id)
    return f"{said.words}: logged, with a follow-up" if said else "logged as an interaction, with a follow-up"


def _blocked(change: Change, letter: Letter) -> str:
    """Stop what we send, as where the server says so at once: who we wrote to has nothing to do with it."""
    if letter.run_id is None:
        return "noted: refused for what we are or how we send"
    note = f"Refused by a mail server's policy, in a report on letter {letter.id}."
    pause_run(change, letter.run_id, note=note)
    return "its run is paused: refused for what we are or how we send"


def _copied_before(change: Change, answer: Answer) -> int | None:
    """What was logged of this mail if it came another way as well: To and Bcc make two copies that are not quite the same."""
    before = select(AnswerReceived.interaction_id).where(
        AnswerReceived.kind == AnswerKind.COPY,
        AnswerReceived.message_id == answer.message_id,
        col(AnswerReceived.interaction_id).is_not(None),
        col(AnswerReceived.received_at) >= change.now - _COPIES_WITHIN,
    )
    return change.session.exec(before).first()


def _complained(change: Change, letter: Letter) -> None:
    """Open a complaint, unless one about our mail is open already."""
    assert letter.organization_id and letter.person_id  # noqa: PT018 - it is no notice to our own staff
    if not complained_before(change.session, letter.person_id, source=SPAM_REPORT):
        what = f"Marked our letter of {letter.dated_at:%d %B %Y} as unwanted"
        record_complaint(change, letter.organization_id, letter.person_id, what, source=SPAM_REPORT)


def _named(session: Session, references: Sequence[str]) -> Letter | None:
    """The letter that the most telling of these Message-IDs names."""
    ours = {
        row.message_id: row
        for row in session.exec(select(Letter).where(col(Letter.message_id).in_(references)))
    }
    return next((ours[name] for name in references if name in ours), None)


def _written_at(answer: Answer, letter: Letter, *, now: datetime) -> datetime:
    """When a reply says it was written, unless its clock is wrong: after our letter, and not in the future."""
    return answer.date if answer.date and letter.dated_at <= answer.date <= now else now


def _one_at_a_time(session: Session, digest: str) -> None:
    """Wait while another process takes the same message in."""
    take_turns(session, f"answer.{digest}")


def _people(session: Session, letter: Letter) -> Sequence[Person]:
    return [person for person in [session.get(Person, letter.person_id)] if person]


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
