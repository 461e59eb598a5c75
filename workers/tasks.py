"""The doors: open a book, call one job, return its summary. Their names and arguments are all that the broker sees."""

from datetime import timedelta
from functools import partial
from typing import Any

from celery import Celery

from workers import jobs
from workers.bell import bell_of
from workers.runtime import Runtime


def add_tasks(app: Celery, runtime: Runtime) -> None:
    """Give the application its tasks, and no other: they belong to this runtime."""
    _add_tasks_of_mail(app, runtime)
    _add_tasks_of_accounts(app, runtime)


def _add_tasks_of_mail(app: Celery, runtime: Runtime) -> None:
    batch, bell, in_slot = runtime.settings.batch, bell_of(app), partial(_in_slot, runtime)

    @app.task(name="outbox.sweep", shared=False)
    def sweep(seconds: float) -> Any:
        return in_slot("outbox.sweep", seconds, lambda: jobs.sweep(runtime.book(), bell, batch=batch))

    @app.task(name="subscriptions.send", shared=False)
    def send_subscriptions(seconds: float) -> Any:
        return in_slot(
            "subscriptions.send", seconds, lambda: jobs.send_subscriptions(runtime.book(), bell, batch=batch)
        )

    @app.task(name="answers.collect", shared=False)
    def collect(seconds: float) -> Any:
        return in_slot("answers.collect", seconds, lambda: jobs.collect(runtime.book(), runtime.inbox))

    @app.task(name="answers.fetch", shared=False)
    def fetch(seconds: float) -> Any:
        return in_slot("answers.fetch", seconds, lambda: jobs.fetch(runtime.book(), runtime.mailbox))

    @app.task(name="outbox.deliver", shared=False)
    def deliver(ids: list[int]) -> Any:
        return jobs.deliver(runtime.book(), runtime.delivery(), bell, ids, batch=batch)


def _add_tasks_of_accounts(app: Celery, runtime: Runtime) -> None:
    batch, bell, in_slot = runtime.settings.batch, bell_of(app), partial(_in_slot, runtime)

    @app.task(name="runs.advance", shared=False)
    def advance(seconds: float) -> Any:
        return in_slot("runs.advance", seconds, lambda: jobs.advance(runtime.book(), bell, batch=batch))

    @app.task(name="runs.take_in", shared=False)
    def take_in(seconds: float) -> Any:
        return in_slot("runs.take_in", seconds, lambda: jobs.take_in(runtime.book()))

    @app.task(name="reminders.draft", shared=False)
    def remind(seconds: float) -> Any:
        return in_slot("reminders.draft", seconds, lambda: jobs.draft_reminders(runtime.book()))

    @app.task(name="retention.look", shared=False)
    def retain(seconds: float) -> Any:
        return in_slot("retention.look", seconds, lambda: jobs.keep_no_longer(runtime.book()))


def _in_slot(runtime: Runtime, job: str, seconds: float, work: Any) -> Any:
    every = timedelta(seconds=seconds)
    return jobs.in_slot(runtime.book(), job, every=every, holder=runtime.holder, work=work)
