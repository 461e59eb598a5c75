"""The doors: open a book, call one job, return its summary. Their names and arguments are all that the broker sees."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from celery import Celery

from workers import jobs
from workers.bell import Bell, bell_of
from workers.runtime import Runtime

SCHEDULED: Mapping[str, Callable[[Runtime, Bell, int], jobs.Summary]] = {
    "outbox.sweep": lambda runtime, bell, batch: jobs.sweep(runtime.book(), bell, batch=batch),
    "runs.advance": lambda runtime, bell, batch: jobs.advance(runtime.book(), bell, batch=batch),
    "runs.take_in": lambda runtime, *_: jobs.take_in(runtime.book()),
    "subscriptions.send": lambda runtime, bell, batch: jobs.send_subscriptions(
        runtime.book(), bell, batch=batch
    ),
    "answers.collect": lambda runtime, *_: jobs.collect(runtime.book(), runtime.inbox),
    "answers.fetch": lambda runtime, *_: jobs.fetch(runtime.book(), runtime.mailbox),
    "reminders.draft": lambda runtime, *_: jobs.draft_reminders(runtime.book()),
    "retention.look": lambda runtime, *_: jobs.keep_no_longer(runtime.book()),
}
"""What `schedule.py` rings for, by name: from the process, its bell, and how many letters one ring is about."""


def add_tasks(app: Celery, runtime: Runtime) -> None:
    """Give the application its tasks, and no other: they belong to this runtime."""
    bell, batch = bell_of(app), runtime.settings.batch

    for name in SCHEDULED:
        app.task(_door(name, runtime, bell, batch), name=name, shared=False)

    @app.task(name="outbox.deliver", shared=False)
    def deliver(ids: list[int]) -> Any:
        return jobs.deliver(runtime.book(), runtime.delivery(), bell, ids, batch=batch)


def _door(name: str, runtime: Runtime, bell: Bell, batch: int) -> Callable[[float], Any]:
    """One scheduled job as a task: it takes its slot of so many seconds first."""

    def door(seconds: float) -> Any:
        every, work = timedelta(seconds=seconds), SCHEDULED[name]
        return jobs.in_slot(
            runtime.book(),
            name,
            every=every,
            holder=runtime.holder,
            work=lambda: work(runtime, bell, batch),
        )

    return door
