"""`book.letters`: letters that are drafted, edited and approved by the account manager, then sent.

One that follows up an interaction is drafted here; reminders are drafted by `book.reminders`.
"""

from collections.abc import Callable

from sqlmodel import Session, col, select

from crm.directory.people import Person, PersonKey, find_person
from crm.directory.staff import Staff, colleague
from crm.engagement.interactions import Interaction, InteractionKind, Logged, find_logged
from crm.errors import InvalidInput, NotFound, Refused
from crm.mail.rendering import Rendered, plain_facts, render
from crm.mail.templates import TemplateFolder
from crm.outreach.draft_tables import LetterDraft, add_draft, find_draft, open_draft, waits
from crm.outreach.drafts.facts import answer_behind, follow_up_facts
from crm.outreach.identity import Identity
from crm.outreach.outbox.queueing import LetterOrder, queue_letters
from crm.outreach.outbox_tables import Letter, MessageClass
from crm.reference.languages import Language, known_language
from crm.store.store import Change, Store

_BY_HAND = "plain_letter"


Check = Callable[[Change, LetterDraft], None]
"""Looks at a draft that is to be approved, and refuses where it no longer holds."""


class Letters:
    """`book.letters`: draft follow-up letters; edit, approve and discard drafts of every kind.

    Args:
        store: the door to the database.
        identity: who we are in a letter.
        templates: the letters on file.
        before_approval: looks once more at what the draft is about.
    """

    def __init__(
        self, store: Store, *, identity: Identity, templates: TemplateFolder, before_approval: Check
    ) -> None:
        self._store = store
        self._identity = identity
        self._templates = templates
        self._before_approval = before_approval

    def draft(
        self,
        interaction: int | Interaction | Logged,
        *,
        to: PersonKey | None = None,
        language: str | None = None,
        template: str = "follow_up",
    ) -> LetterDraft:
        """Draft a letter that follows up an interaction and its next step; nothing is sent.

        Args:
            interaction: what it follows up.
            to: the reader; the first contact who took part, where nobody is named.
            language: the reader's language of correspondence, where none is given.
            template: the letter to start from.

        Raises:
            InvalidInput: it is a note, which nobody outside knows of; the reader has no address; or nobody took part.
            NotFound: you are not on the staff, so the letter has nobody to sign it.
            Refused: you no longer work here.
            TemplateError: the letter is not written in that language.
        """
        key = interaction.id if isinstance(interaction, Logged) else interaction
        with self._store.changing("letter.drafted") as change:
            met = find_logged(change.session, key)
            _refuse_note(met)
            reader = _reader(change.session, met, to)
            author = _author(change)
            tongue = known_language(language) if language else (reader.language or Language.ENGLISH)
            facts = follow_up_facts(change.session, met, reader=reader, author=author, language=tongue)
            version = self._templates.version(template, tongue.value)
            about = {"interaction_id": met.id, "organization_id": met.organization.id}
            return add_draft(change, version, facts, to=reader, author=author, **about)

    def edit(
        self, key: int | LetterDraft, *, subject: str | None = None, text: str | None = None
    ) -> LetterDraft:
        """Put other words into a draft.

        Raises:
            InvalidInput: no words are left, or they cannot stand in a letter.
            Refused: it has been approved or discarded.
        """
        given = {"subject": subject, "text": text}
        changes = {name: _words(name, value) for name, value in given.items() if value is not None}
        with self._store.changing("letter.edited") as change:
            found = open_draft(change.session, key).amend(changes)
            self._rendered(found)
            return found

    def shown(self, key: int | LetterDraft) -> Rendered:
        """A draft as its reader would see it."""
        with self._store.reading() as session:
            return self._rendered(find_draft(session, key))

    def approve(self, key: int | LetterDraft) -> Letter:
        """Approve a draft: it goes out through the outbox, and answers the mail that it follows up, if there is one.

        Raises:
            Refused: it has been approved or discarded before, or what it reminds of no longer holds.
        """
        with self._store.changing("letter.approved") as change:
            found = open_draft(change.session, key)
            self._before_approval(change, found)
            order = self._order(change, found)
            number = queue_letters(change, [order], identity=self._identity)[order.key]
            found.amend({"approved_at": change.now, "outbox_id": number})
            change.about(found)
            return change.session.get_one(Letter, number)

    def discard(self, key: int | LetterDraft) -> LetterDraft:
        """Decide not to send a draft; it stays on record."""
        with self._store.changing("letter.discarded") as change:
            return open_draft(change.session, key).amend({"discarded_at": change.now})

    def open(self) -> tuple[LetterDraft, ...]:
        """The drafts that wait for approval, the oldest first."""
        with self._store.reading() as session:
            waiting = select(LetterDraft).where(waits()).order_by(col(LetterDraft.drafted_at))
            return tuple(session.exec(waiting))

    def _rendered(self, found: LetterDraft) -> Rendered:
        version = self._templates.version(_BY_HAND, found.language)
        return render(version, plain_facts(found.subject, found.text))

    def _order(self, change: Change, found: LetterDraft) -> LetterOrder:
        reader = change.session.get_one(Person, found.person_id)
        author = change.session.get_one(Staff, found.author_id)
        answered = _answered(change.session, found)
        return LetterOrder(
            key=f"draft:{found.id}",
            message_class=MessageClass.CORRESPONDENCE,
            organization_id=found.organization_id,
            person_id=reader.id,
            to_name=reader.name,
            to_address=_address(reader),
            from_name=author.name,
            language=found.language,
            template=self._templates.version(_BY_HAND, found.language),
            facts=plain_facts(found.subject, found.text),
            due_at=change.now,
            in_reply_to=answered[-1] if answered else None,
            references=answered,
        )


