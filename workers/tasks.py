"""The doors: open a book, call one job, return its summary. Their names and arguments are all that the broker sees."""

import logging
from datetime import timedelta
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from workers import jobs
from workers.queues import Queue
from workers.runtime import Runtime

log = logging.getLogger(__name__)


def add_tasks(app: Celery, runtime: Runtime) -> None:
    """Give the application its tasks."""

    def ring(ids: list[int]) -> None:
        try:
            app.send_task("outbox.deliver", args=[ids], queue=Queue.SEND.value)
        except (OperationalError, OSError):
            log.warning("the broker does not hear; the next sweep finds these letters")

    def in_slot(job: str, seconds: float, work: Any) -> Any:
        every = timedelta(seconds=seconds)
        return jobs.in_slot(runtime.book(), job, every=every, holder=runtime.holder, work=work)

    @app.task(name="outbox.sweep")
    def sweep(seconds: float) -> Any:
        return in_slot("outbox.sweep", seconds, lambda: jobs.sweep(runtime.book(), ring))

    @app.task(name="runs.advance")
    def advance(seconds: float) -> Any:
        return in_slot("runs.advance", seconds, lambda: jobs.advance(runtime.book(), ring))

    @app.task(name="answers.collect")
    def collect(seconds: float) -> Any:
        return in_slot("answers.collect", seconds, lambda: jobs.collect(runtime.book(), runtime.inbox))

    @app.task(name="outbox.deliver")
    def deliver(ids: list[int]) -> Any:
        return jobs.deliver(runtime.delivery(), ids)
