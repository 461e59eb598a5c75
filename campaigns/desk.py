"""The campaign desk: preview, prepare, approve, launch, move on, pause and measure. Only this module takes a book.

It asks the book for facts, has pure functions decide, and writes their intents down through `book.runs`.
"""

from collections.abc import Iterable
from dataclasses import replace

from campaigns.audience import decided, ranked
from campaigns.campaign import Campaign
from campaigns.catalog import find_campaign
from campaigns.guards import Circumstances, objection
from campaigns.journey import Journey
from campaigns.letter_facts import Manager, Stationery
from campaigns.orders import move_of, run_order
from campaigns.overview import Advanced, Overview
from campaigns.plan import advance as plan
from campaigns.preview import Preview, content_of
from crm.book import Book
from crm.garbage import no_collection
from crm.mail.templates import TemplateFolder, TemplateVersion
from crm.outreach.audience import hash_of_content
from crm.outreach.moves import Move
from crm.outreach.run_tables import Run
from crm.reference.languages import Language
from crm.reports import Report

CampaignKey = str | Campaign
AnyRun = int | str | Run | Overview
_BATCH = 1000


def preview(book: Book, campaign: CampaignKey) -> Preview:
    """What a campaign would do now: whom it would reach, who is left out and why, and every letter. Writes nothing.

    Args:
        book: the book.
        campaign: its name in the catalogue, or the campaign itself.

    Raises:
        NotFound: there is no such campaign.
        InvalidInput: its journey sends a letter that is not on file.
        TemplateError: a letter says what it may not say.
    """
    chosen = find_campaign(campaign)
    now = book.clock.now()
    wordings = _wordings(chosen, book.templates)
    around = Circumstances.of(
        chosen,
        now=now,
        engaged=book.runs.engaged_groups(),
        letters=book.runs.last_letters(since=now - chosen.quiet),
        languages=_languages(chosen, book.templates),
        held={},
    )
    with no_collection():
        cases = ranked(chosen, book.candidates.associates(now.date()), now.date())
        # Clearance has the last word, so it is asked for those alone that nothing else stands against.
        open_to = [case.account.organization_id for case in cases if objection(case, around) is None]
        around = replace(around, held=_held(book, open_to))
        audience = decided(chosen, cases, around)
    return Preview(
        campaign=chosen,
        as_of=now,
        audience=audience,
        around=around,
        stationery=_stationery(book),
        wordings=wordings,
        stop_address=f"unsubscribe+example@{book.identity.answer_domain}",
    )


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


def advance(book: Book, *, limit: int = _BATCH) -> Advanced:
    """Take the steps that are due, for up to `limit` enrolled accounts, and close the runs that are over.

    Any number of workers may do this at once, and any number of times: each step is taken once.
    """
    now = book.clock.now()
    due = book.runs.due(limit=limit)
    found = book.candidates.among({waiting.organization_id for waiting in due}, on=now.date())
    accounts = {(account.organization_id, account.coverage): account for account in found}
    running = {
        run_id: _Running(book, book.runs.get(run_id)) for run_id in {waiting.run_id for waiting in due}
    }
    moves: list[Move] = []
    for waiting in due:
        run, account = running[waiting.run_id], accounts.get((waiting.organization_id, waiting.coverage))
        intents = plan(run.journey, waiting, account, now)
        moves.append(move_of(waiting, intents, account, wording=run.wording, now=now))
    moved = book.runs.take(moves)
    return Advanced(
        looked_at=len(due),
        letters=moved.letters,
        tasks=moved.tasks,
        exited=moved.exited,
        finished=moved.finished,
        passed_over=moved.passed_over,
        completed=len(book.runs.complete()),
    )


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
    return Overview(book.runs.results(_key(run)), book.clock.now())


def results(book: Book, run: AnyRun) -> Report:
    """What came of a run so far, arm by arm."""
    return overview(book, run).report()


class _Running:
    """A run's journey and wordings, as they were approved, whatever has become of the files since."""

    def __init__(self, book: Book, run: Run) -> None:
        self.journey = Journey.model_validate(run.content["journey"])
        self._hashes = run.content["wordings"]
        self._book = book
        self._read: dict[str, TemplateVersion] = {}

    def wording(self, template: str, language: str) -> TemplateVersion:
        sha256 = self._hashes[f"{template}/{language}"]
        if sha256 not in self._read:
            self._read[sha256] = self._book.runs.wording(sha256)
        return self._read[sha256]


def _held(book: Book, accounts: Iterable[int]) -> dict[int, str]:
    """Why the clearance of accounts says to hold, for the office of whoever asks."""
    asked = book.clearance_of_many(accounts)
    return {
        number: ", ".join(hold.words for hold in found.holds)
        for number, found in asked.items()
        if found.holds
    }


def _key(run: AnyRun) -> int | str | Run:
    return run.run if isinstance(run, Overview) else run


def _content_hash(book: Book, campaign: Campaign) -> str:
    return hash_of_content(content_of(campaign, _wordings(campaign, book.templates)))


def _languages(campaign: Campaign, letters: TemplateFolder) -> frozenset[Language]:
    """The languages that every letter of a campaign is written in, and that somebody can sign in."""
    campaign.journey.refuse_missing(letters.names())
    written = [set(letters.languages(template)) for template in campaign.journey.templates]
    return frozenset(
        language for language in campaign.signatures if all(language in tongues for tongues in written)
    )


def _wordings(campaign: Campaign, letters: TemplateFolder) -> dict[tuple[str, str], TemplateVersion]:
    return {
        (template, language.value): letters.version(template, language)
        for template in campaign.journey.templates
        for language in sorted(_languages(campaign, letters))
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
    )
