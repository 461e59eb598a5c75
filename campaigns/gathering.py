"""What the guards of a campaign must know, read from the book: a fixed number of questions, whatever the audience."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from campaigns.campaign import Campaign
from campaigns.fact import Subject
from campaigns.guards import Case, Circumstances, Reachability, Skip, objection
from campaigns.holding import COMES_AND_GOES, holding
from campaigns.occasion import Manager, Stationery
from crm.book import Book
from crm.directory.staff import Staff
from crm.insight.candidate import Candidate
from crm.insight.clearance_rules import Clearance
from crm.outreach.approved import Approved
from crm.outreach.run_tables import Run
from crm.reference.clearance_rule import ClearanceReason
from crm.reference.clearance_rule import Purpose as ClearancePurpose
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
        letters=book.lately.letters(since=now - campaign.quiet, to=number),
        languages=languages,
        correspondence=book.permissions.known(
            campaign.about,
            people={person_id for _, person_id in contacts},
            groups={group_id for group_id, _ in contacts},
            on=now.date(),
        ),
        cap=book.limits.cap,
        written=book.lately.written(since=now - book.limits.cap, to=None if person is None else [person]),
    )
    open_to = [case.account.organization_id for case in cases if alone or objection(case, around) is None]
    return replace(around, held=_held(book, open_to, campaign.clearance))


def reachability(
    book: Book, approved: Approved, accounts: Collection[Candidate], *, now: datetime
) -> Reachability:
    """What the guards must know about writing to the contacts of enrolled accounts.

    Args:
        book: the book.
        approved: what is said to them, and at which addresses.
        accounts: the accounts, each with all its contacts.
        now: the present instant.
    """
    people = {contact.person_id for account in accounts for contact in account.contacts}
    return Reachability(
        now=now,
        correspondence=book.permissions.known(
            approved.about,
            people=people,
            groups={account.group_id for account in accounts},
            on=now.date(),
        ),
        foreign_addresses=approved.foreign_addresses,
        cap=book.limits.cap,
        written=book.lately.written(since=now - book.limits.cap, to=people),
    )


def signatories(book: Book, staff: Iterable[Staff]) -> Stationery:
    """Who may sign letters: the active of these staff, and the office."""
    offices = {office.code: office.name for office in book.offices}
    managers = [
        Manager(one.id, one.name, one.title, one.email, offices[one.office], one.office, one.time_zone)
        for one in staff
        if one.active
    ]
    return Stationery(
        sender_name=book.identity.sender_name,
        sender_address=book.identity.sender_address,
        managers={manager.id: manager for manager in managers},
    )


def held_back(
    book: Book,
    runs: Mapping[int, Run],
    subjects: Sequence[Subject],
    *,
    staff: Collection[Staff],
    now: datetime,
) -> dict[int, Skip]:
    """Why the next letter to enrolled accounts must wait, by the id of the enrolment; whose need not is not in it.

    Args:
        book: the book.
        runs: those that they are enrolled in, by their id.
        subjects: the accounts.
        staff: our own people, those who have left among them: what they did counts as done by their office.
        now: the present instant.
    """
    speaks = {one.email: one.office for one in staff}
    signs = {one.id: one.office for one in staff}
    cleared = _cleared(book, runs, subjects, speaks)
    touches = book.lately.touches(
        {subject.waiting.organization_id for subject in subjects},
        since=now - max((run.approved.quiet for run in runs.values()), default=timedelta()),
        but=[subject.waiting.enrolment_id for subject in subjects],
    )
    found: dict[int, Skip] = {}
    for subject in subjects:
        waiting, owner = subject.waiting, subject.account and subject.account.owner_id
        run = runs[waiting.run_id]
        skip = holding(
            waiting.run_id,
            cleared.get((waiting.run_id, waiting.organization_id)),
            touches.get(waiting.organization_id, ()),
            offices={
                office for office in (speaks.get(run.author.casefold()), signs.get(owner or 0)) if office
            },
            quiet=run.approved.quiet,
            now=now,
        )
        if skip:
            found[waiting.enrolment_id] = skip
    return found


def _cleared(
    book: Book, runs: Mapping[int, Run], subjects: Sequence[Subject], speaks: Mapping[str, str]
) -> dict[tuple[int, int], Clearance]:
    """The clearance of the accounts of each run, asked once for each office and purpose that runs ask it for."""
    asked: defaultdict[tuple[str | None, ClearancePurpose], list[Subject]] = defaultdict(list)
    for subject in subjects:
        run = runs[subject.waiting.run_id]
        asked[speaks.get(run.author.casefold()), run.approved.clearance].append(subject)
    found: dict[tuple[int, int], Clearance] = {}
    for (office, purpose), some in asked.items():
        ids = {subject.waiting.organization_id for subject in some}
        said = book.clearance_of_many(ids, office=office, purpose=purpose, reasons=COMES_AND_GOES)
        found |= {(s.waiting.run_id, n): said[n] for s in some if (n := s.waiting.organization_id) in said}
    return found


def _held(book: Book, accounts: Iterable[int], purpose: ClearancePurpose) -> dict[int, str]:
    """Why the clearance of accounts says to hold, for the office of whoever asks; the guards ask the contact themselves."""
    reasons = frozenset(ClearanceReason) - {ClearanceReason.SUPPRESSED}
    asked = book.clearance_of_many(accounts, purpose=purpose, reasons=reasons)
    return {
        number: ", ".join(hold.words for hold in found.holds)
        for number, found in asked.items()
        if found.holds
    }
