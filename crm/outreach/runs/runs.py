"""`book.runs`: prepare, approve, launch, pause and end the runs of campaigns, and move their enrolments on."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, true, update
from sqlmodel import col, select

from crm.errors import Refused
from crm.mail.templates import TemplateVersion
from crm.outreach.identity import Identity
from crm.outreach.limits import Limits
from crm.outreach.outbox.wordings import keep_wordings, wording
from crm.outreach.reasons import Leave, Reason
from crm.outreach.run_tables import Enrolment, EnrolmentState, Run, RunStatus
from crm.outreach.runs.audience import (
    RunOrder,
    freeze,
    frozen_hash,
    hash_of_audience,
    hash_of_content,
    not_let_in,
    rows_of,
)
from crm.outreach.runs.due import due_enrolments, look_again
from crm.outreach.runs.moves import Move, Moved, Waiting, take_steps
from crm.outreach.runs.rules import (
    ENGAGED,
    RunKey,
    ends_with_an_answer,
    engaged_groups,
    find_run,
    one_approval_at_a_time,
    over,
    refuse_approver,
    refuse_engaged,
    refuse_other_count,
    refuse_other_hash,
    run_in,
)
from crm.outreach.runs.stopping import stop_waiting
from crm.store.store import Change, Store


class Runs:
    """The runs of campaigns. The campaign desk writes through here and through nothing else.

    Args:
        store: the door to the database.
        identity: who we are in a letter.
        limits: when campaigns may write.
    """

    def __init__(self, store: Store, *, identity: Identity, limits: Limits) -> None:
        self._store = store
        self._identity = identity
        self._limits = limits

    def get(self, key: RunKey) -> Run:
        """A run by its id.

        Raises:
            NotFound: there is none.
        """
        with self._store.reading() as session:
            return find_run(session, key)

    def of(self, campaign: str | None = None, *, status: RunStatus | str | None = None) -> tuple[Run, ...]:
        """The runs, the newest first: all of them, those of a campaign, or those in a status."""
        with self._store.reading() as session:
            query = select(Run)
            if campaign is not None:
                query = query.where(Run.campaign == campaign)
            if status is not None:
                query = query.where(Run.status == RunStatus(status))
            return tuple(session.exec(query.order_by(col(Run.id).desc())))

    def audience(self, key: RunKey, *, state: EnrolmentState | str | None = None) -> tuple[Enrolment, ...]:
        """The frozen audience of a run, by account: all of it, or what is in a state, e.g. "left_out"."""
        with self._store.reading() as session:
            query = select(Enrolment).where(Enrolment.run_id == find_run(session, key).id)
            if state is not None:
                query = query.where(Enrolment.state == EnrolmentState(state))
            return tuple(session.exec(query.order_by(col(Enrolment.organization_id))))

    def wording(self, sha256: str) -> TemplateVersion:
        """A wording as it was when a run was prepared."""
        with self._store.reading() as session:
            return wording(session, sha256)

    def engaged_groups(self, of: int | None = None) -> frozenset[int]:
        """The corporate groups that a campaign is busy with, by the id of their head.

        Args:
            of: look at this corporate group alone.
        """
        with self._store.reading() as session:
            only = true() if of is None else col(Enrolment.group_id) == of
            return frozenset(session.exec(engaged_groups().where(only)))

    def due(self, *, limit: int) -> tuple[Waiting, ...]:
        """The enrolments whose next step is due, the longest waiting first."""
        with self._store.reading() as session:
            return due_enrolments(session, now=self._store.now(), limit=limit)

    def people(self, key: RunKey, *, among: Iterable[int]) -> frozenset[int]:
        """The people whom a run writes to, of those with these ids."""
        with self._store.reading() as session:
            enrolled = select(Enrolment.person_id).where(
                Enrolment.run_id == find_run(session, key).id, Enrolment.state != EnrolmentState.LEFT_OUT
            )
            found = session.exec(enrolled.where(col(Enrolment.person_id).in_(among)))
            return frozenset(number for number in found if number is not None)

    def prepare(self, order: RunOrder) -> Run:
        """Freeze the audience of a run and count it; nothing is sent before somebody else has approved it.

        Raises:
            Refused: nobody would be enrolled.
            AlreadyExists: an account or a person would be enrolled twice.
        """
        if order.ceiling is None and all(row.reason for row in order.audience):
            raise Refused(
                "Nobody would be enrolled.",
                rule="runs.somebody",
                subject=order.campaign,
                hint="See the preview.",
            )
        with self._store.changing("run.prepared") as change:
            keep_wordings(change.session, order.wordings)
            rows = rows_of(order.audience)
            run = change.add(_prepared(change, order, hash_of_audience(rows)))
            freeze(change.session, run, rows)
            return run

    def approve(self, key: RunKey, *, count: int, content_hash: str, audience_hash: str) -> Run:
        """Approve a run as it was prepared; the approver is whoever the book is open for.

        Args:
            key: which run.
            count: how many accounts it enrols, both arms together, as the approver has seen it; for a standing run its
                ceiling.
            content_hash: of the content that the approver has seen.
            audience_hash: of the audience that the approver has seen.

        Raises:
            Refused: you prepared it yourself or are not on the active staff; count or hash is another, or the audience no
                longer is what was frozen; it is not waiting for approval; or a campaign has become busy with one of its corporate groups.
        """
        with self._store.changing("run.approved") as change:
            one_approval_at_a_time(change.session)
            run = run_in(change, key, RunStatus.PREPARED, doing="approved")
            refuse_approver(change, run)
            refuse_other_hash("content", content_hash, run, run.content_hash)
            refuse_other_hash("audience", audience_hash, run, frozen_hash(change.session, run))
            refuse_other_count(change.session, run, count)
            refuse_engaged(change.session, run)
            approval = {"approver": change.actor, "approved_at": change.now, "approved_count": count}
            return run.amend({"status": RunStatus.APPROVED, **approval})

    def launch(self, key: RunKey, *, content_hash: str) -> Run:
        """Start a run as it was approved.

        Args:
            key: which run.
            content_hash: of the campaign as it stands in the catalogue now.

        Raises:
            Refused: it has not been approved, was launched before, or is not what was approved.
        """
        with self._store.changing("run.launched") as change:
            run = run_in(change, key, RunStatus.APPROVED, doing="launched")
            refuse_other_hash("content", content_hash, run, run.content_hash)
            refuse_other_count(change.session, run, run.approved_count)
            refuse_other_hash("audience", frozen_hash(change.session, run), run, run.audience_hash)
            change.session.execute(
                update(Enrolment)
                .where(col(Enrolment.run_id) == run.id, col(Enrolment.state) == EnrolmentState.ENROLLED)
                .values(due_at=change.now)
            )
            return run.amend({"status": RunStatus.RUNNING, "launched_at": change.now})

    def pause(self, key: RunKey, *, reason: str, by_itself: bool = False) -> Run:
        """Stop a run for the time being; letters that are not on their way yet wait.

        Args:
            key: which run.
            reason: why.
            by_itself: whether no person decided it; its author is then told.

        Raises:
            Refused: it does not run.
        """
        with self._store.changing("run.paused", reason=reason) as change:
            run = run_in(change, key, RunStatus.RUNNING, doing="paused")
            return run.amend(_paused(reason, halted_at=change.now if by_itself else None))

    def resume(self, key: RunKey, *, reason: str = "") -> Run:
        """Let a paused run go on; what came up meanwhile is looked at before any of its letters leaves.

        Raises:
            Refused: it is not paused.
        """
        with self._store.changing("run.resumed", reason=reason or None) as change:
            # The enrolments before the run, as whoever settles letters locks them.
            look_again(change.session, find_run(change.session, key))
            run = run_in(change, key, RunStatus.PAUSED, doing="resumed")
            return run.amend({"status": RunStatus.RUNNING, "note": reason, "resumed_at": change.now})

    def cancel(self, key: RunKey, *, reason: str) -> Run:
        """End a run before its time; letters that are not on their way yet are never sent.

        Raises:
            Refused: it has ended already.
        """
        with self._store.changing("run.cancelled", reason=reason) as change:
            # The enrolments before the run, as whoever settles letters locks them.
            found = find_run(change.session, key)
            _end_journeys(change, found)
            stop_waiting(change.session, found.id, why="the run was cancelled", at=change.now)
            run = run_in(change, key, RunStatus.PREPARED, *ENGAGED, doing="cancelled")
            return run.amend({"status": RunStatus.CANCELLED, "note": reason, "ended_at": change.now})

    def take(self, moves: Sequence[Move]) -> Moved:
        """Carry out what was planned for a batch of enrolments; doing it twice does it once."""
        with self._store.changing("run.advanced") as change:
            return take_steps(change, moves, identity=self._identity, hours=self._limits.hours)

    def complete(self) -> tuple[Run, ...]:
        """Close the runs in which no account is under way and no letter unsettled."""
        with self._store.changing("run.completed") as change:
            runs = change.session.exec(over().with_for_update(skip_locked=True, key_share=True)).all()
            return tuple(run.amend({"status": RunStatus.COMPLETED, "ended_at": change.now}) for run in runs)


def mark_answered(change: Change, enrolment_id: int, *, at: datetime) -> None:
    """Note inside a verb that a reply has come; it ends the journey, unless the campaign goes on after an answer."""
    first = func.least(col(Enrolment.answered_at), at)
    mine = col(Enrolment.id) == enrolment_id
    change.session.execute(update(Enrolment).where(mine).values(answered_at=first))
    if ends_with_an_answer(change.session, enrolment_id):
        exit_enrolment(change, enrolment_id, Leave.ANSWERED)


def exit_enrolment(change: Change, enrolment_id: int, reason: Leave) -> None:
    """End an account's journey inside a verb; an ended one stays as it ended."""
    underway = (col(Enrolment.id) == enrolment_id) & (col(Enrolment.state) == EnrolmentState.ENROLLED)
    change.session.execute(update(Enrolment).where(underway).values(_exited(change, reason)))


