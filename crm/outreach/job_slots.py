"""`book.job_slots`: which scheduled job ran for which slot, so that any number of schedulers may run.

One row a job is its lease and its memory. Two beats that tick for the same slot take it once; a job that still runs
is not started beside itself; after an hour of silence there is one slot to catch up with, not three hundred and sixty.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col, select

from crm.store.columns import at_field, json_field
from crm.store.records import Record
from crm.store.store import Store


class JobSlot(Record, table=True):
    """The latest slot of a job.

    Attributes:
        slot_at: the instant that the slot stands for.
        holder: who took it.
        until_at: after which the holder is taken for dead.
        finished_at: when the job was done; empty while it runs.
        summary: what it did.
    """

    __tablename__ = "job_slot"
    trailed: ClassVar[bool] = False

    job: str = Field(primary_key=True)
    slot_at: datetime = at_field()
    holder: str
    until_at: datetime = at_field()
    finished_at: datetime | None = at_field(default=None)
    summary: dict[str, Any] = json_field(default_factory=dict)


class JobSlots:
    """`book.job_slots`: take and finish the slots of scheduled jobs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, job: str, *, slot_at: datetime, holder: str, lasting: timedelta) -> bool:
        """Take a slot; false if it has been taken, or the job still runs elsewhere.

        Args:
            job: the name of the job.
            slot_at: the instant that the slot stands for.
            holder: who takes it.
            lasting: after which the holder is taken for dead.
        """
        now = self._store.now()
        mine = {
            "job": job,
            "slot_at": slot_at,
            "holder": holder,
            "until_at": now + lasting,
            "finished_at": None,
            "summary": {},
        }
        taken = insert(JobSlot).values(mine)
        free = (col(JobSlot.slot_at) < slot_at) & or_(
            col(JobSlot.finished_at).is_not(None), col(JobSlot.until_at) < now
        )
        taken = taken.on_conflict_do_update(index_elements=["job"], set_=mine, where=free)
        with self._store.transaction() as session:
            return session.execute(taken.returning(col(JobSlot.job))).first() is not None

    def finish(self, job: str, *, holder: str, summary: dict[str, Any]) -> None:
        """Note that a job is done, and what it did."""
        with self._store.transaction() as session:
            row = session.get(JobSlot, job, with_for_update=True)
            if row is not None and row.holder == holder:
                row.finished_at, row.summary = self._store.now(), summary
                session.flush()
            session.expunge_all()

    def latest(self) -> tuple[JobSlot, ...]:
        """The latest slot of every job."""
        with self._store.reading() as session:
            return tuple(session.exec(select(JobSlot).order_by(JobSlot.job)))
