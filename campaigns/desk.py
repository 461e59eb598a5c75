"""The campaign desk: preview, prepare, approve, launch, move on, pause and measure.

Only this module takes a book, with `campaigns/advancing.py`, which moves runs on, and the facts that are read there.

It asks the book for facts, has pure functions decide, and writes their intents down through `book.runs`.
"""

from collections.abc import Iterable
from functools import partial

from campaigns.advancing import advance
from campaigns.audience import decided, ranked
from campaigns.campaign import Campaign
from campaigns.catalog import find_campaign
from campaigns.explanation import Explained, explained
from campaigns.facts import known_facts, refuse_unknown
from campaigns.gathering import gathered
from campaigns.measuring import Measured, measured, overview_of
from campaigns.occasion import Manager, Stationery
from campaigns.orders import run_order
from campaigns.overview import Overview
from campaigns.preview import AccountKey, Preview, content_of
from campaigns.rehearsal import OnProgress, Rehearsal, rehearsed
from campaigns.tongues import Tongue, refuse_silence, tongues
from crm.book import Book
from crm.directory.resolve import OrganizationKey
from crm.directory.staff import Staff
from crm.garbage import no_collection
from crm.mail.templates import TemplateFolder, TemplateVersion
from crm.outreach.audience import hash_of_content
from crm.outreach.outbox_tables import Letter
from crm.outreach.run_tables import Run
from crm.reference.languages import Language
from crm.reports import Report

__all__ = [
    "advance",
    "approve",
    "cancel",
    "explain",
    "launch",
    "measure",
    "overview",
    "pause",
    "prepare",
    "preview",
    "rehearse",
    "results",
    "resume",
    "send_test",
]

CampaignKey = str | Campaign
AnyRun = int | str | Run | Overview


def preview(book: Book, campaign: CampaignKey) -> Preview:
    """What a campaign would do now: whom it would reach, who is left out and why, and every letter. Writes nothing.

    Args:
        book: the book.
        campaign: its name in the catalogue, or the campaign itself.

    Raises:
        NotFound: there is no such campaign.
        InvalidInput: its journey sends a letter that is not on file, or it falls back on a language that lacks one.
        TemplateError: a letter says what it may not say.
    """
    chosen = find_campaign(campaign)
    now = book.clock.now()
    spoken = _tongues(chosen, book.templates)
    wordings = _wordings(chosen, book.templates)
    with no_collection():
        cases = ranked(chosen, book.candidates.matching(chosen.audience, on=now.date()), now.date())
        around = gathered(book, chosen, cases, languages=_complete(spoken), now=now)
        audience = decided(chosen, cases, around)
    return Preview(
        campaign=chosen,
        as_of=now,
        audience=audience,
        around=around,
        stationery=_stationery(book),
        wordings=wordings,
        tongues=spoken,
        stop_address=f"unsubscribe+example@{book.identity.answer_domain}",
    )


def explain(book: Book, campaign: CampaignKey, account: OrganizationKey) -> Explained:
    """Why a campaign would write to one account or leave it out: every question that it asks, with the answer.

    Only this account and its corporate group are looked at. Whether another account of the group, or another one that
    the same person stands for, comes before it shows in a preview alone.

    Args:
        book: the book.
        campaign: its name in the catalogue, or the campaign itself.
        account: which account.

    Raises:
        NotFound: there is no such campaign or account.
        Ambiguous: several accounts answer to the key.
    """
    chosen, now = find_campaign(campaign), book.clock.now()
    audience = book.audiences.explain(chosen.audience, account, on=now.date())
    found = book.candidates.of(audience.organization_id, about=chosen.audience, on=now.date())
    (case,) = ranked(chosen, found, now.date())
    languages = _complete(_tongues(chosen, book.templates))
    return explained(
        chosen, audience, case, gathered(book, chosen, [case], languages=languages, now=now, alone=case)
    )


def rehearse(
    book: Book, campaign: CampaignKey, *, on_progress: OnProgress = lambda _done, _total: None
) -> Rehearsal:
    """A full dry run: every account with its outcome, and every letter to those written to, as it would go out.

    Args:
        book: the book; nothing is written to it.
        campaign: its name in the catalogue, or the campaign itself.
        on_progress: is told how far it is.

    Raises:
        NotFound: there is no such campaign.
    """
    found = preview(book, campaign)
    return rehearsed(found, partial(book.proofs.of, stream=found.campaign.name), on_progress)


def send_test(
    book: Book, campaign: CampaignKey, account: AccountKey, *, to: int | str | Staff, step: str | None = None
) -> Letter:
    """Send a letter as an account would get it to one of our own staff; its subject says that it is a test.

    Args:
        book: the book.
        campaign: its name in the catalogue, or the campaign itself.
        account: whose letter; it may be held out or left out.
        to: who gets it: on the active staff.
        step: the step of the journey; the first letter where none is given.

    Raises:
        NotFound: the campaign is not about this account or has no such letter, or nobody on the staff has that key.
        Refused: there is nothing to write to the account, or the reader no longer works here.
    """
    found = preview(book, campaign)
    return book.proofs.send(found.order(found.of(account), *found.letters(step)[0]), to=to)


