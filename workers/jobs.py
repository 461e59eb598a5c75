"""The jobs: plain functions of a book. Nothing here knows Celery."""

import logging
import mailbox
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from campaigns import desk
from crm.book import Book
from crm.errors import AccordError, MailError
from crm.outreach.delivery import Delivery

log = logging.getLogger(__name__)

Ring = Callable[[list[int]], None]
Summary = dict[str, Any]
_RING = 100
_SWEPT = 10_000
_ADVANCED = 500


def sweep(book: Book, ring: Ring) -> Summary:
    """See to what dead workers left behind, and ring for every letter that is due.

    Args:
        book: the book.
        ring: tells the senders about a batch of letters; nothing depends on it being heard.
    """
    reaped = book.handover.reap()
    due = book.handover.due(limit=_SWEPT)
    for batch in _batches(due):
        ring(batch)
    return {**reaped, "due": len(due)}


def advance(book: Book, ring: Ring) -> Summary:
    """Take the next steps of all journeys that are due, and ring for the letters they queued."""
    total: Summary = {}
    while True:
        step = desk.advance(book, limit=_ADVANCED)
        total = {name: total.get(name, 0) + count for name, count in asdict(step).items()}
        if step.looked_at < _ADVANCED:
            break
    for batch in _batches(book.handover.due(limit=_SWEPT)):
        ring(batch)
    return total


def deliver(delivery: Delivery, ids: list[int]) -> Summary:
    """Hand over these letters, as far as they are still due."""
    return asdict(delivery.deliver(limit=len(ids), ids=ids))


def collect(book: Book, inbox: Path) -> Summary:
    """Take in everything that has arrived in a Maildir.

    A message is moved to ``cur`` once its effect is in the book, so that a crash repeats it and loses nothing: the
    book takes each message once. What cannot be read is set aside in the folder ``unreadable``.
    """
    found = mailbox.Maildir(str(inbox), create=True)
    counted: Summary = {}
    for key in [key for key in found.keys() if found.get_message(key).get_subdir() == "new"]:  # noqa: SIM118 - no mapping
        try:
            kind = book.answers.receive(found.get_bytes(key)).kind.value
        except MailError as error:
            log.warning("a message in the inbox cannot be read and is set aside: %s", error.message)
            found.add_folder("unreadable").add(found.get_bytes(key))
            kind = "unreadable"
        _mark_seen(found, key)
        counted[kind] = counted.get(kind, 0) + 1
    return counted


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
    if not book.job_slots.take(
        job, slot_at=slot_at, holder=holder, lasting=max(every * 6, timedelta(minutes=5))
    ):
        return None
    try:
        summary = work()
    except AccordError as error:
        book.job_slots.finish(job, holder=holder, summary={"error": error.message})
        raise
    book.job_slots.finish(job, holder=holder, summary=summary)
    return summary


def _slot(now: datetime, every: timedelta) -> datetime:
    seconds = every.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, tz=UTC)


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    numbers = list(ids)
    return (numbers[start : start + _RING] for start in range(0, len(numbers), _RING))


def _mark_seen(found: mailbox.Maildir, key: str) -> None:
    message = found.get_message(key)
    message.set_subdir("cur")
    message.add_flag("S")
    found[key] = message