def _words(name: str, value: str) -> str:
    if not value.strip():
        hint = "Discard the draft if it is not to be sent: book.letters.discard."
        raise InvalidInput(f"The {name} is empty.", field=name, hint=hint)
    if "\0" in value:
        raise InvalidInput(f"The {name} holds a NUL character.", field=name, hint="Remove it.")
    return value


def _refuse_note(met: Logged) -> None:
    if met.interaction.kind is InteractionKind.NOTE:
        hint = "Log the call, meeting, e-mail or event that it is about, and draft from that."
        raise InvalidInput(
            "A letter does not follow up a note, which its reader does not know of.",
            field="interaction",
            value=met.interaction.kind.value,
            hint=hint,
        )


def _reader(session: Session, met: Logged, to: PersonKey | None) -> Person:
    if to is None and not met.people:
        raise InvalidInput(
            "Nobody took part whom a letter could go to.", field="to", hint="Name the reader: to=…."
        )
    reader = met.people[0] if to is None else find_person(session, to)
    _address(reader)
    return reader


def _address(reader: Person) -> str:
    if not reader.email:
        hint = f'Add one: book.people.change({reader.id}, email="…").'
        raise InvalidInput(f"{reader.name} has no e-mail address.", field="to", value=reader.name, hint=hint)
    return reader.email


def _author(change: Change) -> Staff:
    author = colleague(change.session, change.actor)
    if author is None:
        raise NotFound(
            f"{change.actor} is not on the staff.", field="actor", hint="Add them with book.staff.add."
        )
    if not author.active:
        raise Refused(f"{author.name} no longer works here.", rule="letters.author", subject=author.email)
    return author


def _answered(session: Session, found: LetterDraft) -> tuple[str, ...]:
    """The Message-IDs of the mail that a letter answers, oldest first: ours, then the reader's."""
    answer = answer_behind(session, found.interaction_id) if found.interaction_id else None
    if answer is None or answer.message_id is None:
        return ()
    ours = session.get(Letter, answer.outbox_id) if answer.outbox_id else None
    return (*((*ours.references, ours.message_id) if ours else ()), answer.message_id)
