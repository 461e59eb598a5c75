"""The jobs: plain functions of a book. Nothing here knows Celery."""

import logging
import mailbox
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from campaigns import desk
from crm.book import Book
from crm.errors import AccordError, MailError, StoreError
from crm.mail.imap import ImapMailbox, OpenMailbox, Waiting
from crm.mail.parts import LARGEST_MESSAGE
from crm.outreach.delivery.delivery import Delivery
from crm.outreach.runs.entries import Entered
from workers.bell import Bell

log = logging.getLogger(__name__)

Summary = dict[str, Any]
_SWEPT = 10_000
_ADVANCED = 1_000
# A job that takes longer is taken for dead and started beside itself, which harms nothing: each row is taken once.
_SLOTS_TO_LIVE = 6
# Above the time limit of a task: beyond it nobody works at the job, however long its slot is.
_LONGEST_JOB = timedelta(hours=1)


def sweep(book: Book, bell: Bell, *, batch: int) -> Summary:
    """See to what dead workers left behind, and ring for every letter that is due.

    Args:
        book: the book.
        bell: tells the senders.
        batch: how many letters one ring is about.
    """
    return {**book.handover.reap(), "due": _ring_for_what_is_due(book, bell, batch)}


def advance(book: Book, bell: Bell, *, batch: int) -> Summary:
    """Take the next steps of all journeys that are due, and ring for the letters they queued.

    Args:
        book: the book.
        bell: tells the senders.
        batch: how many letters one ring is about.
    """
    total: Summary = {}
    while True:
        step = desk.advance(book, limit=_ADVANCED)
        total = {name: total.get(name, 0) + count for name, count in asdict(step).items()}
        _ring_for_what_is_due(book, bell, batch)
        # Where nothing moved, somebody else holds these accounts, and moves them.
        if step.looked_at < _ADVANCED or step.passed_over == step.looked_at:
            return total


def take_in(book: Book) -> Summary:
    """Let those enter the standing campaigns who may now; the next round of journeys writes to them.

    Args:
        book: the book.
    """
    came = desk.take_in(book)
    counted = [asdict(found) for found in came.values() if isinstance(found, Entered)]
    total = {name: sum(one[name] for one in counted) for name in asdict(Entered())}
    return total | {f"run {number}": found for number, found in came.items() if isinstance(found, str)}


def send_subscriptions(book: Book, bell: Bell, *, batch: int) -> Summary:
    """Queue the reports that are due by subscription, the morning mail of account managers among them, and ring.

    Args:
        book: the book.
        bell: tells the senders.
        batch: how many letters one ring is about.
    """
    begun = book.subscriptions.welcome()
    counts = book.subscriptions.send_due()
    _ring_for_what_is_due(book, bell, batch)
    return {"begun": len(begun), **{outcome.value: count for outcome, count in counts.items()}}


def deliver(book: Book, delivery: Delivery, bell: Bell, ids: list[int], *, batch: int) -> Summary:
    """Hand over these letters, as far as they are still due; after the last ring, ring for what is due by now.

    Args:
        book: the book.
        delivery: the way to the mail server.
        bell: tells the senders.
        ids: the letters that the ring was about.
        batch: how many letters one ring is about.
    """
    done = delivery.deliver(limit=len(ids), ids=ids)
    # Only who got something done looks again: what nobody can send now would have them ring for each other for ever.
    if done.outcomes and not bell.waiting():
        _ring_for_what_is_due(book, bell, batch)
    return asdict(done)


def collect(book: Book, inbox: Path) -> Summary:
    """Take in everything that has arrived in a Maildir.

    A message is moved to ``cur`` once its effect is in the book, so that a crash repeats it and loses nothing: the
    book takes each message once. What cannot be read is set aside in the folder ``unreadable``; what fails otherwise
    stays where it is, is counted as failed and tried again, and holds nothing up.

    Args:
        book: the book.
        inbox: the Maildir; made if it is missing.
    """
    mailbox.Maildir(str(inbox), create=True)
    arrived = sorted(path for path in (inbox / "new").iterdir() if not path.name.startswith("."))
    return dict(Counter(kind for path in arrived if (kind := _from_maildir(book, path, inbox)) is not None))


