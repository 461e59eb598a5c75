"""`book.preferences`: what the reader of a letter chooses on our pages: to hear no more, about what, and in which language.

Two rights, two tokens. Whoever holds a letter may stop such letters, for ever, with the token in it: an old letter does,
and so does one that was passed on. To allow something again, or to choose the language, takes a link that we send to
the address itself and that lasts three days: only its owner can open it, which is what proves the consent.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from crm.consent.bases import WITHDRAWABLE, Purpose, bases_of, consented, end_bases
from crm.consent.suppressions import Scope, SuppressionReason, excepted, lifted, refuses, suppress, suppressed
from crm.directory.addresses import parse_email
from crm.directory.people import Person, find_person
from crm.errors import NotFound
from crm.mail.templates import TemplateFolder
from crm.outreach.answers.refusing import held, prove
from crm.outreach.identity import Identity
from crm.outreach.outbox.queueing import LetterOrder, queue_letters
from crm.outreach.outbox_tables import Letter, MessageClass
from crm.outreach.reasons import Leave
from crm.outreach.run_tables import Run
from crm.outreach.runs.runs import exit_enrolment
from crm.reference.consent_rules import Basis
from crm.reference.languages import Language
from crm.shown import Shown
from crm.store.columns import ERASED
from crm.store.store import Change, Store

LINK_LASTS = timedelta(days=3)
"""How long a link is good that was sent to an address so that its owner may choose."""

CHOOSABLE = (Purpose.CAMPAIGNS, Purpose.DONOR, Purpose.EVENT)
"""What a reader may stop and allow; letters about the membership itself go with its contract."""

_LINK = "preferences_link"
_PAGE = "their own page"


class Choice(StrEnum):
    """Whether we write about a purpose; `fixed`: on a ground that nobody withdraws by asking."""

    ALLOWED = "allowed"
    STOPPED = "stopped"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Choices(Shown):
    """What a reader has chosen so far.

    Attributes:
        language: the language of correspondence; None: nobody has said.
        purposes: whether we write about each.
    """

    language: Language | None
    purposes: Mapping[Purpose, Choice]


class Preferences:
    """`book.preferences`: what readers choose; the web part calls it for whoever shows a token.

    Args:
        store: the door to the database.
        identity: who we are in a letter.
        templates: the letters on file.
    """

    def __init__(self, store: Store, *, identity: Identity, templates: TemplateFolder) -> None:
        self._store = store
        self._identity = identity
        self._templates = templates

    def language_of(self, letter_id: int) -> Language | None:
        """The language of a letter; None if there is no such letter any more."""
        with self._store.reading() as session:
            letter = session.get(Letter, letter_id)
            return letter.language if letter else None

    def stop(self, letter_id: int, purposes: Collection[Purpose] | None = None) -> None:
        """Stop writing to the address that a letter went to, as its reader asks: at all, or about some purposes.

        Whatever else is known about the letter, nobody learns it from here: where it or its reader is gone, nothing
        happens. Asking again changes nothing.

        Args:
            letter_id: the letter that the reader holds.
            purposes: of those that can be chosen; what they hear about the others goes on. None: no campaign writes any
                more, whatever it is about, as the button in each letter says.
        """
        with self._store.changing("preferences.stopped", reason=_reason(letter_id)) as change:
            if letter := _held(change.session, letter_id):
                reader = _reader(change.session, letter)
                goes_on = self._heard(change.session, letter, reader) if purposes else frozenset()
                stopped = purposes or (Purpose.CAMPAIGNS,)
                self._stop(change, letter, reader, stopped, goes_on=goes_on.difference(stopped))
                if purposes is None or _about(change.session, letter) in purposes:
                    _end_journey(change, letter)

    def send_link(self, letter_id: int, *, language: Language) -> None:
        """Send a link, good for three days, to the address that a letter went to, so that its owner may choose.

        At most one a day goes to a person. Nothing is sent where the person is gone or has another address by now.

        Args:
            letter_id: the letter that somebody holds.
            language: the language of the link's letter.
        """
        with self._store.changing("preferences.link_sent", reason=_reason(letter_id)) as change:
            letter = _held(change.session, letter_id)
            if letter and (reader := _reader(change.session, letter)):
                queue_letters(change, [self._link(change, letter, reader, language)], identity=self._identity)

    def of(self, letter_id: int) -> Choices | None:
        """What the owner of an address has chosen so far, for whoever shows the link that was sent there.

        Args:
            letter_id: the letter that brought the link.

        Returns:
            None where the link opens nothing any more: it is too old, or the person is gone or has another address.
        """
        with self._store.reading() as session:
            letter = session.get(Letter, letter_id)
            reader = self._owner(session, letter)
            return self._choices(session, letter, reader) if letter and reader else None

    def choose(
        self,
        letter_id: int,
        *,
        allow: Collection[Purpose],
        language: Language,
        wording: Mapping[str, str],
    ) -> Choices | None:
        """Write to the owner of an address about what they allow, and nothing else, in the language that they choose.

        Args:
            letter_id: the letter that brought the link.
            allow: everything that they allow; what else can be chosen is stopped.
            language: the language of correspondence.
            wording: the words beside each choice as they read them, kept with their consent.

        Returns:
            What they have chosen; None where the link opens nothing any more, and nothing changed.
        """
        with self._store.changing("preferences.chosen", reason=_reason(letter_id)) as change:
            letter = _held(change.session, letter_id)
            reader = self._owner(change.session, letter)
            if letter is None or reader is None:
                return None
            change.about(reader)
            before = self._choices(change.session, letter, reader).purposes
            for purpose in CHOOSABLE:
                if purpose in allow and before[purpose] is Choice.STOPPED:
                    self._allow(change, letter, reader, purpose, wording[purpose], language)
            self._stop(
                change,
                letter,
                reader,
                {p for p in CHOOSABLE if p not in allow and before[p] is not Choice.FIXED},
                goes_on={p for p in CHOOSABLE if p in allow or before[p] is Choice.FIXED},
            )
            reader.amend({"language": language})
            change.session.flush()
            return self._choices(change.session, letter, reader)

    def _stop(
        self,
        change: Change,
        letter: Letter,
        reader: Person | None,
        purposes: Collection[Purpose],
        *,
        goes_on: Collection[Purpose],
    ) -> None:
        """Stop some purposes; from a refusal of campaigns, new or old, what goes on is excepted and nothing else."""
        keys, address = self._identity.keys, letter.to_address
        if Purpose.CAMPAIGNS in purposes:
            if not suppressed(change.session, [address], keys=keys):
                prove(change, letter, by=SuppressionReason.UNSUBSCRIBED)
            scope, reason = Scope.CAMPAIGNS, SuppressionReason.UNSUBSCRIBED
            suppress(change, address, keys=keys, scope=scope, reason=reason)
        excepted(change, address, set(goes_on) - {Purpose.CAMPAIGNS}, keys=keys)
        if reader is not None:
            for purpose in set(CHOOSABLE).intersection(purposes):
                end_bases(change, reader, purpose, reason=f"on {_PAGE}")

    def _heard(self, session: Session, letter: Letter, reader: Person | None) -> frozenset[Purpose]:
        """What a reader hears about now; of somebody who is gone, or has another address, nothing is known."""
        chosen = self._choices(session, letter, reader).purposes if reader else {}
        return frozenset(purpose for purpose, choice in chosen.items() if choice is not Choice.STOPPED)

    def _allow(
        self,
        change: Change,
        letter: Letter,
        reader: Person,
        purpose: Purpose,
        wording: str,
        language: Language,
    ) -> None:
        evidence = f"They opened the link in letter {letter.id}, which went to their address alone."
        consented(
            change, reader, purpose, source=_PAGE, evidence=evidence, wording=wording, language=language
        )
        if purpose is Purpose.CAMPAIGNS:
            lifted(change, letter.to_address, keys=self._identity.keys, scope=Scope.CAMPAIGNS)

    def _owner(self, session: Session, letter: Letter | None) -> Person | None:
        """Who may choose with the link that a letter brought; nobody once it is too old."""
        if letter is None or letter.to_address == ERASED:
            return None
        return _reader(session, letter) if self._store.now() < letter.dated_at + LINK_LASTS else None

    def _choices(self, session: Session, letter: Letter, reader: Person) -> Choices:
        today = self._store.now().date()
        refusals = suppressed(session, [letter.to_address], keys=self._identity.keys).get(
            letter.to_address, {}
        )
        purposes = {Purpose.CAMPAIGNS: Choice.STOPPED if refusals else Choice.ALLOWED}
        for purpose in CHOOSABLE[1:]:
            standing = bases_of(session, [reader.id], purpose, today).get(reader.id, ())
            grounds = {row.basis for row in standing}
            purposes[purpose] = Choice.STOPPED if refuses(refusals, purpose) else _of_grounds(grounds)
        return Choices(reader.language, purposes)

    def _link(self, change: Change, letter: Letter, reader: Person, language: Language) -> LetterOrder:
        return LetterOrder(
            key=f"preferences:{reader.id}:{change.now:%Y-%m-%d}",
            message_class=MessageClass.NOTICE,
            organization_id=letter.organization_id,
            person_id=reader.id,
            to_name=reader.name,
            to_address=letter.to_address,
            from_name=self._identity.sender_name,
            language=language,
            template=self._templates.version(_LINK, language),
            facts={"person": {"name": reader.name}},
            due_at=change.now,
        )


def _held(session: Session, letter_id: int) -> Letter | None:
    letter = session.get(Letter, letter_id)
    return letter and held(session, letter)


def _reader(session: Session, letter: Letter) -> Person | None:
    """Whom a letter went to, if they are in the book and still have the address that it went to."""
    try:
        person = find_person(session, letter.person_id or 0)
    except NotFound:
        return None
    return person if person.email_key == parse_email(letter.to_address).canonical else None


def _about(session: Session, letter: Letter) -> str | None:
    """The purpose of the campaign that a letter belongs to."""
    return session.exec(select(col(Run.content)["about"].astext).where(Run.id == letter.run_id)).first()


def _end_journey(change: Change, letter: Letter) -> None:
    if letter.enrolment_id is not None:
        exit_enrolment(change, letter.enrolment_id, Leave.UNSUBSCRIBED)


def _of_grounds(grounds: Collection[Basis]) -> Choice:
    if not grounds:
        return Choice.STOPPED
    return Choice.ALLOWED if WITHDRAWABLE.issuperset(grounds) else Choice.FIXED


def _reason(letter_id: int) -> str:
    return f"Asked for on the page of letter {letter_id}"