def pause_run(change: Change, run_id: int, *, note: str) -> None:
    """Let a run pause itself inside a verb, if it runs; its author is told."""
    run = change.session.get_one(Run, run_id, with_for_update={"key_share": True}, populate_existing=True)
    if run.status is RunStatus.RUNNING:
        run.amend(_paused(note, halted_at=change.now))


def _paused(note: str, *, halted_at: datetime | None) -> dict[str, Any]:
    return {"status": RunStatus.PAUSED, "note": note, "halted_at": halted_at}


def _end_journeys(change: Change, run: Run) -> None:
    ends = {
        EnrolmentState.ENROLLED: _exited(change, Leave.RUN_CANCELLED),
        EnrolmentState.AWAITING: not_let_in(Reason.RUN_CANCELLED),
    }
    for state, end in ends.items():
        there = select(Enrolment.id).where(Enrolment.run_id == run.id, Enrolment.state == state)
        # In the order in which everybody locks several of them.
        locked = there.order_by(col(Enrolment.id)).with_for_update()
        change.session.execute(update(Enrolment).where(col(Enrolment.id).in_(locked)).values(end))


def _exited(change: Change, reason: Leave) -> dict[str, Any]:
    ended = {"ended_at": change.now, "due_at": None, "held_at": None}
    return {"state": EnrolmentState.EXITED, "reason": reason, **ended}


def _prepared(change: Change, order: RunOrder, audience_hash: str) -> Run:
    return Run.model_validate(
        {
            "campaign": order.campaign,
            "title": order.title,
            "content": order.content.model_dump(mode="json"),
            "content_hash": hash_of_content(order.content),
            "audience_hash": audience_hash,
            "author": change.actor,
            "prepared_at": change.now,
            "synthetic": order.synthetic,
            "ceiling": order.ceiling,
            "period_days": order.period_days,
        }
    )