def fetch(book: Book, box: ImapMailbox | None) -> Summary:
    """Take in everything that nobody has seen yet in an IMAP mailbox.

    As from the Maildir: a message is marked as seen once its effect is in the book. What cannot be read, or is larger than
    what is read (it is not even fetched), is flagged besides, for a person; what fails otherwise stays unseen.

    Args:
        book: the book.
        box: where it is; None: there is none.

    Raises:
        Unreachable: the server does not answer or broke off; what is left waits for the next time.
    """
    if box is None:
        return {}
    with box.opened() as opened:
        taken = (_from_imap(book, opened, message) for message in opened.unseen())
        return dict(Counter(kind for kind in taken if kind is not None))


def keep_no_longer(book: Book) -> Summary:
    """See what has been kept for long enough, and clear what the rules that are marked as automatic say.

    Args:
        book: the book.
    """
    cleared = {f"cleared {due.rule}": due.rows for due in book.retention.apply_automatic().rules}
    return cleared | {f"due {due.rule}": due.rows for due in book.retention.preview().rules}


def draft_reminders(book: Book) -> Summary:
    """Draft the letters that remind somebody of what is due; their authors approve them, and nothing is sent.

    Args:
        book: the book.
    """
    came = book.reminders.draft()
    return {
        "drafted": len(came.drafts),
        "withdrawn": len(came.withdrawn),
        **{f"not drafted: {why}": count for why, count in Counter(due.obstacle for due in came.left).items()},
    }


def in_slot(
    book: Book, job: str, *, every: timedelta, holder: str, work: Callable[[], Summary]
) -> Summary | None:
    """Do a scheduled job, unless somebody took its slot or still does it.

    Args:
        book: the book.
        job: its name.
        every: how long a slot is.
        holder: who does it.
        work: what to do.

    Returns:
        What it did; None where the slot was taken.
    """
    slot_at = _slot(book.clock.now(), every)
    lasting = min(every * _SLOTS_TO_LIVE, _LONGEST_JOB)
    if not book.job_slots.take(job, slot_at=slot_at, holder=holder, lasting=lasting):
        return None
    try:
        summary = work()
    except Exception as error:
        why = error.message if isinstance(error, AccordError) else type(error).__name__
        book.job_slots.finish(job, holder=holder, summary={"error": why})
        raise
    book.job_slots.finish(job, holder=holder, summary=summary)
    return summary


def _slot(now: datetime, every: timedelta) -> datetime:
    seconds = every.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, tz=UTC)


def _ring_for_what_is_due(book: Book, bell: Bell, batch: int) -> int:
    due = book.handover.due(limit=_SWEPT)
    # The rings that wait are about the letters that have been due for longest: one ring a batch is enough.
    for start in range(bell.waiting() * batch if due else 0, len(due), batch):
        if not bell.ring(list(due[start : start + batch])):
            break  # each further attempt would wait for the broker as long
    return len(due)


def _from_maildir(book: Book, path: Path, inbox: Path) -> str | None:
    def take() -> str:
        kind = book.answers.receive(path.read_bytes()).kind.value
        path.rename(inbox / "cur" / f"{path.name}:2,S")
        return kind

    def set_aside() -> None:
        mailbox.Maildir(str(inbox)).add_folder("unreadable")
        path.rename(inbox / ".unreadable" / "new" / path.name)

    return _taken(path.name, take, set_aside)


def _from_imap(book: Book, box: OpenMailbox, message: Waiting) -> str | None:
    def take() -> str | None:
        if message.size > LARGEST_MESSAGE:
            raise MailError(f"The message has {message.size:,} bytes, more than {LARGEST_MESSAGE:,}.")
        if (raw := box.read(message)) is None:
            return None
        kind = book.answers.receive(raw).kind.value
        box.mark(message)
        return kind

    return _taken(f"UID {message.uid}", take, lambda: box.mark(message, flagged=True))


def _taken(name: str, take: Callable[[], str | None], set_aside: Callable[[], None]) -> str | None:
    """What kind of message it was; None where another process took it in meanwhile."""
    try:
        return take()
    except FileNotFoundError:
        return None
    except MailError as error:
        log.warning("a message in the inbox cannot be read and is set aside: %s", error.message)
        set_aside()
        return "unreadable"
    except StoreError:
        raise
    except Exception:
        log.exception("a message in the inbox could not be taken in: %s", name)
        return "failed"
