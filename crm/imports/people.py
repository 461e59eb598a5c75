"""Importing people, each with a position at an account."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from sqlmodel import Session

from crm.directory.addresses import EmailAddress, parse_email
from crm.directory.names import clean_name, normal_name
from crm.directory.people import Person, Position
from crm.directory.staff import known_time_zone
from crm.directory.tables import Organization
from crm.errors import InvalidInput
from crm.imports.cells import day, yes_or_no
from crm.imports.contacts import Contact, Contacts, Post
from crm.imports.judgement import Amend, Amending, Circumstances, Judgement, Numbers, Put, Update, Write
from crm.imports.kind import Kind, Rules
from crm.imports.verdicts import Note, NoteKind, Problem, Verdict
from crm.imports.whose import AccountDraft, Whose
from crm.reference.languages import Language, known_language

_LONGEST_PHONE = 60
_COMPARED = ("name", "phone", "language", "time_zone")
_NOTHING = {"role": "", "focal_point": False}
"""What stands in a position where nothing is known."""


class PersonField(StrEnum):
    """What of a person a file can hold.

    Attributes:
        NAME: as the person writes it.
        EMAIL: one address.
        LANGUAGE: of correspondence: ar, zh, en, fr, ru or es.
        TIME_ZONE: an IANA name, e.g. "Africa/Nairobi".
        ORGANIZATION: the account where they hold a position, by any key.
        KEY: what the source itself calls that account.
        ROLE: the function there.
        FOCAL_POINT: yes, if letters to the account go to this person first.
        SINCE: the first day of the position.
        UNTIL: the last day of the position.
        ID: the person of the book that it is, by any key, or "new" where it is none of those that look like it.
    """

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    LANGUAGE = "language"
    TIME_ZONE = "time_zone"
    ORGANIZATION = "organization"
    KEY = "key"
    ROLE = "role"
    FOCAL_POINT = "focal_point"
    SINCE = "since"
    UNTIL = "until"
    ID = "id"


@dataclass(slots=True)
class PersonDraft(AccountDraft):
    """A person as a row states them."""

    email: EmailAddress | None = None
    phone: str | None = None
    language: Language | None = None
    time_zone: str | None = None
    role: str | None = None
    focal_point: bool | None = None
    since_on: date | None = None
    until_on: date | None = None
    decided: str = ""


class PersonRules(Rules[PersonDraft]):
    """The rules for a file of people."""

    def __init__(self, shared: Circumstances) -> None:
        self._shared = shared
        self._whose = Whose(shared.source)
        self._contacts = Contacts()
        self._numbers: Numbers

    def draft(self, row: int, cells: tuple[str, ...]) -> PersonDraft:
        """An empty draft of a row."""
        return PersonDraft(row, cells)

    def read(self, draft: PersonDraft, field: str, text: str) -> None:  # noqa: C901 - one case for each field
        """Read one cell."""
        match field:
            case "name":
                draft.name = clean_name(text)
            case "email":
                draft.email = parse_email(text)
            case "phone":
                draft.phone = _phone(text)
            case "language":
                draft.language = known_language(text)
            case "time_zone":
                draft.time_zone = _zone(text)
            case "role":
                draft.role = clean_name(text, field=field)
            case "focal_point":
                draft.focal_point = yes_or_no(text)
            case "since":
                draft.since_on = day(text)
            case "until":
                draft.until_on = day(text)
            case "id":
                draft.decided = text
            case _:
                draft.take(field, text)

    def complete(self, draft: PersonDraft) -> None:
        """A position needs an account, and does not end before it begins."""
        at = draft.organization or draft.key
        if not at and (draft.role or draft.since_on or draft.until_on):
            error = InvalidInput("There is a position, and no organisation.", hint="Say where it is.")
            draft.problems.append(Problem.of(error, field="organization"))
        if draft.since_on and draft.until_on and draft.until_on < draft.since_on:
            error = InvalidInput("The position would end before it begins.", value=draft.until_on)
            draft.problems.append(Problem.of(error, field="until", value=str(draft.until_on)))

    def look_up(self, session: Session, drafts: Sequence[PersonDraft], numbers: Numbers) -> None:
        """Find the accounts, and the people whom the rows may mean."""
        self._numbers = numbers
        self._whose.look_up(session, [draft for draft in drafts if draft.organization or draft.key])
        self._contacts.look_up(
            session,
            addresses={draft.email.canonical for draft in drafts if draft.email},
            names={normal_name(draft.name) for draft in drafts},
            decided={draft.decided for draft in drafts if draft.decided},
        )

    def judge(self, draft: PersonDraft) -> Judgement:
        """Add who is new, with their position; fill or compare what is known."""
        account = self._whose.of(draft) if draft.organization or draft.key else None
        if isinstance(account, Problem):
            return Judgement.refused(account)
        found = self._contacts.matching(
            draft.name,
            address=draft.email.canonical if draft.email else None,
            at=account.id if account else None,
            decided=draft.decided,
        )
        if isinstance(found, Problem):
            return Judgement.refused(found)
        return self._known(draft, account, found) if found else self._new(draft, account)

    def _new(self, draft: PersonDraft, account: Organization | None) -> Judgement:
        number = self._numbers.next()
        values = {"id": number, "name": draft.name, "normal_name": normal_name(draft.name)}
        values |= {"email": draft.email and draft.email.original, "phone": draft.phone}
        values |= {"email_key": draft.email and draft.email.canonical}
        values |= {"language": draft.language, "time_zone": draft.time_zone}
        values |= {"synthetic": self._shared.synthetic, "created_at": self._shared.now}
        contact = self._contacts.expect(values)
        writes = (Put(Person, values), *self._posted(draft, account, contact))
        return Judgement(Verdict.CREATE, number, writes)

    def _known(self, draft: PersonDraft, account: Organization | None, contact: Contact) -> Judgement:
        amending = Amending(self._shared.update)
        for name in _COMPARED:
            amending.compare(name, getattr(draft, name), contact.values[name])
        if draft.email and draft.email.canonical != contact.values["email_key"]:
            amending.compare("email", draft.email.original, contact.values["email"])
        _derive(amending, draft, contact)
        writes: list[Write] = [*amending.amends(Person, contact.id)]
        contact.values |= amending.after
        self._contacts.remember(contact)
        notes = list(amending.notes)
        post = _post_of(contact, account, draft.role)
        if post is not None:
            writes += self._compared(draft, post, notes)
        elif account and self._shared.update is Update.NEVER:
            said = f"The book knows of no such position at {account.name}, and this stays so."
            notes.append(Note(NoteKind.LEFT_OUT, "organization", draft.organization or draft.key, said))
        elif account:
            writes += self._posted(draft, account, contact)
            said = f"A position at {account.name} was added."
            notes.append(Note(NoteKind.FILLED, "organization", account.name, said))
        return Judgement(Verdict.UPDATE if writes else Verdict.MATCH, contact.id, tuple(writes), tuple(notes))

    def _compared(self, draft: PersonDraft, post: Post, notes: list[Note]) -> Sequence[Amend]:
        amending = Amending(self._shared.update)
        for name in ("role", "focal_point", "since_on", "until_on"):
            held = getattr(post, name)
            if getattr(draft, name) == held:
                continue
            amending.compare(name, getattr(draft, name), None if held == _NOTHING.get(name) else held)
        amending.before |= {
            name: _NOTHING[name]
            for name, held in amending.before.items()
            if held is None and name in _NOTHING
        }
        for name, value in amending.after.items():
            setattr(post, name, value)
        notes += amending.notes
        return amending.amends(Position, post.id)

    def _posted(self, draft: PersonDraft, account: Organization | None, contact: Contact) -> Iterator[Put]:
        if account is None:
            return
        post = Post(
            self._numbers.next(),
            account.id,
            draft.role or "",
            focal_point=bool(draft.focal_point),
            since_on=draft.since_on,
            until_on=draft.until_on,
        )
        contact.posts.append(post)
        yield Put(Position, {"person_id": contact.id, **post.values()})


def _derive(amending: Amending, draft: PersonDraft, contact: Contact) -> None:
    """The forms in which names and addresses are compared follow them."""
    if "name" in amending.after:
        amending.before["normal_name"] = contact.values["normal_name"]
        amending.after["normal_name"] = normal_name(draft.name)
    if "email" in amending.after and draft.email:
        amending.before["email_key"] = contact.values["email_key"]
        amending.after["email_key"] = draft.email.canonical


def _post_of(contact: Contact, account: Organization | None, role: str | None) -> Post | None:
    """The position at an account that a row means: that of the same name, else one that goes on."""
    here = [post for post in contact.posts if account and post.organization_id == account.id]
    same = [post for post in here if role and normal_name(post.role) == normal_name(role)]
    return next(iter([*same, *(post for post in here if post.until_on is None)]), None)


@cache
def _zone(text: str) -> str:
    return known_time_zone(text)


def _phone(text: str) -> str:
    if len(text) > _LONGEST_PHONE or not text.isprintable():
        raise InvalidInput(f"{text[:_LONGEST_PHONE]!r} is not a telephone number.", value=text)
    return text


def _rules(_session: Session, shared: Circumstances, _separator: str) -> PersonRules:
    return PersonRules(shared)


PEOPLE = Kind(
    name="people",
    noun="a person",
    fields=PersonField,
    needs=(("name",),),
    constants=frozenset({"language", "time_zone", "organization", "role", "since"}),
    rules=_rules,
    decides="id",
)
