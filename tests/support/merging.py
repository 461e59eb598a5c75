"""Two records of one organisation, with a life of their own, and a look at everything the book holds."""

from datetime import date

from sqlmodel import Session
from support.books import MakeBook
from support.outbox import campaign_letters, running

from crm.book import Book
from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.engagement.interactions import Logged
from crm.outreach.outbox_tables import Letter
from crm.store.records import Record

BECAUSE = {"reason": "same LEI"}


def everything(book: Book) -> dict[str, list[str]]:
    """Every row of every table that a merge could touch, journal and trail apart."""
    with Session(book.engine) as session:
        tables = [
            table
            for table in Record.metadata.sorted_tables
            if not table.name.startswith(("trail", "merge")) and table.name != "membership_event"
        ]
        return {
            table.name: sorted(map(repr, session.execute(table.select()).mappings().all()))
            for table in tables
        }


def lived_in(book: Book, make_book: MakeBook, account: Organization, person: Person) -> tuple[Logged, Letter]:
    """Give an account a life in every room of the book."""
    met = book.log(
        "meeting", account, "Wants spectrum", people=[person], next="send the fee table", due="14d"
    )
    book.letters.draft(met)
    book.roles.give(account, "donor")
    book.standing.record(account, "good", as_of=date(2026, 9, 30), source="finance")
    book.participation.record(account, "T-SG13", "contributed", on=date(2026, 5, 5))
    book.terms.join(account, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    book.organizations.add(f"Branch of {account.name}", parent=account)
    run = running(make_book, (account, person), campaign=f"for {account.name}")
    (letter,) = campaign_letters(book, run, (account, person))
    return met, letter
