"""What `crm doctor` asks about the workers: whether the broker answers, and what the scheduled jobs last did."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm.checks import Check
from crm.clock import SystemClock
from crm.config import Settings
from crm.opening import database_url, folder_of, wire
from crm.outreach.job_slots import JobSlot
from crm.store.postgres import open_server
from crm.store.schema import newest, version
from workers.schedule import ENTRIES, Entry
from workers.valkey import open_broker

_PATIENCE = 3
_LATE = 10
_START = "Is a beat running (`crm worker beat`), and a worker (`crm worker start`)?"


def broker(settings: Settings) -> Iterator[Check]:
    """Whether the broker answers. Nothing is lost while it does not, but every letter waits for a sweep.

    Args:
        settings: where the broker is.
    """
    if settings.broker_url is None:
        with open_broker(folder_of(settings)):
            yield Check("broker", ok=True, detail=f"Valkey comes with Accord, in {folder_of(settings)}.")
        return
    try:
        retry = Retry(NoBackoff(), 0)
        url = settings.broker_url.get_secret_value()
        with closing(
            redis.Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=retry)
        ) as client:
            client.ping()
            policy = client.info("memory").get("maxmemory_policy")
    except (redis.RedisError, ValueError) as error:
        hint = "Start it, or set CRM_BROKER_URL to redis://host:6379/0."
        yield Check(
            "broker", ok=False, detail=f"The broker does not answer ({type(error).__name__}).", hint=hint
        )
        return
    yield _kept(str(policy))


def workers(settings: Settings) -> Iterator[Check]:
    """What each scheduled job last did, and when.

    Args:
        settings: where the book is, and how often the beat ticks.
    """
    server = open_server(folder_of(settings)) if settings.database_url is None else None
    clock = SystemClock()
    try:
        with wire(database_url(settings, server), actor="doctor", settings=settings, clock=clock) as book:
            if version(book.engine) != newest():
                yield Check("workers", ok=None, detail="No book to work on yet.")
                return
            slots = {slot.job: slot for slot in book.job_slots.latest()}
        yield from (_told(e, slots.get(e.job), settings.tick_seconds, now=clock.now()) for e in ENTRIES)
    finally:
        if server is not None:
            server.close()


def _kept(policy: str) -> Check:
    if policy == "noeviction":
        return Check("broker", ok=True, detail="The broker answers.")
    detail = f"The broker answers, and drops hints when memory is short ({policy})."
    return Check("broker", ok=None, detail=detail, hint="Set its maxmemory-policy to noeviction.")


def _told(entry: Entry, slot: JobSlot | None, tick: float, *, now: datetime) -> Check:
    name = f"job {entry.job}"
    if slot is None:
        return Check(name, ok=None, detail="It has never run.", hint=_START)
    ran = f"Slot of {slot.slot_at:%Y-%m-%d %H:%M:%S} UTC by {slot.holder}"
    if slot.finished_at is None:
        return Check(name, ok=None if slot.until_at < now else True, detail=f"{ran}: not finished.")
    if "error" in slot.summary:
        return Check(name, ok=False, detail=f"{ran}: {slot.summary['error']}")
    done = ", ".join(f"{what} {count}" for what, count in slot.summary.items() if count) or "nothing to do"
    late = now - slot.slot_at > timedelta(seconds=_LATE * entry.seconds(tick))
    return Check(name, ok=None if late else True, detail=f"{ran}: {done}.", hint=_START if late else "")
