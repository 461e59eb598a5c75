"""Reminders by a rule that looks at what a test says is there."""

from datetime import date
from typing import Any

from crm.book import Book
from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.outreach.drafts.drafts import Letters
from crm.outreach.reminders.reminders import Reminders
from crm.outreach.reminders.rule import Matter, ReminderRule

_LETTERS = {"due": "arrears_due", "overdue": "arrears_overdue"}


class Reminded:
    """A book whose reminders see the matters of this list, whatever else it holds."""

    def __init__(self, book: Book) -> None:
        rule = ReminderRule("test_invoices", "Invoices", lambda *_: tuple(self.matters))
        self.book = book
        self.matters: list[Matter] = []
        self.reminders = Reminders(
            book._store, templates=book.templates, keys=book.identity.keys, rules=[rule]
        )
        self.letters = Letters(
            book._store,
            identity=book.identity,
            templates=book.templates,
            before_approval=self.reminders.refuse_overtaken,
        )

    def see(self, *matters: Matter) -> None:
        """From now on, this is what there is to remind of."""
        self.matters[:] = matters

    def again(self, book: Book) -> "Reminded":
        """The same matters in another book on the same database."""
        other = Reminded(book)
        other.matters = self.matters
        return other


def account(book: Book, name: str = "Acme", **more: Any) -> tuple[Organization, Person]:
    """An account that Dana keeps, with a contact."""
    person = {"language": more.pop("language", "en"), "role": more.pop("role", "Director")}
    made = book.organizations.add(name, **{"country": "KE", "owner": "dana@accord.example", **more})
    address = f"amina@{name.casefold()}.example"
    return made, book.people.add(f"Amina of {name}", email=address, at=made, **person)


def invoice(
    organization: Organization, on: date, *, step: str = "due", amount: str = "10600", number: int = 17
) -> Matter:
    """An invoice that is due on a day."""
    line = {"number": f"2027-{number:06}", "due_on": on, "outstanding": amount}
    return Matter(
        subject=f"invoice:{number}",
        organization_id=organization.id,
        reference_on=on,
        step=step,
        template=_LETTERS[step],
        words=f"CHF {amount} due on {on}",
        facts={
            "arrears": {"due_on": on, "total": amount, "currency": "CHF"},
            "invoices": [line],
            "ladder": {"suspension_on": on},
        },
    )
