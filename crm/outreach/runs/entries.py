"""`book.entries`: accounts enter a standing run one by one, each frozen and counted as it enters, under a ceiling."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from crm.errors import Refused
from crm.outreach.entry import Occurrence
from crm.outreach.reasons import Reason
from crm.outreach.run_tables import TOOK_PART, Enrolment, EnrolmentState, Run, RunStatus
from crm.outreach.runs.audience import AudienceRow, freeze, not_let_in, rows_of
from crm.outreach.runs.occurrences import occurred
from crm.outreach.runs.rules import (
    RunKey,
    engaged_groups,
    find_run,
    one_approval_at_a_time,
    refuse_approver,
    run_in,
)
from crm.outreach.runs.succession import TakenOver, succeed
from crm.reference.languages import Language
from crm.shown import Shown
from crm.store.store import Change, Store

_OVERLAP = timedelta(minutes=10)
"""What is recorded is seen only when its verb has ended; nobody enters twice by being looked at twice."""

_TOOK_IN = (col(Run.launched_at).is_not(None), col(Enrolment.state) != EnrolmentState.LEFT_OUT)
"""A run that was only prepared has written to nobody, and has had nobody in it."""

_HERE = (EnrolmentState.ENROLLED, EnrolmentState.AWAITING)


@dataclass(frozen=True, slots=True)
class Former(Shown):
    """An account that has been in a campaign.

    Attributes:
        times: how often.
        ended_at: when its last journey ended; None while one goes on or awaits an approval.
    """

    times: int
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entered(Shown):
    """What came of letting accounts enter.

    Attributes:
        entered: so many entered.
        awaiting: so many were beyond the ceiling and await an approval.
        passed_over: so many had become part of a campaign meanwhile, or their reader is written to for another account.
    """

    entered: int = 0
    awaiting: int = 0
    passed_over: int = 0


class Entries:
    """Who enters standing runs.

    Args:
        store: the door to the database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self) -> tuple[Run, ...]:
        """The standing runs that accounts may enter now."""
        with self._store.reading() as session:
            query = select(Run).where(
                col(Run.status) == RunStatus.RUNNING,
                col(Run.ceiling).is_not(None),
                col(Run.succeeded_by_id).is_(None),
            )
            return tuple(session.scalars(query.order_by(col(Run.id))))

    def former(self, campaign: str) -> dict[int, Former]:
        """The accounts that are or were in a campaign, by their id."""
        with self._store.reading() as session:
            query = (
                select(
                    col(Enrolment.organization_id),
                    func.count(),
                    func.max(col(Enrolment.ended_at)),
                    func.bool_or(col(Enrolment.state).in_(_HERE)),
                )
                .join(Run, col(Run.id) == col(Enrolment.run_id))
                .where(col(Run.campaign) == campaign, *_TOOK_IN)
                .group_by(col(Enrolment.organization_id))
            )
            rows = session.execute(query)
            return {number: Former(times, None if here else ended) for number, times, ended, here in rows}

    def occurred(
        self, key: RunKey, wanted: Iterable[Occurrence], *, back: timedelta = timedelta()
    ) -> dict[int, Occurrence]:
        """The accounts to which something happened since a run last looked, and what; by their id.

        Args:
            key: which run.
            wanted: what to look for.
            back: look so far back at least, but not to before the launch.
        """
        with self._store.reading() as session:
            run = find_run(session, key)
            begun = run.launched_at or run.prepared_at
            since = max(begun, min(run.looked_at or begun, self._store.now() - back))
            return occurred(session, wanted, since=since - _OVERLAP, until=self._store.now())

    def readers(self, key: RunKey) -> dict[int, int]:
        """The people whom a run writes to, has written to or will once approved, by their id, and for which account."""
        with self._store.reading() as session:
            return _readers(session, find_run(session, key))

    def awaiting(self, key: RunKey) -> tuple[Enrolment, ...]:
        """The accounts beyond the ceiling of a run, the longest waiting first."""
        with self._store.reading() as session:
            return tuple(session.scalars(_awaiting(find_run(session, key))))

    def take_in(
        self,
        key: RunKey,
        rows: Sequence[AudienceRow],
        *,
        by: Mapping[int, str],
        looked_at: datetime | None = None,
    ) -> Entered:
        """Let accounts enter a standing run; doing it twice does it once.

        Args:
            key: which run.
            rows: the accounts as they are frozen, the most urgent first.
            by: what lets each enter, by the id of the account.
            looked_at: up to when the run has looked; None where single accounts enter by hand.

        Raises:
            Refused: the run does not stand open.
        """
        with self._store.changing("run.entered") as change:
            one_approval_at_a_time(change.session)
            run = _open(change, key)
            free = _still_free(change.session, run, rows)
            room = max(0, (run.ceiling or 0) - _entered_lately(change.session, run, now=change.now))
            times = _times(change.session, run, [row.organization_id for row in free])
            entering, beyond = free[:room], free[room:]
            begun = {"state": EnrolmentState.ENROLLED, "due_at": change.now, "entered_at": change.now}
            waits = {"state": EnrolmentState.AWAITING, "due_at": None, "entered_at": None}
            for some, state in ((entering, begun), (beyond, waits)):
                freeze(change.session, run, [row | state | _entry(row, times, by) for row in rows_of(some)])
            if looked_at is not None:
                run.amend({"looked_at": looked_at})
            return Entered(len(entering), len(beyond), len(rows) - len(free))

    def admit(self, key: RunKey, *, count: int) -> Entered:
        """Let those enter who were beyond the ceiling; whoever approves is on the active staff and not the author.

        Args:
            key: which run.
            count: how many await it, as you have seen it.

        Raises:
            Refused: the count is another, or you may not approve the run.
        """
        with self._store.changing("run.admitted") as change:
            one_approval_at_a_time(change.session)
            run = _open(change, key)
            refuse_approver(change, run)
            waiting = change.session.scalars(_awaiting(run).with_for_update()).all()
            _refuse_other_number(run, len(waiting), count)
            busy = set(change.session.scalars(engaged_groups()))
            begun = {"state": EnrolmentState.ENROLLED, "due_at": change.now, "entered_at": change.now}
            over = not_let_in(Reason.OTHER_CAMPAIGN)
            for row in waiting:
                row.amend(over if row.group_id in busy else begun)
            passed_over = sum(row.group_id in busy for row in waiting)
            return Entered(len(waiting) - passed_over, passed_over=passed_over)

    def take_over(
        self, key: RunKey, *, former: RunKey, steps: Collection[str], languages: Collection[Language]
    ) -> TakenOver:
        """Let a new version take over the accounts of an earlier one that wait at one of these steps.

        Nobody enters the earlier version any more; whoever stands elsewhere in it goes on as they were approved.

        Args:
            key: the new version, running.
            former: the earlier version.
            steps: the waits that both versions have.
            languages: those in which the new version has all its letters.

        Raises:
            Refused: the two are no versions of one standing campaign, or the new one does not run.
        """
        with self._store.changing("run.taken_over") as change:
            for number in sorted({find_run(change.session, one).id for one in (key, former)}):
                run_in(change, number, RunStatus.RUNNING, RunStatus.PAUSED, doing="taken over")
            new, old = find_run(change.session, key), find_run(change.session, former)
            return succeed(change.session, new, old, steps=steps, languages=languages)


