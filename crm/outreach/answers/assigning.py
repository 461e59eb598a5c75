"""What a person says a message is: the answer to a letter, or what an account wrote. It counts as if it were proved."""

from collections.abc import Sequence
from dataclasses import replace

from crm.directory.people import Person
from crm.directory.staff import find_staff
from crm.directory.tables import Organization
from crm.errors import Refused
from crm.mail import inbound
from crm.mail.answers import Answer, AnswerKind, Sender
from crm.outreach.answer_tables import AnswerReceived
from crm.outreach.answers.copies import log_copy_with
from crm.outreach.answers.effects import Effects
from crm.outreach.answers.refusing import held
from crm.outreach.answers.replies import reply_from_account
from crm.outreach.outbox_tables import Letter
from crm.store.store import Change

REPLIES = frozenset({AnswerKind.REPLY, AnswerKind.CALENDAR_REPLY})
"""What an account can have written; anything else is about a letter."""


def assign_to_letter(
    change: Change, row: AnswerReceived, letter: Letter, *, effects: Effects
) -> AnswerReceived:
    """Let a message have inside a verb the effect that it would have had if it had named a letter.

    Args:
        change: the verb.
        row: the message, which fits nothing so far.
        letter: which letter it answers.
        effects: what a message does.

    Raises:
        Refused: it is a colleague's own mail, or the reader of the letter has been erased.
    """
    if row.kind is AnswerKind.COPY:
        raise _wrong_kind(row, "A colleague's own mail answers no letter.", "Name the account instead.")
    if held(change.session, letter) is None:
        raise Refused("The reader of this letter was erased.", rule="answers.erased", subject=letter.key)
    answer = _as_reply(row)
    whose = {"organization_id": letter.organization_id, "person_id": letter.person_id}
    row.amend({"kind": answer.kind, "outbox_id": letter.id, **whose})
    row.effect = f"assigned by {change.actor}: {effects.apply(change, answer, letter, row)}"
    return row


def assign_to_account(
    change: Change, row: AnswerReceived, account: Organization, people: Sequence[Person]
) -> AnswerReceived:
    """Log a message inside a verb as what an account wrote; a colleague's own mail, as what we wrote to them.

    Args:
        change: the verb.
        row: the message, which fits nothing so far.
        account: who wrote it, or got it.
        people: which person there, if that is known.

    Raises:
        Refused: it is no reply; a bounce, a wish to stop or an automatic reply is about a letter.
    """
    row.amend({"organization_id": account.id, "person_id": people[0].id if people else None})
    if row.kind is AnswerKind.COPY:
        writer = find_staff(change.session, row.sender)
        with_them = [(account, people)]
        return row.amend(log_copy_with(change, _answer(row), writer, with_them, received=row.received_at))
    answer = _as_reply(row)
    if answer.kind not in REPLIES:
        words = answer.kind.value.replace("_", " ")
        hint = "Name the letter that it is about, or set it aside."
        raise _wrong_kind(row, f"It is no reply but of the kind {words}, which is about a letter.", hint)
    row.amend({"kind": answer.kind})
    row.effect = f"assigned by {change.actor}: {reply_from_account(change, answer, account, people, row)}"
    return row


def _answer(row: AnswerReceived) -> Answer:
    """The message once more; where it is kept no longer, what the book has kept of it."""
    if row.raw:
        return inbound.parse(row.raw)
    return Answer(
        kind=row.kind,
        digest=row.digest,
        message_id=row.message_id,
        date=None,
        sender=Sender(row.sender, "") if row.sender else None,
        recipients=(),
        tokens=(),
        references=(),
        subject=row.subject,
        text=row.text,
        bounce=(),
        defects=(),
    )


def _as_reply(row: AnswerReceived) -> Answer:
    """The message as what it is once somebody has said to whom it belongs: what a person wrote is a reply."""
    answer = _answer(row)
    return replace(answer, kind=AnswerKind.REPLY) if row.kind is AnswerKind.OTHER else answer


def _wrong_kind(row: AnswerReceived, what: str, hint: str) -> Refused:
    return Refused(what, rule="answers.kind", subject=f"answer:{row.id}", hint=hint)
