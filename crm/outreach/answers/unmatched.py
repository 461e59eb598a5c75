"""Mail that fits nothing, as a part of `book.answers`: a person reads it and says whose it is, or sets it aside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import tuple_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crm.directory.people import Person, PersonKey, find_person, positions_of
from crm.directory.resolve import OrganizationKey, find_organization, label
from crm.directory.staff import today_of
from crm.directory.tables import Organization
from crm.errors import Ambiguous, InvalidInput, NotFound, Refused
from crm.insight.page import Page, refuse_odd_limit
from crm.mail.reading import WholeMail, read_whole
from crm.outreach.answer_tables import AnswerReceived, one_at_a_time, waits
from crm.outreach.answers.assigning import assign_to_account, assign_to_letter
from crm.outreach.answers.effects import Effects
from crm.outreach.answers.suggestions import Suggestion, suggestions_for
from crm.outreach.answers.taking_back import take_back
from crm.outreach.outbox.outbox import find_letter
from crm.outreach.outbox_tables import Letter
from crm.shown import Shown
from crm.store.records import by_id, each
from crm.store.store import Change, Store

AnswerKey = int | AnswerReceived


@dataclass(frozen=True, slots=True)
class Waiting(Shown):
    """A message that fits nothing, and whose it may be.

    Attributes:
        answer: the message as the book keeps it.
        suggestions: accounts of its sender's address or domain; for a person to choose from.
    """

    answer: AnswerReceived
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class Read(Shown):
    """A message that came in, whole.

    Attributes:
        answer: as the book keeps it, and what it did.
        whole: what stands in it; empty once the message itself is kept no longer, and its own words alone are left.
        suggestions: whose it may be, where it fits nothing.
    """

    answer: AnswerReceived
    whole: WholeMail | None
    suggestions: tuple[Suggestion, ...]


class Unmatched:
    """What a person does about mail that fits nothing."""

    _store: Store
    _effects: Effects

    def waiting(self, *, limit: int | None = None, after: str | None = None) -> Page[Waiting]:
        """What came in, fits nothing and waits for a person, the newest first, with whose it may be.

        Args:
            limit: how many at the most; all where none is given.
            after: where to go on: `next` of the part before. What is decided about meanwhile hides nothing of the rest.

        Raises:
            InvalidInput: `after` is nothing that such a list gave.
        """
        with self._store.reading() as session:
            rows = newest(session, select(AnswerReceived).where(waits()), limit=limit, after=after)
            found = self._suggestions(session, rows)
            return Page((Waiting(row, found.get(row.sender, ())) for row in rows), rows.next)

    def read(self, key: AnswerKey) -> Read:
        """A message that came in, to be read whole: all its text, and the names of what was attached.

        Raises:
            NotFound: there is none.
        """
        with self._store.reading() as session:
            row = _find(session, key)
            whole = read_whole(row.raw) if row.raw else None
            suggestions = self._suggestions(session, [row] if _fits_nothing(row) else [])
            return Read(row, whole, suggestions.get(row.sender, ()))

    def assign(
        self,
        key: AnswerKey,
        *,
        letter: Letter | int | str | None = None,
        organization: OrganizationKey | None = None,
        person: PersonKey | None = None,
        reason: str | None = None,
    ) -> AnswerReceived:
        """Say which letter a message answers, or which account wrote it; it counts as if we had known it at once.

        With a letter, it has the effect that it would have had if it had named the letter: a reply is logged with a
        follow-up and ends the journey; a bounce counts against the address. With an account, it is logged as an
        e-mail that they wrote, with a follow-up, and ends the journeys of the account that had begun by then.

        Args:
            key: the message.
            letter: which of our letters it answers.
            organization: whose it is, where it answers no letter; that of the person, where they hold one position.
            person: who wrote it.
            reason: why, for the trail.

        Raises:
            Ambiguous: the person holds positions at several accounts.
            InvalidInput: neither a letter nor an account is named, or both are.
            NotFound: there is no such message, letter, account or person.
            Refused: it fits something already (`answers.unmatched`); its kind says nothing about an account
                (`answers.kind`); or the reader of the letter has been erased (`answers.erased`).
        """
        _one_of(letter, organization, person)
        with self._store.changing("answer.assigned", reason=reason) as change:
            row = _unmatched(change.session, key)
            change.about(row)
            row.amend({"set_aside_at": None, "set_aside_because": ""})
            if letter is not None:
                found = find_letter(change.session, letter)
                return assign_to_letter(change, row, found, effects=self._effects)
            writer = find_person(change.session, person) if person is not None else None
            account = _account(change, organization, writer)
            return assign_to_account(change, row, account, [writer] if writer else [])

    def unassign(self, key: AnswerKey, *, reason: str) -> AnswerReceived:
        """Take back that a message was assigned to an account: it waits for a person again.

        What was logged of it and its open next step go; the trail keeps them. The journeys that it ended go on, as far as
        their run does and no other campaign has become busy with the corporate group.

        Args:
            key: the message.
            reason: why, for the trail.

        Raises:
            NotFound: there is no such message.
            Refused: it was not assigned to an account, or somebody has gone on from it (`answers.unassign`).
        """
        with self._store.changing("answer.unassigned", reason=reason) as change:
            row = _find(change.session, key)
            one_at_a_time(change.session, row.digest)
            change.session.refresh(row)
            change.about(row)
            return take_back(change, row)

    def set_aside(self, key: AnswerKey | Iterable[AnswerKey], *, reason: str) -> tuple[AnswerReceived, ...]:
        """Say that messages which fit nothing need nobody: they stay on record, and wait no longer.

        Args:
            key: one message, or several.
            reason: why, e.g. "a newsletter".

        Raises:
            InvalidInput: no reason is given.
            NotFound: there is no such message.
            Refused: one fits something already (`answers.unmatched`), or was set aside before (`answers.set_aside`).
        """
        if not reason.strip():
            raise InvalidInput("The reason is empty.", field="reason", hint="Say why nobody need answer it.")
        with self._store.changing("answer.set_aside", reason=reason) as change:
            rows = tuple(_unmatched(change.session, one) for one in sorted(each(key), key=_number))
            for row in rows:
                if row.set_aside_at is not None:
                    raise _other_state(row, f"It was set aside on {row.set_aside_at:%-d %B %Y}.")
                row.amend({"set_aside_at": change.now, "set_aside_because": reason.strip()})
            return rows

    def reopen(self, key: AnswerKey, *, reason: str | None = None) -> AnswerReceived:
        """Take back that a message was set aside: it waits for a person again.

        Raises:
            NotFound: there is no such message.
            Refused: it was not set aside (`answers.set_aside`), or fits something by now (`answers.unmatched`).
        """
        with self._store.changing("answer.reopened", reason=reason) as change:
            row = _unmatched(change.session, key)
            if row.set_aside_at is None:
                raise _other_state(row, "It was not set aside.")
            return row.amend({"set_aside_at": None, "set_aside_because": ""})

    def _suggestions(
        self, session: Session, rows: Sequence[AnswerReceived]
    ) -> dict[str, tuple[Suggestion, ...]]:
        on = today_of(session, self._store.now(), self._store.actor)
        return dict(suggestions_for(session, [row.sender for row in rows if row.sender], on=on))


def newest(
    session: Session, which: SelectOfScalar[AnswerReceived], *, limit: int | None, after: str | None
) -> Page[AnswerReceived]:
    """Messages, the newest first, or a part of them; see `Unmatched.waiting`."""
    refuse_odd_limit(limit)
    at, number = col(AnswerReceived.received_at), col(AnswerReceived.id)
    if after is not None:
        last = by_id(session, AnswerReceived, int(after)) if after.isdecimal() else None
        if last is None:
            raise InvalidInput(
                f"after: {after!r} is nothing that such a list gave.", field="after", value=after
            )
        which = which.where(tuple_(at, number) < tuple_(last.received_at, last.id))
    some = which.order_by(at.desc(), number.desc())
    rows = session.exec(some if limit is None else some.limit(limit + 1)).all()
    more = limit is not None and len(rows) > limit
    return Page(rows[:limit], str(rows[:limit][-1].id) if more else None)


def _account(change: Change, named: OrganizationKey | None, writer: Person | None) -> Organization:
    """The account that is named, or the only one at which the writer holds a position."""
    session = change.session
    if named is not None:
        return find_organization(session, named)
    assert writer is not None
    held_today = positions_of(session, writer, on=today_of(session, change.now, change.actor))
    accounts = [
        session.get_one(Organization, n) for n in dict.fromkeys(p.organization_id for p in held_today)
    ]
    if len(accounts) == 1:
        return accounts[0]
    if accounts:
        raise Ambiguous(
            f"{writer.name} holds positions at {len(accounts)} accounts.",
            field="organization",
            value=writer.name,
            candidates=[label(account) for account in accounts],
            hint="Name the account: organization=….",
        )
    raise InvalidInput(
        f"{writer.name} holds no position today.",
        field="organization",
        hint="Name the account: organization=….",
    )


def _one_of(letter: object, organization: object, person: object) -> None:
    if letter is None and organization is None and person is None:
        raise InvalidInput(
            "Nothing is named that it belongs to.",
            field="letter",
            hint="Name the letter that it answers, or the account or person that wrote it.",
        )
    if letter is not None and (organization is not None or person is not None):
        raise InvalidInput(
            "A letter says by itself whose it is.",
            field="letter",
            hint="Name the letter, or else the account.",
        )


def _unmatched(session: Session, key: AnswerKey) -> AnswerReceived:
    """A message that fits nothing, ours alone until the verb ends."""
    row = _find(session, key)
    one_at_a_time(session, row.digest)
    session.refresh(row)
    if not _fits_nothing(row):
        raise Refused(
            f"It fits something already: {row.effect}.", rule="answers.unmatched", subject=f"answer:{row.id}"
        )
    return row


def _find(session: Session, key: AnswerKey) -> AnswerReceived:
    row = by_id(session, AnswerReceived, _number(key))
    if row is None:
        raise NotFound(f"There is no message {_number(key)}.", field="answer", value=str(_number(key)))
    return row


def _number(key: AnswerKey) -> int:
    return key.id if isinstance(key, AnswerReceived) else key


def _fits_nothing(row: AnswerReceived) -> bool:
    return row.outbox_id is None and row.interaction_id is None


def _other_state(row: AnswerReceived, what: str) -> Refused:
    return Refused(what, rule="answers.set_aside", subject=f"answer:{row.id}")