def _open(change: Change, key: RunKey) -> Run:
    run = run_in(change, key, RunStatus.RUNNING, doing="entered")
    if run.standing and run.succeeded_by_id is None:
        return run
    why = f"has been taken over by run {run.succeeded_by_id}" if run.standing else "is one for all at once"
    raise Refused(f"Nobody enters run {run.id}: it {why}.", rule="entries.open", subject=f"run {run.id}")


def _awaiting(run: Run) -> Select[Enrolment]:
    awaits = (col(Enrolment.run_id) == run.id) & (col(Enrolment.state) == EnrolmentState.AWAITING)
    return select(Enrolment).where(awaits).order_by(col(Enrolment.id))


def _still_free(session: Session, run: Run, rows: Sequence[AudienceRow]) -> list[AudienceRow]:
    """Those whom no campaign is busy with, who do not await an approval here, and whose reader has no other account here."""
    taken = set(session.scalars(engaged_groups())) | {row.group_id for row in session.scalars(_awaiting(run))}
    readers = _readers(session, run)
    return [
        row
        for row in rows
        if row.group_id not in taken
        and (row.person_id is None or readers.get(row.person_id, row.organization_id) == row.organization_id)
    ]


def _readers(session: Session, run: Run) -> dict[int, int]:
    query = select(col(Enrolment.person_id), col(Enrolment.organization_id)).where(
        col(Enrolment.run_id) == run.id, col(Enrolment.state) != EnrolmentState.LEFT_OUT
    )
    return {person: account for person, account in session.execute(query) if person is not None}


def _entered_lately(session: Session, run: Run, *, now: datetime) -> int:
    entered = select(func.count()).where(
        col(Enrolment.run_id) == run.id,
        col(Enrolment.state).in_(TOOK_PART),
        col(Enrolment.entered_at) > now - timedelta(days=run.period_days or 0),
    )
    return int(session.execute(entered).scalar_one())


def _times(session: Session, run: Run, accounts: Sequence[int]) -> dict[int, int]:
    """How often accounts have been in the campaign before."""
    query = (
        select(col(Enrolment.organization_id), func.count())
        .join(Run, col(Run.id) == col(Enrolment.run_id))
        .where(col(Run.campaign) == run.campaign, col(Enrolment.organization_id).in_(accounts))
        .where(*_TOOK_IN)
        .group_by(col(Enrolment.organization_id))
    )
    return {number: times for number, times in session.execute(query)}  # noqa: C416 - dict() would take the result for a mapping


def _entry(row: Mapping[str, Any], times: Mapping[int, int], by: Mapping[int, str]) -> dict[str, Any]:
    account = row["organization_id"]
    return {"rotation": times.get(account, 0), "entered_by": by.get(account)}


def _refuse_other_number(run: Run, waiting: int, count: int) -> None:
    if count != waiting:
        raise Refused(
            f"{waiting} accounts await an approval for run {run.id}, not {count}.",
            rule="entries.count",
            subject=f"run {run.id}",
            field="count",
            value=count,
            hint="Look at them again, and admit what you see.",
        )
