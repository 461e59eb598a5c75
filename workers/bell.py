"""The doorbell of the senders: hints through the broker, whose loss or repetition harms nothing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from workers.queues import Queue

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bell:
    """Tells the senders about letters; nothing depends on it being heard.

    Attributes:
        ring: tells of a batch of letters, and says whether the broker took it.
        waiting: how many rings nobody has answered yet.
    """

    ring: Callable[[list[int]], bool]
    waiting: Callable[[], int] = lambda: 0


def bell_of(app: Celery) -> Bell:
    """The bell that rings through an application's broker."""

    def ring(ids: list[int]) -> bool:
        try:
            app.send_task("outbox.deliver", args=[ids], queue=Queue.SEND.value)
        except (OperationalError, OSError):
            log.warning("the broker does not hear; the next sweep finds these letters")
            return False
        return True

    def waiting() -> int:
        try:
            with app.connection_or_acquire() as connection:
                return int(connection.default_channel.client.llen(Queue.SEND.value))
        except (OperationalError, OSError, redis.RedisError):
            return 0

    return Bell(ring, waiting)
