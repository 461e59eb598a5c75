"""Runs of campaigns in a book, without the campaigns: orders written by hand."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from support.approved import content

from crm.book import Book
from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.mail.templates import TemplateFolder, TemplateVersion
from crm.membership.terms import Coverage
from crm.outreach.outbox.queueing import LetterOrder
from crm.outreach.outbox_tables import MessageClass
from crm.outreach.run_tables import Arm, Run
from crm.outreach.runs.audience import AudienceRow, RunOrder
from crm.outreach.runs.moves import Move, Taking, Waiting
from crm.reference.languages import Language
from crm.store.store import Change

DAY = timedelta(days=1)

FACTS = {
    "person": {"name": "Amina"},
    "organization": {"name": "Acme"},
    "sector": {"name": "ITU-T"},
    "manager": {"name": "Dana", "title": "Manager", "office": "TSB", "email": "dana@accord.example"},
}


def reminder() -> TemplateVersion:
    """A letter on file."""
    return TemplateFolder().version("associate_upgrade_reminder", "en")


def enrolled(account: Organization, person: Person, **changes: Any) -> AudienceRow:
    """An account that is written to."""
    values: dict[str, Any] = {
        "group_id": account.group_id or account.id,
        "person_id": person.id,
        "language": Language.ENGLISH,
        "arm": Arm.TREATMENT,
        "step": "letter",
        "coverage": Coverage.STANDARDIZATION,
        "why": "large",
        "facts": FACTS,
    }
    return AudienceRow(organization_id=account.id, **{**values, **changes})


def left_out(account: Organization, reason: str) -> AudienceRow:
    """An account that is left out."""
    return AudienceRow(organization_id=account.id, group_id=account.group_id or account.id, reason=reason)


def order(*rows: AudienceRow, **changes: Any) -> RunOrder:
    """A run of a campaign without a catalogue."""
    values: dict[str, Any] = {
        "campaign": "test",
        "title": "A test",
        "content": content(),
        "wordings": [reminder()],
    }
    return RunOrder(audience=rows, **{**values, **changes})


def approved(book: Book, colleague: Book, *rows: AudienceRow) -> Run:
    """A run that one prepared and the other approved."""
    run = book.runs.prepare(order(*rows))
    return approve(colleague, run, count=sum(row.reason is None for row in rows))


def approve(book: Book, run: Run, **changes: Any) -> Run:
    """Approve a run that enrols one account; another count or hash where a test names one."""
    values = {"count": 1, "content_hash": run.content_hash, "audience_hash": run.audience_hash, **changes}
    return book.runs.approve(run, **values)


def launched(book: Book, colleague: Book, *rows: AudienceRow) -> Run:
    """A run on its way."""
    run = approved(book, colleague, *rows)
    return book.runs.launch(run, content_hash=run.content_hash)


def letter_to(waiting: Waiting, book: Book, step: str = "letter") -> LetterOrder:
    """The order for a letter to whoever is enrolled."""
    return LetterOrder(
        key=f"run:{waiting.run_id}:{step}:{waiting.person_id}",
        message_class=MessageClass.MARKETING,
        organization_id=waiting.organization_id,
        person_id=waiting.person_id,
        to_name="Amina",
        to_address="amina@acme.example",
        from_name="Dana",
        language="en",
        template=reminder(),
        facts=FACTS,
        due_at=book.clock.now(),
        run_id=waiting.run_id,
        enrolment_id=waiting.enrolment_id,
        step=step,
    )


def writes(waiting: Waiting, book: Book, **changes: Any) -> Move:
    """A move that sends the letter and waits for a call that is due at once."""
    values = {"taking": (Taking("letter", letter=letter_to(waiting, book)),), "step": "call"}
    values |= {"due_at": book.clock.now(), **changes}
    return Move(enrolment_id=waiting.enrolment_id, run_id=waiting.run_id, stood_at=waiting.step, **values)


def changing(book: Book) -> AbstractContextManager[Change]:
    """A verb of the test's own, for what other verbs do to a run."""
    return book._store.changing("test.changed")
