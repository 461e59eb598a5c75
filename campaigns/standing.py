"""Standing campaigns: who enters them when. Takes a book, as the desk does; what decides takes none."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from campaigns.campaign import Campaign
from campaigns.catalog import find_campaign
from campaigns.holding import PATIENCE
from campaigns.journey import Journey, WaitStep
from campaigns.orders import entries_of, standing_order
from campaigns.preview import Preview
from campaigns.previewing import content_hash, previewed
from crm.book import Book
from crm.directory.resolve import OrganizationKey
from crm.errors import AccordError, Refused, StoreError
from crm.outreach.entry import Entry, Occurrence
from crm.outreach.run_tables import Run
from crm.outreach.runs.entries import Entered, Former
from crm.outreach.runs.rules import RunKey
from crm.outreach.runs.succession import TakenOver
from crm.reference.languages import Language

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def prepared_standing(book: Book, campaign: Campaign, entry: Entry | None = None) -> Run:
    """A version of a standing campaign, for a colleague to approve with its ceiling.

    Args:
        book: the book.
        campaign: what it says to whom.
        entry: how accounts enter this version; as the campaign says where none is given.

    Raises:
        Refused: neither says how accounts enter it.
    """
    version = campaign.but(entry=entry) if entry else campaign
    return book.runs.prepare(standing_order(previewed(book, version, only=()), _entry_of(version)))


def as_prepared(run: Run, campaign: Campaign) -> Campaign:
    """A campaign with what a standing run of it settles for itself: how accounts enter."""
    return campaign.but(entry=run.approved.entry) if run.standing else campaign


def take_in(book: Book, *, campaigns: Mapping[str, Campaign] | None = None) -> dict[int, Entered | str]:
    """Let those enter the standing campaigns who may now, by schedule or by what happened to them.

    Any number of workers may do this at once, and any number of times: each account enters once.

    Args:
        book: the book.
        campaigns: by name, where they do not stand in the catalogue.

    Returns:
        For each standing run what came of it, or why it takes nobody in.
    """
    return {run.id: _looked_safely(book, run, campaigns or {}) for run in book.entries.open()}


def entered(
    book: Book, run: RunKey, account: OrganizationKey, *, campaign: Campaign | None = None
) -> Entered:
    """Let one account enter a standing run by hand; every guard is asked, and whether it may enter again.

    Raises:
        Refused: the run does not stand open, or something stands against the account; the reason is named.
    """
    found = book.runs.get(run)
    chosen = _approved(book, found, campaign or find_campaign(found.campaign))
    who = book.organizations.get(account)
    preview = previewed(book, chosen, only=[who.id], entering=found)
    if not preview.audience.invited:
        raise Refused(
            f"{who.name} cannot enter: {_objection(preview)}.", rule="entries.guards", subject=who.name
        )
    former = book.entries.former(chosen.name).get(who.id)
    if not may_enter(former, _entry_of(chosen), book.clock.now()):
        raise Refused(
            f"{who.name} cannot enter: it has been in {chosen.name} before.",
            rule="entries.again",
            subject=who.name,
            hint="When an account may enter again is approved with a version: --again-after-days.",
        )
    return book.entries.take_in(found, entries_of(preview), by={who.id: book.actor})


def taken_over(book: Book, run: RunKey, former: RunKey) -> TakenOver:
    """Let a new version take over those who wait in an earlier one; see `book.entries.take_over`."""
    new, old = book.runs.get(run), book.runs.get(former)
    steps = _waits(new) & _waits(old)
    return book.entries.take_over(new, former=old, steps=steps, languages=_languages(new))


def due_on_schedule(entry: Entry, looked_at: datetime | None, now: datetime) -> bool:
    """Whether everybody is to be looked at: once in each stretch of `every_hours`, however often it is asked."""
    if entry.every_hours is None:
        return False
    stretch = timedelta(hours=entry.every_hours)
    return looked_at is None or (now - _EPOCH) // stretch > (looked_at - _EPOCH) // stretch


def may_enter(former: Former | None, entry: Entry, now: datetime) -> bool:
    """Whether an account may enter that has been in the campaign before, or has not."""
    if former is None:
        return True
    if former.ended_at is None or entry.again_after_days is None:
        return False
    return former.ended_at + timedelta(days=entry.again_after_days) <= now


def _looked_safely(book: Book, run: Run, campaigns: Mapping[str, Campaign]) -> Entered | str:
    """What came of a run's look, or why it could not look: what goes wrong with one stops no other."""
    try:
        return _looked(book, run, campaigns)
    except StoreError:
        raise  # the database, and no fault of the run
    except AccordError as error:
        return error.message
    except Exception as error:  # noqa: BLE001 - a rule may be anybody's code
        return f"It could not look for accounts: {error!r}"


