"""`book.bases`: on what ground we write to a person, for each purpose, and since when.

The grounds are those of GDPR Article 6(1), and the existing relation of Directive 2002/58/EC, Article 13(2). Whether
they bind an international organisation is contested; Accord keeps them on record and takes the stricter reading.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, UniqueConstraint
from sqlmodel import Session, col, select

from crm.consent.suppressions import Scope, SuppressionReason, lock_people, suppress
from crm.dates import day_of
from crm.directory.merged import among
from crm.directory.names import clean_name
from crm.directory.people import Person, PersonKey, find_person
from crm.errors import AlreadyExists, InvalidInput, NotFound, Refused
from crm.keyring import KeyRing
from crm.reference.consent_rules import Basis
from crm.reference.languages import Language, known_language
from crm.store.columns import at_field, choice, chosen, id_field, personal, ref
from crm.store.records import Record
from crm.store.store import Change, Store
from crm.store.violations import means


class Purpose(StrEnum):
    """What we write about.

    Attributes:
        MEMBERSHIP: the membership itself: its contract, dues, meetings and documents.
        CAMPAIGNS: what we should like to sell: a first membership, an upgrade, a further Sector.
        DONOR: voluntary contributions, pledges and what came of them.
        EVENT: invitations to events.
    """

    MEMBERSHIP = "membership"
    CAMPAIGNS = "campaigns"
    DONOR = "donor"
    EVENT = "event"


WITHDRAWABLE = frozenset(
    {Basis.CONSENT, Basis.LEGITIMATE_INTEREST, Basis.EXISTING_RELATION, Basis.PUBLIC_TASK}
)
"""Grounds that the person can take away: consent (Article 7(3)), and what they may object to (Article 21(1))."""


class ContactBasis(Record, table=True):
    """One ground on which we write to a person. Rows are added; a withdrawal dates the row and removes nothing.

    Attributes:
        source: where we know it from: a form, a fair, a letter.
        on: the first day.
        evidence: what proves it, in words, or where it is kept.
        wording: the words that the person agreed to, or their version.
        language: the language in which they read them.
        withdrawn_on: the first day on which it no longer holds.
    """

    __tablename__ = "contact_basis"
    __table_args__ = (
        UniqueConstraint("person_id", "purpose", "basis", "on", name="uq_contact_basis_once"),
        CheckConstraint('withdrawn_on >= "on"', name="order"),
    )
    changed_by: ClassVar[str] = "book.bases.withdraw"

    id: int = id_field()
    person_id: int = ref("person.id", index=False)
    purpose: Purpose = choice(Purpose, name="purpose")
    basis: Basis = choice(Basis, name="basis")
    source: str = personal()
    on: date
    evidence: str = personal(default="")
    wording: str = personal(default="")
    language: Language | None = choice(Language, name="language", default=None, nullable=True)
    recorded_at: datetime = at_field()
    recorded_by: str
    withdrawn_on: date | None = None
    withdrawn_by: str | None = None
    withdrawn_because: str | None = personal(default=None)


means("uq_contact_basis_once", AlreadyExists, "That ground is on record from the same day.", field="on")
means("ck_contact_basis_order", InvalidInput, "It would be withdrawn before it began.", field="on")


class Bases:
    """`book.bases`: record, withdraw and read the grounds on which we write.

    Args:
        store: the door to the database.
        keys: key the suppression list, on which a withdrawal for campaigns puts the address.
    """

    def __init__(self, store: Store, *, keys: KeyRing) -> None:
        self._store = store
        self._keys = keys

    def record(
        self,
        person: PersonKey,
        purpose: Purpose | str,
        basis: Basis | str,
        *,
        source: str,
        on: date | str | None = None,
        evidence: str = "",
        wording: str = "",
        language: Language | str | None = None,
    ) -> ContactBasis:
        """Record a ground on which we may write to a person.

        Args:
            person: which contact.
            purpose: what about: membership, campaigns, donor or event.
            basis: consent, contract, legal_obligation, public_task, legitimate_interest or existing_relation.
            source: where we know it from.
            on: the first day; today where none is given.
            evidence: what proves it, or where the proof is kept.
            wording: the words that the person agreed to, or their version.
            language: the language in which they read them.

        Raises:
            InvalidInput: consent without any evidence (Article 7(1): it must be possible to demonstrate it).
            AlreadyExists: it is on record from that day.
        """
        with self._store.changing("basis.recorded") as change:
            day = day_of(on or change.now.date(), today=change.now.date(), field="on")
            row = find_person(change.session, person)
            known = chosen(Basis, basis, field="basis")
            if known is Basis.CONSENT and not evidence.strip():
                raise InvalidInput(
                    "Consent is on record without anything that shows it.",
                    field="evidence",
                    hint="Say what proves it, or where the proof is kept.",
                )
            values = {
                "person_id": row.id,
                "purpose": chosen(Purpose, purpose, field="purpose"),
                "basis": known,
                "source": clean_name(source, field="source"),
                "on": day,
                "evidence": evidence.strip(),
                "wording": wording.strip(),
                "language": known_language(language) if language else None,
                "recorded_at": change.now,
                "recorded_by": change.actor,
            }
            return change.add(ContactBasis.model_validate(values))

    def withdraw(
        self, person: PersonKey, purpose: Purpose | str, *, reason: str, on: date | str | None = None
    ) -> tuple[ContactBasis, ...]:
        """Note that a person no longer agrees to a purpose. For campaigns the address goes on the suppression list.

        Args:
            person: which contact.
            purpose: what about.
            reason: what they said, or where.
            on: the first day on which it no longer holds; today where none is given.

        Returns:
            The grounds that end; none is needed for a person to refuse campaigns.

        Raises:
            NotFound: there is no such ground.
            Refused: what stands is a contract or a legal obligation, which nobody withdraws by asking.
        """
        with self._store.changing("basis.withdrawn", reason=reason) as change:
            day = day_of(on or change.now.date(), today=change.now.date(), field="on")
            row, what = find_person(change.session, person), chosen(Purpose, purpose, field="purpose")
            if what is not Purpose.CAMPAIGNS:
                # Before or after the intent of a letter, never beside it.
                lock_people(change.session, [row.id])
                _refuse_nothing(row, what, bases_of(change.session, [row.id], what, day).get(row.id, ()))
            elif row.email is not None:
                scope, why = Scope.CAMPAIGNS, SuppressionReason.ASKED
                suppress(change, row.email, keys=self._keys, scope=scope, reason=why)
            change.about(row)
            return end_bases(change, row, what, reason=reason, on=day)

    def of(self, person: PersonKey) -> tuple[ContactBasis, ...]:
        """Every ground on record for a person, those that were withdrawn among them, the oldest first."""
        with self._store.reading() as session:
            row = find_person(session, person)
            query = select(ContactBasis).where(ContactBasis.person_id == row.id)
            return tuple(session.exec(query.order_by(col(ContactBasis.on), col(ContactBasis.id))))

    def on(
        self, person: PersonKey, purpose: Purpose | str, *, day: date | str | None = None
    ) -> tuple[ContactBasis, ...]:
        """The grounds on which we may write to a person about something on a day (today); none means that we may not."""
        today = self._store.now().date()
        asked = day_of(day or today, today=today, field="day")
        with self._store.reading() as session:
            row, what = find_person(session, person), chosen(Purpose, purpose, field="purpose")
            return bases_of(session, [row.id], what, asked).get(row.id, ())


def bases_of(
    session: Session, person_ids: Iterable[int], purpose: Purpose, day: date
) -> dict[int, tuple[ContactBasis, ...]]:
    """The grounds that stand on a day, by person, in one statement; who has none is not in it.

    Args:
        session: the session of the verb.
        person_ids: whom to ask about.
        purpose: what we should like to write about.
        day: the day.
    """
    query = select(ContactBasis).where(
        among(col(ContactBasis.person_id), person_ids), ContactBasis.purpose == purpose, *stands_on(day)
    )
    found: dict[int, tuple[ContactBasis, ...]] = {}
    for row in session.exec(query.order_by(col(ContactBasis.on), col(ContactBasis.id))):
        found[row.person_id] = (*found.get(row.person_id, ()), row)
    return found


def end_bases(
    change: Change, person: Person, purpose: Purpose, *, reason: str, on: date | None = None
) -> tuple[ContactBasis, ...]:
    """End inside a verb whatever a person can take away of the grounds for a purpose.

    Args:
        change: the verb.
        person: whose.
        purpose: what about.
        reason: what they said, or where.
        on: the first day on which they no longer hold; today where none is given.
    """
    day = on or change.now.date()
    standing = bases_of(change.session, [person.id], purpose, day).get(person.id, ())
    withdrawn = {"withdrawn_on": day, "withdrawn_by": change.actor, "withdrawn_because": reason}
    return tuple(row.amend(withdrawn) for row in standing if row.basis in WITHDRAWABLE)


def consented(change: Change, person: Person, purpose: Purpose, **proof: Any) -> ContactBasis:
    """Note inside a verb that a person agrees to a purpose from today.

    Who withdraws and agrees again on one day has agreed all day: the trail keeps that they wavered.

    Args:
        change: the verb.
        person: who agrees.
        purpose: what to.
        **proof: `source`, `evidence`, `wording` and `language` of the ground.
    """
    today = change.now.date()
    values = {**proof, "recorded_at": change.now, "recorded_by": change.actor}
    values |= {"withdrawn_on": None, "withdrawn_by": None, "withdrawn_because": None}
    query = select(ContactBasis).where(
        ContactBasis.person_id == person.id,
        ContactBasis.purpose == purpose,
        ContactBasis.basis == Basis.CONSENT,
        ContactBasis.on == today,
    )
    if known := change.session.exec(query).first():
        return known.amend(values)
    values |= {"person_id": person.id, "purpose": purpose, "basis": Basis.CONSENT, "on": today}
    return change.add(ContactBasis.model_validate(values))


def stands_on(day: date) -> tuple[ColumnElement[bool], ...]:
    """Whether a ground stands on a day; for queries."""
    ends = col(ContactBasis.withdrawn_on)
    return col(ContactBasis.on) <= day, ends.is_(None) | (ends > day)


def _refuse_nothing(person: Person, purpose: Purpose, standing: tuple[ContactBasis, ...]) -> None:
    if not standing:
        raise NotFound(
            f"Nothing is on record on which we write to {person.name} about {purpose}.", field="purpose"
        )
    if WITHDRAWABLE.isdisjoint(row.basis for row in standing):
        grounds = " and ".join(sorted({row.basis.value.replace("_", " ") for row in standing}))
        raise Refused(f"A {grounds} is not withdrawn by asking.", rule="bases.withdraw", subject=person.name)
