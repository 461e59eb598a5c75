"""How fast letters leave: so many in a minute over all workers, and so many to one receiving domain.

The generic cell rate algorithm (ITU-T I.371): a row remembers up to when its allowance is used up, so that one short
statement for each claimed batch keeps any number of workers within the limit. In no minute are more letters claimed
than the limit says; a sixth of them may come at once. What has to wait gets a later time, one place after the other.
Letters by hand and notices to our own staff count, and never wait.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, Session, col

from crm.outreach.limits import Rate
from crm.outreach.outbox_tables import Letter, MessageStatus
from crm.store.columns import at_field
from crm.store.records import Record

_MINUTE = timedelta(minutes=1)
_AT_ONCE = 6
_ALL = "*"


class SendRate(Record, table=True):
    """What is used of an allowance.

    Attributes:
        name: "*" for all letters, or a receiving domain.
        used_until: the instant at which the whole allowance is there again.
    """

    __tablename__ = "send_rate"
    trailed: ClassVar[bool] = False

    name: str = Field(primary_key=True)
    used_until: datetime = at_field()


@dataclass(slots=True)
class Allowance:
    """What may leave now of something that is limited.

    Args:
        per_minute: the most in any minute.
        used_until: the instant at which the whole allowance is there again.
        now: the present instant.
    """

    per_minute: int
    used_until: datetime
    now: datetime
    _queued: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.used_until = max(self.used_until, self.now)

    @property
    def has_room(self) -> bool:
        """Whether one more may leave now."""
        return self._free_at <= self.now

    def take(self) -> None:
        """One leaves."""
        self.used_until += self._interval

    def next_place(self) -> datetime:
        """When whoever has to wait may try again, one after the other."""
        self._queued += 1
        return self._free_at + self._queued * self._interval - self._interval

    @property
    def _at_once(self) -> int:
        return max(1, self.per_minute // _AT_ONCE)

    @property
    def _interval(self) -> timedelta:
        # With n at once and one in each interval after that, no minute holds more than the limit.
        return _MINUTE / (self.per_minute - self._at_once + 1)

    @property
    def _free_at(self) -> datetime:
        return self.used_until - (self._at_once - 1) * self._interval


def admitted(session: Session, letters: Sequence[Letter], *, rate: Rate, now: datetime) -> list[Letter]:
    """Those of some letters, just claimed, that may leave now; the others go back to the queue with a later time.

    Args:
        session: the transaction that claims them.
        letters: the letters, in the order in which they shall leave.
        rate: the limits; without any, all may leave and nothing is asked.
        now: the present instant.
    """
    limits = {name: limit for letter in letters for name, limit in _limits(letter, rate)}
    if not limits:
        return list(letters)
    allowances = _locked(session, limits, now)
    later = waiting_places(letters, allowances, rate)
    used = [{"name": name, "used_until": it.used_until} for name, it in allowances.items()]
    session.execute(update(SendRate), used)
    for letter in letters:
        if letter.id in later:
            _put_off(session, letter, later[letter.id])
    return [letter for letter in letters if letter.id not in later]


def waiting_places(
    letters: Iterable[Letter], allowances: Mapping[str, Allowance], rate: Rate
) -> dict[int, datetime]:
    """Which letters have to wait, and until when; the others have taken what they need.

    Args:
        letters: in the order in which they shall leave.
        allowances: by name; they change.
        rate: the limits.
    """
    later: dict[int, datetime] = {}
    for letter in letters:
        needed = [allowances[name] for name, _ in _limits(letter, rate)]
        full = [allowance for allowance in needed if not allowance.has_room]
        if full and letter.of_campaign:
            later[letter.id] = max(allowance.next_place() for allowance in full)
            continue
        for allowance in needed:
            allowance.take()
    return later


def _limits(letter: Letter, rate: Rate) -> list[tuple[str, int]]:
    domain = letter.to_address.rpartition("@")[2].casefold()
    limits = ((_ALL, rate.overall), (domain, rate.domain))
    return [(name, limit) for name, limit in limits if limit is not None]


def _locked(session: Session, limits: Mapping[str, int], now: datetime) -> dict[str, Allowance]:
    """The allowances, locked in the order of their names; one that is met for the first time is whole."""
    fresh = insert(SendRate).values([{"name": name, "used_until": now} for name in sorted(limits)])
    kept = fresh.on_conflict_do_update(index_elements=["name"], set_={"name": fresh.excluded.name})
    rows = session.execute(kept.returning(col(SendRate.name), col(SendRate.used_until)))
    return {name: Allowance(limits[name], used_until, now) for name, used_until in rows}


def _put_off(session: Session, letter: Letter, until: datetime) -> None:
    back = {"status": MessageStatus.QUEUED, "lease_until": None, "tries": Letter.tries - 1, "due_at": until}
    session.execute(update(Letter).where(col(Letter.id) == letter.id).values(back))
