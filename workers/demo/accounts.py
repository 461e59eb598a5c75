"""The synthetic layer on its way into the book: members, their subsidiaries and contacts, through the ordinary verbs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crm.book import Book
from crm.directory.people import Person
from crm.directory.tables import Organization
from workers.demo.chance import number, weighed
from workers.demo.membership import (
    SOURCE,
    MadeUpMember,
    chosen_members,
    first_day_of_membership,
    made_up_member,
)
from workers.demo.people import MadeUpPerson, made_up_person, place_of
from workers.demo.stage import today

_MEMBERS = 250
_SUBSIDIARIES = 8
_SHARED_CONTACTS = 4
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
    groups = {sector: _old_groups(book, sector) for sector in "RTD"}
    places: set[str] = set()
    accounts: list[Account] = []
    with book.transaction():
        for member in _members(book, chosen, groups):
            accounts.append(Account(member, _contacts(book, member.organization, places)))
            on_progress(len(accounts), len(chosen) + _SUBSIDIARIES)
        _share_contacts(book, accounts)
    return tuple(accounts)


def _old_groups(book: Book, sector: str) -> list[str]:
    """The study groups of today that existed already when the first of them may have joined."""
    since = first_day_of_membership(today(book))
    return [
        group.code for group in book.study_groups.on(today(book), sector=sector) if group.exists_on(since)
    ]


def _members(
    book: Book, chosen: Sequence[Organization], groups: Mapping[str, Sequence[str]]
) -> Iterator[MadeUpMember]:
    heads = {company.id for company in chosen[:: max(1, len(chosen) // _SUBSIDIARIES)][:_SUBSIDIARIES]}
    for company in chosen:
        member = made_up_member(company, groups, today=today(book))
        yield _recorded(book, member)
        if company.id in heads:
            branch = _subsidiary(book, company)
            yield _recorded(book, made_up_member(branch, groups, today=today(book), sector=member.sector))


def _subsidiary(book: Book, head: Organization) -> Organization:
    return book.organizations.add(
        f"{head.name} Research (made up)",
        country=head.country,
        segment=head.segment,
        parent=head,
        source=SOURCE,
        synthetic=True,
    )


def _recorded(book: Book, member: MadeUpMember) -> MadeUpMember:
    account = member.organization
    book.terms.join(
        account,
        member.category,
        sector=member.sector,
        study_group=member.study_group,
        units=member.units,
        on=member.since_on,
        source=SOURCE,
        synthetic=True,
    )
    if member.left_on:
        book.terms.denounce(account, sector=member.sector, on=member.left_on, reason=SOURCE)
    for part in member.parts:
        book.participation.record(
            account, part.study_group, part.kind, on=part.on, source=SOURCE, synthetic=True
        )
    return member


def _contacts(book: Book, account: Organization, places: set[str]) -> tuple[Person, ...]:
    place = place_of(account.name)
    if place in places:
        place = f"{place}-{account.id}"
    places.add(place)
    numbers = range(weighed(_CONTACTS, "contacts", account.name))
    made_up = [made_up_person(account.name, place=place, number=number) for number in numbers]
    # Two at one account may get the same name; they are one then.
    one_each = {person.name: person for person in made_up}
    return tuple(_contact(book, account, person) for person in one_each.values())


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
    """Let some contacts of Associates in good standing stand for a second one, as consultants do."""
    good = [account for account in accounts if account.people and account.member.in_good_standing]
    good.sort(key=lambda account: number("shared", account.member.organization.name))
    for one, other in zip(good[:_SHARED_CONTACTS], good[_SHARED_CONTACTS:], strict=False):
        book.people.join(
            one.people[0], other.member.organization, role="Consultant", focal_point=True, since=today(book)
        )
