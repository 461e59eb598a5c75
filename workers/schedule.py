"""What runs when, as data. The beat only rings; whoever answers takes the slot in the database first."""

from dataclasses import dataclass
from datetime import timedelta

from workers.queues import Queue


@dataclass(frozen=True, slots=True)
class Entry:
    """A scheduled job.

    Attributes:
        job: the name of its task.
        queue: where it is rung.
        every: how many ticks apart it is rung for.
        why: what would be late without it.
        slot: how long a slot is, where it is longer than from ring to ring. A daily job is rung for more often, so that
            a beat that restarts, and remembers nothing, misses no day; the slot lets it run once.
    """

    job: str
    queue: Queue
    every: int
    why: str
    slot: timedelta | None = None

    def seconds(self, tick_seconds: float) -> float:
        """How long a slot is."""
        return self.slot.total_seconds() if self.slot else self.every * tick_seconds


ENTRIES = (
    Entry(
        "outbox.sweep", Queue.TICK, 1, "letters that a lost ring missed, and what dead workers left behind"
    ),
    Entry("runs.advance", Queue.ADVANCE, 1, "the next steps of the journeys"),
    Entry("runs.take_in", Queue.ADVANCE, 6, "accounts that may enter a standing campaign"),
    Entry("subscriptions.send", Queue.TICK, 6, "reports that somebody has subscribed to"),
    Entry("answers.collect", Queue.INBOUND, 1, "replies, bounces and unsubscribes in the inbox"),
    Entry("answers.fetch", Queue.INBOUND, 6, "the same, in the mailbox on an IMAP server if there is one"),
    Entry("retention.look", Queue.TICK, 60, "what has been kept for long enough", slot=timedelta(days=1)),
    Entry(
        "reminders.draft", Queue.TICK, 60, "drafts of letters that remind somebody", slot=timedelta(days=1)
    ),
)


def beat_schedule(tick_seconds: float) -> dict[str, dict[str, object]]:
    """The entries as Celery's beat wants them; a ring that nobody answered in time expires instead of piling up."""
    return {
        entry.job: {
            "task": entry.job,
            "schedule": entry.every * tick_seconds,
            "args": [entry.seconds(tick_seconds)],
            "options": {"queue": entry.queue.value, "expires": max(1.0, entry.every * tick_seconds)},
        }
        for entry in ENTRIES
    }
