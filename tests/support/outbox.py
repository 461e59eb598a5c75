"""Letters in an outbox, for tests: accounts with contacts, letters to them, runs that they belong to."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import update
from sqlalchemy.engine import make_url
from sqlmodel import col
from support.approved import content
from support.books import MakeBook

from crm.book import Book
from crm.consent.bases import Purpose
from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.errors import AlreadyExists
from crm.mail.failures import Outcome, Verdict
from crm.mail.rendering import plain_facts
from crm.outreach.delivery.attempts import Attempt
from crm.outreach.delivery.handover import Claim
from crm.outreach.outbox.queueing import LetterOrder, queue_letters
from crm.outreach.outbox_tables import Letter, MessageClass
from crm.outreach.run_tables import Arm, Enrolment, Run
from crm.outreach.runs.audience import AudienceRow, RunOrder
from crm.reference.consent_rules import Basis
from crm.reference.languages import Language

MANAGER = "dana@accord.example"
APPROVER = "ola@accord.example"


def staffed(book: Book) -> None:
    """The account manager under whose name the book is open, and the colleague who approves."""
    book.staff.add("Dana Novak", email=MANAGER, office="BDT", title="Account manager")
    book.staff.add("Ola Berg", email=APPROVER, office="GS", title="Head of membership")


def contact(book: Book, name: str = "Amina Odhiambo", **more: Any) -> tuple[Organization, Person]:
    """An account with one contact."""
    local = name.casefold().replace(" ", ".")
    account = book.organizations.add(f"{name} Ltd", country="KE", owner=more.pop("owner", None))
    return account, book.people.add(name, email=f"{local}@acme.example", at=account, **more)


def contacts(book: Book, count: int) -> list[tuple[Organization, Person]]:
    """So many people, all at one account."""
    account = book.organizations.add("Acme Satellites", country="KE")
    addresses = [f"person{number}@acme.example" for number in range(count)]
    with book.transaction():
        return [(account, book.people.add(f"P{at}", email=at, at=account)) for at in addresses]


def order(book: Book, to: tuple[Organization, Person], **changes: Any) -> LetterOrder:
    account, person = to
    values: dict[str, Any] = {
        "key": f"test:{person.id}",
        "message_class": MessageClass.CORRESPONDENCE,
        "organization_id": account.id,
        "person_id": person.id,
        "to_name": person.name,
        "to_address": person.email,
        "from_name": "Dana Novak",
        "language": "en",
        "template": book.templates.version("plain_letter", "en"),
        "facts": plain_facts(f"For {person.name}", "Dear colleague,\n\nthank you."),
        "due_at": book.clock.now(),
    }
    return LetterOrder(**{**values, **changes})


def queue(book: Book, *orders: LetterOrder) -> tuple[Letter, ...]:
    """Put letters into the outbox as a verb of the book does."""
    with book._store.changing("letters.queued") as change:
        ids = queue_letters(change, orders, identity=book.identity)
    return tuple(book.outbox.get(ids[each.key]) for each in orders)


def letters(book: Book, count: int, **changes: Any) -> tuple[Letter, ...]:
    """So many letters, each to a person of its own."""
    return queue(book, *(order(book, to, **changes) for to in contacts(book, count)))


def running(
    make_book: MakeBook,
    *enrolled: tuple[Organization, Person],
    campaign: str = "rehearsal",
    about: Purpose | None = None,
) -> Run:
    """A launched run that enrols these; prepared by the account manager and approved by the colleague.

    Where nobody says what it is about, it is about what all of them have agreed to.
    """
    if about is None:
        for _, person in enrolled:
            with suppress(AlreadyExists):
                make_book().bases.record(
                    person, Purpose.CAMPAIGNS, Basis.CONSENT, source="a form", evidence="1"
                )
    audience = [
        AudienceRow(
            organization_id=account.id,
            group_id=account.id,
            person_id=person.id,
            language=Language.ENGLISH,
            arm=Arm.TREATMENT,
            step="letter",
        )
        for account, person in enrolled
    ]
    agreed = content(name=campaign, about=about or Purpose.CAMPAIGNS)
    run = make_book().runs.prepare(
        RunOrder(campaign=campaign, title=campaign, content=agreed, wordings=(), audience=audience)
    )
    make_book(APPROVER).runs.approve(
        run, count=len(audience), content_hash=run.content_hash, audience_hash=run.audience_hash
    )
    book = make_book()
    run = book.runs.launch(run, content_hash=run.content_hash)
    look_at(book, run, in_days=30)
    return run


def look_at(book: Book, run: Run, *, in_days: int = 0) -> None:
    """Have the accounts of a run looked at in so many days, as after a step that waits so long."""
    with book.engine.begin() as connection:
        due_at = book.clock.now() + timedelta(days=in_days)
        rows = update(Enrolment).where(col(Enrolment.run_id) == run.id, col(Enrolment.state) == "enrolled")
        connection.execute(rows.values(due_at=due_at))


def campaign_letters(
    book: Book,
    run: Run,
    *enrolled: tuple[Organization, Person],
    kind: MessageClass = MessageClass.MARKETING,
) -> tuple[Letter, ...]:
    """One letter of a run to each of these."""
    found: dict[int | None, Enrolment] = {row.person_id: row for row in book.runs.audience(run)}
    return queue(
        book,
        *(
            order(
                book,
                to,
                key=f"run:{run.id}:letter:{to[1].id}",
                message_class=kind,
                run_id=run.id,
                enrolment_id=found[to[1].id].id,
                step="letter",
            )
            for to in enrolled
        ),
    )


def statuses(book: Book, letters: Sequence[Letter]) -> list[str]:
    return [book.outbox.get(letter).status.value for letter in letters]


def told(book: Book, letter: Letter) -> list[str]:
    """What the ledger says about a letter, in order."""
    return [event.what for event in book.outbox.events(letter)]


def looking(book: Book) -> psycopg.Connection[Any]:
    """A connection of its own to a book's database, which sees what has been committed and nothing else."""
    url = make_url(book.engine.url.set(drivername="postgresql"))
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


LEASE = timedelta(seconds=300)
"""The lease of the settings that tests use."""
LAPSED = LEASE + timedelta(seconds=1)
"""How long after a claim it no longer counts."""


def of(claims: Iterable[Claim]) -> list[Letter]:
    """The letters that are claimed."""
    return [claim.letter for claim in claims]


def attempt(claim: Claim, outcome: Outcome = Outcome.ACCEPTED, **more: Any) -> Attempt:
    """What a mail server's answer to a claimed letter came to."""
    return Attempt(claim.letter, Verdict(outcome, f"as a test says: {outcome}"), "reply", **more)
