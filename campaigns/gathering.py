"""What the guards of a campaign must know, read from the book: a fixed number of questions, whatever the audience."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from campaigns.campaign import Campaign
from campaigns.guards import Case, Circumstances, objection
from crm.book import Book
from crm.reference.clearance_rule import Purpose
from crm.reference.languages import Language


def gathered(
    book: Book,
    campaign: Campaign,
    cases: Collection[Case],
    *,
    languages: frozenset[Language],
    now: datetime,
    alone: Case | None = None,
) -> Circumstances:
    """The circumstances of a campaign for some accounts.

    Clearance has the last word, so it is asked for those alone that nothing else stands against, unless the question is
    what stands against one account.

    Args:
        book: the book.
        campaign: what is said to whom.
        cases: the accounts.
        languages: those that every letter of the campaign is written in.
        now: the present instant.
        alone: the one account that is asked about; nothing is read about others then.
    """
    group = alone.account.group_id if alone else None
    number = alone.account.organization_id if alone else None
    person = alone.contact.person_id if alone and alone.contact else None
    contacts = [(case.account.group_id, case.contact.person_id) for case in cases if case.contact]
    around = Circumstances.of(
        campaign,
        now=now,
        engaged=book.runs.engaged_groups(of=group),
        letters=book.runs.last_letters(since=now - campaign.quiet, to=number),
        languages=languages,
        correspondence=book.permissions.known(
            campaign.about,
            people={person_id for _, person_id in contacts},
            groups={group_id for group_id, _ in contacts},
            on=now.date(),
        ),
        cap=book.limits.cap,
        written=book.runs.last_written(since=now - book.limits.cap, to=person),
    )
    open_to = [case.account.organization_id for case in cases if alone or objection(case, around) is None]
    return replace(around, held=_held(book, open_to, campaign.clearance))


def _held(book: Book, accounts: Iterable[int], purpose: Purpose) -> dict[int, str]:
    """Why the clearance of accounts says to hold, for the office of whoever asks."""
    asked = book.clearance_of_many(accounts, purpose=purpose)
    return {
        number: ", ".join(hold.words for hold in found.holds)
        for number, found in asked.items()
        if found.holds
    }
