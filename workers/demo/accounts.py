"""The synthetic layer on its way into the book: members, their subsidiaries and contacts, through the ordinary verbs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crm.book import Book
from crm.directory.people import Person
from crm.directory.tables import Organization
from workers.demo.chance import number, weighed
from workers.demo.membership import SOURCE, MadeUpMember, chosen_members, made_up_member
from workers.demo.people import MadeUpPerson, made_up_person, place_of
from workers.demo.stage import today

_MEMBERS = 250
_SUBSIDIARIES = 8
_SHARED_CONTACTS = 2
_CONTACTS = {1: 80, 2: 14, 0: 6}


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the synthetic layer, with its contacts."""

    member: MadeUpMember
    people: tuple[Person, ...]


def add_accounts(
    book: Book, created: Sequence[int], *, on_progress: Callable[[int, int | None], None]
) -> tuple[Account, ...]:
    """Lay memberships over some of the companies, in one transaction.

    Args:
        book: the book.
        created: the ids of the companies.
        on_progress: called with the accounts done and the accounts there are.
    """
    companies = {row.id: row for row in book.organizations}
    chosen = chosen_members([companies[key] for key in created], count=min(_MEMBERS, len(created) // 2))
    groups = {sector: [g.code for g in book.study_groups.on(today(book), sector=sector)] for sector in "RTD"}
    places: set[str] = set()
    accounts: list[Account] = []
    with book.transaction():
        for member in _members(book, chosen, groups):
            accounts.append(Account(member, _contacts(book, member.organization, places)))
            on_progress(len(accounts), len(chosen) + _SUBSIDIARIES)
        _share_contacts(book, accounts)
    return tuple(accounts)


def _members(
    book: Book, chosen: Sequence[Organization], groups: Mapping[str, Sequence[str]]
) -> Iterator[MadeUpMember]:
    for place, company in enumerate(chosen):
        member = made_up_member(company, groups, today=today(book))
        _record(book, member)
        yield member
        if (
            place % (len(chosen) // _SUBSIDIARIES) == 0
            and place // (len(chosen) // _SUBSIDIARIES) < _SUBSIDIARIES
        ):
            branch = made_up_member(
                _subsidiary(book, company), groups, today=today(book), sector=member.sector
            )
            _record(book, branch)
            yield branch


def _subsidiary(book: Book, head: Organization) -> Organization:
    return book.organizations.add(
        f"{head.name} Research (made up)",
        country=head.country,
        segment=head.segment,
        parent=head,
        source=SOURCE,
        synthetic=True,
    )


def _record(book: Book, member: MadeUpMember) -> None:
    account, made_up = member.organization, {"source": SOURCE, "synthetic": True}
    book.terms.join(
        account,
        member.category,
        sector=member.sector,
        study_group=member.study_group,
        on=member.since_on,
        **made_up,
    )
    if member.left_on:
        book.terms.denounce(account, sector=member.sector, on=member.left_on, reason=SOURCE)
    if member.standing:
        as_of = today(book).replace(day=1)
        book.standing.record(account, member.standing, as_of=as_of, punctuality=member.punctuality, **made_up)
    for part in member.parts:
        book.participation.record(account, part.study_group, part.kind, on=part.on, **made_up)


def _contacts(book: Book, account: Organization, places: set[str]) -> tuple[Person, ...]:
    place = place_of(account.name)
    if place in places:
        place = f"{place}-{account.id}"
    places.add(place)
    made_up = {
        made_up_person(account.name, place=place, number=n)
        for n in range(weighed(_CONTACTS, "contacts", account.name))
    }
    # Two of one account may be the same by name.
    return tuple(_contact(book, account, person) for person in sorted(made_up, key=lambda p: p.name))


def _contact(book: Book, account: Organization, person: MadeUpPerson) -> Person:
    return book.people.add(
        person.name,
        email=person.email,
        at=account,
        role=person.role,
        language=person.language,
        synthetic=True,
    )


def _share_contacts(book: Book, accounts: Sequence[Account]) -> None:
    """Let some contacts stand for a second account, as consultants do."""
    with_contact = [account for account in accounts if account.people]
    with_contact.sort(key=lambda account: number("shared", account.member.organization.name))
    for one, other in zip(with_contact[:_SHARED_CONTACTS], with_contact[_SHARED_CONTACTS:], strict=False):
        book.people.join(
            one.people[0], other.member.organization, role="Consultant", focal_point=True, since=today(book)
        )
