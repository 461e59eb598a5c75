"""Associates in a book, with everything a campaign asks of them."""

from datetime import date
from typing import Any

from crm.book import Book
from crm.directory.people import Person
from crm.directory.tables import Organization

MEMBER_SINCE = date(2020, 1, 1)
AS_OF = date(2026, 9, 30)


def staff(book: Book, *emails: str) -> None:
    """Members of staff at the TSB, called after their addresses."""
    for email in emails:
        name = email.partition("@")[0].title()
        book.staff.add(f"{name} Keller", email=email, office="TSB", title="Account manager")


def associate(
    book: Book, name: str, *, language: str | None = "en", **changes: Any
) -> tuple[Organization, Person]:
    """A large Associate of ITU-T SG13 in good standing, with one contact; nobody has been in touch with it.

    Args:
        book: where it goes.
        name: its name, from which the contact's address is made.
        language: of the contact.
        **changes: `country`, `size`, `parent`, `owner`, `sector`, `study_group`, `standing`, `punctuality`, `synthetic`.
    """
    values = {
        "country": "KE",
        "size": "large",
        "parent": None,
        "owner": None,
        "sector": "T",
        "study_group": "T-SG13",
    }
    values |= {"standing": "good", "punctuality": None, "synthetic": False, **changes}
    sector, group = values.pop("sector"), values.pop("study_group")
    standing, punctuality, made_up = (
        values.pop("standing"),
        values.pop("punctuality"),
        values.pop("synthetic"),
    )
    account = book.organizations.add(name, **values)
    book.terms.join(
        account, "associate", sector=sector, study_group=group, on=MEMBER_SINCE, synthetic=made_up
    )
    if standing:
        book.standing.record(account, standing, as_of=AS_OF, source="test", punctuality=punctuality)
    address = f"contact@{name.casefold().replace(' ', '-')}.example"
    person = book.people.add(
        f"Contact of {name}", email=address, at=account, language=language, focal_point=True
    )
    return account, person