def prepare(book: Book, campaign: CampaignKey) -> Overview:
    """Freeze the audience of a new run and count it; nothing is sent before a colleague has approved it.

    Raises:
        Refused: nobody would be enrolled.
    """
    return overview(book, book.runs.prepare(run_order(preview(book, campaign))))


def approve(book: Book, run: AnyRun, *, count: int, campaign: Campaign | None = None) -> Overview:
    """Approve a run that a colleague has prepared; you are whoever the book is open for.

    Args:
        book: the book, opened under the approver's e-mail address.
        run: which run.
        count: how many accounts it enrols, as you have seen it.
        campaign: the campaign, where it does not stand in the catalogue.

    Raises:
        Refused: you prepared it yourself, are not on the active staff, the count is another, the campaign has
            changed since, or another campaign has become busy with one of the corporate groups.
    """
    found = book.runs.get(_key(run))
    content = _content_hash(book, campaign or find_campaign(found.campaign))
    approved = book.runs.approve(found, count=count, content_hash=content, audience_hash=found.audience_hash)
    return overview(book, approved)


def launch(book: Book, run: AnyRun, *, campaign: Campaign | None = None) -> Overview:
    """Start an approved run; the workers find it within their interval.

    Raises:
        Refused: it has not been approved, was launched before, or campaign or audience are not what was approved.
    """
    found = book.runs.get(_key(run))
    content = _content_hash(book, campaign or find_campaign(found.campaign))
    return overview(book, book.runs.launch(found, content_hash=content))


def pause(book: Book, run: AnyRun, *, reason: str) -> Overview:
    """Stop a run for the time being; letters that are not on their way yet wait.

    Raises:
        Refused: it does not run.
    """
    return overview(book, book.runs.pause(_key(run), reason=reason))


def resume(book: Book, run: AnyRun, *, reason: str = "") -> Overview:
    """Let a paused run go on.

    Raises:
        Refused: it is not paused.
    """
    return overview(book, book.runs.resume(_key(run), reason=reason))


def cancel(book: Book, run: AnyRun, *, reason: str) -> Overview:
    """End a run before its time; letters that are not on their way yet are never sent.

    Raises:
        Refused: it has ended already.
    """
    return overview(book, book.runs.cancel(_key(run), reason=reason))


def overview(book: Book, run: AnyRun) -> Overview:
    """A run as it stands.

    Raises:
        NotFound: there is no such run.
    """
    return overview_of(book, _key(run))


def results(book: Book, run: AnyRun) -> Report:
    """What came of a run so far, arm by arm."""
    return overview(book, run).report()


def measure(book: Book, run: AnyRun) -> Measured:
    """What came of a run: the arms compared, its wordings beside one another, and who was in touch.

    Raises:
        NotFound: there is no such run.
    """
    return measured(book, _key(run))


def _key(run: AnyRun) -> int | str | Run:
    return run.run if isinstance(run, Overview) else run


def _content_hash(book: Book, campaign: Campaign) -> str:
    return hash_of_content(content_of(campaign, _wordings(campaign, book.templates)))


def _tongues(campaign: Campaign, letters: TemplateFolder) -> tuple[Tongue, ...]:
    campaign.journey.refuse_missing(letters.names())
    refuse_unknown(campaign.journey, known_facts())
    spoken = tongues(
        campaign, {template: letters.reviews(template) for template in campaign.journey.templates}
    )
    refuse_silence(campaign, spoken)
    return spoken


def _complete(spoken: Iterable[Tongue]) -> frozenset[Language]:
    return frozenset(tongue.language for tongue in spoken if tongue.complete)


def _wordings(campaign: Campaign, letters: TemplateFolder) -> dict[tuple[str, str], TemplateVersion]:
    return {
        (template, tongue.language.value): letters.version(template, tongue.language)
        for template in campaign.journey.templates
        for tongue in sorted(_tongues(campaign, letters), key=lambda tongue: tongue.language)
        if tongue.complete
    }


def _stationery(book: Book) -> Stationery:
    offices = {office.code: office.name for office in book.offices}
    managers = [
        Manager(staff.id, staff.name, staff.title, staff.email, offices[staff.office], staff.office)
        for staff in book.staff
        if staff.active
    ]
    return Stationery(
        sender_name=book.identity.sender_name,
        sender_address=book.identity.sender_address,
        managers={manager.id: manager for manager in managers},
        study_groups={group.code: group.title for group in book.study_groups},
        countries={
            country.code: {language: country.name(language) for language in Language}
            for country in book.countries
        },
    )