def _looked(book: Book, run: Run, campaigns: Mapping[str, Campaign]) -> Entered:
    campaign = _approved(book, run, campaigns.get(run.campaign) or find_campaign(run.campaign))
    entry, now = _entry_of(campaign), book.clock.now()
    happened = _happened(book, run, campaign, entry)
    everybody = due_on_schedule(entry, run.looked_at, now)
    if not everybody and not happened:
        return Entered()
    preview = previewed(book, campaign, only=None if everybody else happened, entering=run)
    former = book.entries.former(campaign.name)
    rows = [row for row in entries_of(preview) if may_enter(former.get(row.organization_id), entry, now)]
    by = {row.organization_id: str(happened.get(row.organization_id, "schedule")) for row in rows}
    return book.entries.take_in(run, rows, by=by, looked_at=now)


def _happened(book: Book, run: Run, campaign: Campaign, entry: Entry) -> Mapping[int, Occurrence]:
    """To whom something happened since the last look; once a day also whom a guard may have kept out at the time.

    Those who have been in the campaign are not looked at again for what happened before: it let them in.
    """
    if not entry.on:
        return {}
    since_then = book.entries.occurred(run, entry.on)
    if run.looked_at is not None and run.looked_at.date() == book.clock.now().date():
        return since_then
    earlier = book.entries.occurred(run, entry.on, back=campaign.quiet + PATIENCE)
    former = book.entries.former(campaign.name) if earlier else {}
    return {number: what for number, what in earlier.items() if number not in former} | since_then


def _approved(book: Book, run: Run, campaign: Campaign) -> Campaign:
    """The campaign of a run, if it still is what was approved.

    Raises:
        Refused: it has changed since; a new version must be approved.
    """
    version = as_prepared(run, campaign)
    if content_hash(book, version) != run.content_hash:
        raise Refused(
            f"The campaign {run.campaign} is not what was approved with run {run.id}: nobody enters it.",
            rule="entries.content",
            subject=f"run {run.id}",
            hint="Prepare a new version, have it approved, and let it take over.",
        )
    return version


def _entry_of(campaign: Campaign) -> Entry:
    if campaign.entry is None:
        raise Refused(
            f"{campaign.name} does not stand open: it does not say how accounts enter it.",
            rule="entries.entry",
            subject=campaign.name,
            hint="Say how: crm campaign prepare NAME --standing --ceiling 50, or entry=Entry(ceiling=50).",
        )
    return campaign.entry


def _objection(preview: Preview) -> str:
    left = next(iter(preview.audience.left_out), None)
    if left is None:
        return f"it is no account that {preview.campaign.audience.words}"
    return str(left.skip)


def _waits(run: Run) -> frozenset[str]:
    journey = Journey.model_validate(run.approved.journey)
    return frozenset(step.name for step in journey.steps if isinstance(step, WaitStep))


def _languages(run: Run) -> frozenset[Language]:
    """Those in which a version has all its letters, as no other wording is approved with it; any, where it has none."""
    places = run.approved.wordings
    return frozenset(Language(place.rpartition("/")[2]) for place in places) or frozenset(Language)
