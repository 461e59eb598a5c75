"""The campaign desk: preview, prepare, approve, launch, move on, pause and measure.

Only this module takes a book, with those that it is made of: `previewing.py`, `advancing.py`, which moves runs on,
`standing.py`, whom standing campaigns take in, `measuring.py`, and the facts that are read there.

It asks the book for facts, has pure functions decide, and writes their intents down through `book.runs`.
"""

from functools import partial

from campaigns.advancing import advance
from campaigns.campaign import Campaign
from campaigns.catalog import find_campaign
from campaigns.explanation import Explained
from campaigns.measuring import Measured, measured, overview_of
from campaigns.orders import run_order
from campaigns.overview import Overview
from campaigns.preview import AccountKey, Preview
from campaigns.previewing import content_hash, explanation_of, previewed
from campaigns.rehearsal import OnProgress, Rehearsal, rehearsed
from campaigns.run_accounts import run_accounts_report
from campaigns.standing import as_prepared, entered, prepared_standing, take_in, taken_over
from crm.book import Book
from crm.directory.resolve import OrganizationKey
from crm.directory.staff import Staff
from crm.outreach.entry import Entry
from crm.outreach.outbox_tables import Letter
from crm.outreach.run_tables import EnrolmentState, Run
from crm.outreach.runs.entries import Entered
from crm.outreach.runs.succession import TakenOver
from crm.reports import Report

__all__ = [
    "admit",
    "advance",
    "approve",
    "cancel",
    "enter",
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
    "take_in",
    "take_over",
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
    return previewed(book, find_campaign(campaign))


def explain(book: Book, campaign: CampaignKey, account: OrganizationKey) -> Explained:
    """Why a campaign would write to one account or leave it out: every question that it asks, with the answer.

    Only this account and its corporate group are looked at. Whether another account of the group, or another one that
    the same person stands for, comes before it, and who is held out, shows in a preview alone.

    Args:
        book: the book.
        campaign: its name in the catalogue, or the campaign itself.
        account: which account.

    Raises:
        NotFound: there is no such campaign or account.
        Ambiguous: several accounts answer to the key.
    """
    return explanation_of(book, find_campaign(campaign), account)


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


def prepare(
    book: Book, campaign: CampaignKey, *, standing: bool = False, entry: Entry | None = None
) -> Overview:
    """Freeze the audience of a new run and count it; nothing is sent before a colleague has approved it.

    Args:
        book: the book.
        campaign: its name in the catalogue, or the campaign itself.
        standing: prepare a version that stands open instead: accounts enter it one by one, up to its ceiling.
        entry: how accounts enter such a version, where the campaign does not say so or this one is to differ.

    Raises:
        Refused: nobody would be enrolled, or the campaign does not say how accounts enter it.
    """
    if standing or entry:
        return overview(book, prepared_standing(book, find_campaign(campaign), entry))
    return overview(book, book.runs.prepare(run_order(preview(book, campaign))))


def approve(book: Book, run: AnyRun, *, count: int, campaign: Campaign | None = None) -> Overview:
    """Approve a run that a colleague has prepared; you are whoever the book is open for.

    Args:
        book: the book, opened under the approver's e-mail address.
        run: which run.
        count: how many accounts it enrols, as you have seen it; for a standing run its ceiling.
        campaign: the campaign, where it does not stand in the catalogue.

    Raises:
        Refused: you prepared it yourself, are not on the active staff, the count is another, the campaign has
            changed since, or another campaign has become busy with one of the corporate groups.
    """
    found = book.runs.get(_key(run))
    content = _content(book, found, campaign)
    approved = book.runs.approve(found, count=count, content_hash=content, audience_hash=found.audience_hash)
    return overview(book, approved)


def launch(book: Book, run: AnyRun, *, campaign: Campaign | None = None) -> Overview:
    """Start an approved run; the workers find it within their interval.

    Raises:
        Refused: it has not been approved, was launched before, or campaign or audience are not what was approved.
    """
    found = book.runs.get(_key(run))
    content = _content(book, found, campaign)
    return overview(book, book.runs.launch(found, content_hash=content))


def enter(book: Book, run: AnyRun, account: OrganizationKey, *, campaign: Campaign | None = None) -> Entered:
    """Let one account enter a standing run by hand; every guard is asked, and whether it may enter again.

    Raises:
        Refused: the run does not stand open, or something stands against the account; the reason is named.
    """
    return entered(book, _key(run), account, campaign=campaign)


def admit(book: Book, run: AnyRun, *, count: int) -> Overview:
    """Let those enter a standing run who were beyond its ceiling; you must not have prepared it.

    Raises:
        Refused: another number awaits it, or you may not approve the run.
    """
    book.entries.admit(_key(run), count=count)
    return overview(book, run)


def take_over(book: Book, run: AnyRun, *, former: AnyRun) -> TakenOver:
    """Let a new version of a standing campaign take over those who wait in an earlier one, and say how many stay there.

    Raises:
        Refused: the two are no versions of one standing campaign, or the new one does not run.
    """
    return taken_over(book, _key(run), _key(former))


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


def accounts(book: Book, run: AnyRun, *, state: EnrolmentState | str | None = None) -> Report:
    """The accounts of a run by name, as its audience was frozen: what you approve.

    Args:
        book: the book.
        run: which run.
        state: only those that stand so, e.g. "left_out", or "awaiting" of a standing run; all of them if left out.

    Raises:
        NotFound: there is no such run.
    """
    found = book.runs.get(_key(run))
    listed = book.outcomes.accounts(found, state=state)
    return run_accounts_report(found, listed, as_of=book.clock.now())


def results(book: Book, run: AnyRun) -> Report:
    """What came of a run so far, arm by arm."""
    return overview(book, run).report()


def measure(book: Book, run: AnyRun) -> Measured:
    """What came of a run: the arms compared, its wordings beside one another, and who was in touch.

    Raises:
        NotFound: there is no such run.
    """
    return measured(book, _key(run))


def _content(book: Book, run: Run, campaign: Campaign | None) -> str:
    """The hash of what a run would be about as its campaign stands now."""
    return content_hash(book, as_prepared(run, campaign or find_campaign(run.campaign)))


def _key(run: AnyRun) -> int | str | Run:
    return run.run if isinstance(run, Overview) else run
