"""`book.outbox`: queue letters, see where they stand, and decide about those that need a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from crm.dates import in_utc
from crm.directory.merged import among
from crm.directory.resolve import OrganizationKey, find_organization
from crm.errors import NotFound, Refused
from crm.mail.message import Enclosure
from crm.mail.rendering import Rendered, render
from crm.mail.templates import TemplateVersion
from crm.outreach.composing import letter_facts
from crm.outreach.identity import Identity
from crm.outreach.outbox_tables import DeliveryEvent, Enclosed, Letter, MessageClass, MessageStatus
from crm.outreach.run_tables import Run
from crm.outreach.wordings import keep_wordings, kept_facts, wording
from crm.reference.languages import Language
from crm.store.inserting import insert_rows
from crm.store.store import Change, Store
from crm.store.trail import take_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterOrder:
    """A letter to be queued.

    Attributes:
        key: makes it unique; a second order with the same key queues nothing.
        template: the wording, e.g. ``plain_letter`` for one written by hand.
        facts: what it is filled with: plain values only.
        due_at: not to be sent before.
        staff_id: one of our own, for a notice; then there is neither account nor person.
        enclosures: files that go out with it.
    """

    key: str
    message_class: MessageClass
    organization_id: int | None = None
    person_id: int | None = None
    staff_id: int | None = None
    to_name: str
    to_address: str
    from_name: str
    language: str
    template: TemplateVersion
    facts: Mapping[str, Any]
    due_at: datetime
    run_id: int | None = None
    enrolment_id: int | None = None
    step: str | None = None
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    enclosures: Sequence[Enclosure] = ()


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
            key, again, {MessageStatus.IN_DOUBT, MessageStatus.HELD}, reason=reason, what="resend decided"
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


def queue_letters(change: Change, orders: Sequence[LetterOrder], *, identity: Identity) -> dict[str, int]:
    """Queue letters inside a verb.

    Args:
        change: the verb.
        orders: what to send; an order whose key is in the book already is passed over.
        identity: who we are.

    Returns:
        The ids of the letters under the orders' keys, old and new.
    """
    if not orders:
        return {}
    keep_wordings(change.session, [order.template for order in orders])
    numbers = take_ids(change.session, len(orders))
    streams = _streams(change.session, orders)
    rows = [
        _row(order, number, identity, stream=streams.get(order.run_id), now=change.now)
        for order, number in zip(orders, numbers, strict=True)
    ]
    new = insert_rows(change.session, Letter, rows, unless="uq_outbox_key")
    events = [
        {"outbox_id": n, "at": change.now, "what": MessageStatus.QUEUED, "fence": 0, "detail": ""}
        for n in sorted(new)
    ]
    insert_rows(change.session, DeliveryEvent, events)
    files = [
        {"outbox_id": n, "name": file.name, "media_type": file.media_type, "content": file.content}
        for n, order in zip(numbers, orders, strict=True)
        if n in new
        for file in order.enclosures
    ]
    if files:
        change.session.execute(insert(Enclosed), files)
    ids = {order.key: n for n, order in zip(numbers, orders, strict=True) if n in new}
    known = [order.key for order in orders if order.key not in ids]
    if known:
        found = select(Letter.key, Letter.id).where(col(Letter.key).in_(known))
        ids |= dict(change.session.exec(found).all())
    return ids


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


def _streams(session: Session, orders: Iterable[LetterOrder]) -> dict[int | None, str]:
    """The campaigns that the letters' runs are runs of."""
    ids = {order.run_id for order in orders if order.run_id is not None}
    return dict(session.exec(select(Run.id, Run.campaign).where(col(Run.id).in_(ids))).all()) if ids else {}


def letter_of(
    order: LetterOrder, number: int, identity: Identity, *, stream: str | None, now: datetime
) -> Letter:
    """The letter that an order asks for, as it stands in the outbox once it is queued."""
    return Letter.model_validate(_row(order, number, identity, stream=stream, now=now))


def _row(
    order: LetterOrder, number: int, identity: Identity, *, stream: str | None, now: datetime
) -> dict[str, Any]:
    """A letter by its columns; a model in between would take as long as all the rest of queuing it."""
    return {
        **_AT_FIRST,
        **{name: getattr(order, name) for name in _AS_ORDERED},
        "id": number,
        "stream": stream,
        "language": Language(order.language),
        "template": order.template.sha256,
        "facts": kept_facts(order.facts),
        "references": list(order.references),
        "from_address": identity.sender_address,
        "message_id": identity.message_id(number),
        "due_at": in_utc(order.due_at),
        "dated_at": max(now, order.due_at),
        "queued_at": now,
    }


_AS_ORDERED = frozenset(LetterOrder.__slots__) & Letter.model_fields.keys()
_AT_FIRST = {
    name: field.get_default() for name, field in Letter.model_fields.items() if not field.is_required()
}
