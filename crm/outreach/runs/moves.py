"""How enrolments move through a journey: what is known of one that is due, and what it does next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from crm.directory.merged import among
from crm.engagement.follow_ups import plan_follow_up
from crm.membership.terms import Coverage
from crm.outreach.identity import Identity
from crm.outreach.outbox.queueing import LetterOrder, queue_letters, rewrite_waiting
from crm.outreach.outbox.readers import in_working_hours
from crm.outreach.outbox_tables import MessageStatus
from crm.outreach.reasons import Leave, Reason
from crm.outreach.run_tables import Arm, Enrolment, EnrolmentState, StepTaken
from crm.outreach.send_hours import SendHours
from crm.reference.languages import Language
from crm.shown import Shown
from crm.store.inserting import insert_rows, update_rows
from crm.store.store import Change


@dataclass(frozen=True, slots=True)
class Done:
    """A step that an enrolment has taken.

    Attributes:
        at: when it was taken.
        letter: where its letter stands; None for a step without one.
        handed_at: when the letter was handed to the mail server.
        outcome: for a step that leads to several, the one it led to; for an invitation, what its reader answered.
        person_id: whom the letter went to.
        proposes: when the meeting begins that its letter asks for, as long as nobody can have seen it.
    """

    at: datetime
    letter: MessageStatus | None = None
    handed_at: datetime | None = None
    outcome: str | None = None
    person_id: int | None = None
    proposes: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Shown):
    """An enrolled account whose next step is due.

    Attributes:
        step: the step to take next.
        coverage: the Sector whose membership the run is about; None for an account without a membership.
        facts: what its letters are filled with, as it was frozen: a document that `kept_facts` made.
        answered: whether somebody there or in its corporate group has answered.
        goal_reached: whether the run has come to its goal with it.
        complaining: whether a complaint of theirs is open.
        rotation: how often it had been in the campaign before.
        held_at: since when its next letter is held back, where it is.
        done: the steps that it has taken, by name.
    """

    enrolment_id: int
    run_id: int
    campaign: str
    organization_id: int
    group_id: int
    person_id: int
    language: Language
    arm: Arm
    coverage: Coverage | None
    step: str
    launched_at: datetime
    answered: bool
    goal_reached: bool
    complaining: bool = False
    rotation: int = 0
    held_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    done: Mapping[str, Done] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    """Something for the account manager to do; `owner_id` is None where the account has none."""

    organization_id: int
    what: str
    due_on: date
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Taking:
    """A step taken now: with a letter, with a task, or with neither (a wait that is over, a step held out).

    Attributes:
        outcome: which step it led to, where it could have led to another.
    """

    step: str
    letter: LetterOrder | None = None
    task: Task | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What an enrolment does now.

    Attributes:
        run_id: the run in which it was found, and `stood_at` the step; if it has moved on meanwhile, or another version has
            taken it over, nothing happens.
        taking: the steps it takes, in order.
        anew: what letters of steps that it has taken say from now on, as far as they still wait.
        step: the step to take next, and `due_at` when to look at it again.
        ended: how its journey ended, if it did.
        reason: why it ended, or why its next letter is held back, and `held_at` since when that is.
        person_id: whom it writes to from now on, if that is somebody else.
    """

    enrolment_id: int
    run_id: int
    stood_at: str
    taking: tuple[Taking, ...] = ()
    anew: tuple[LetterOrder, ...] = ()
    step: str | None = None
    due_at: datetime | None = None
    ended: EnrolmentState | None = None
    reason: Reason | Leave | None = None
    held_at: datetime | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Moved(Shown):
    """What came of a batch of moves.

    Attributes:
        letters: letters queued.
        tasks: tasks planned.
        exited: enrolments that left their journey.
        finished: enrolments that came to its end.
        passed_over: enrolments that somebody else had moved.
    """

    letters: int = 0
    tasks: int = 0
    exited: int = 0
    finished: int = 0
    passed_over: int = 0


def take_steps(
    change: Change, moves: Sequence[Move], *, identity: Identity, hours: SendHours | None
) -> Moved:
    """Carry out what was planned for a batch of enrolments, inside a verb.

    An enrolment that somebody else holds or has moved is passed over: its steps are theirs.
    """
    found_at = _held(change.session, moves)
    current = [move for move in moves if found_at.get(move.enrolment_id) == (move.run_id, move.stood_at)]
    takings = [(move, taking) for move in current for taking in move.taking]
    orders = in_working_hours(change.session, [t.letter for _, t in takings if t.letter], hours)
    letters = queue_letters(change, orders, identity=identity)
    rewrite_waiting(change, [order for move in current for order in move.anew])
    rows = [_step_row(change, move, taking, letters) for move, taking in takings]
    insert_rows(change.session, StepTaken, rows)
    leave_at = {order.enrolment_id: order.due_at for order in orders}
    places = [_place(move, leave_at.get(move.enrolment_id), now=change.now) for move in current]
    update_rows(change.session, Enrolment, places)
    others = [{"id": move.enrolment_id, "person_id": move.person_id} for move in current if move.person_id]
    update_rows(change.session, Enrolment, others)
    ended = Counter(move.ended for move in current)
    return Moved(
        letters=len(letters),
        tasks=sum(taking.task is not None for _, taking in takings),
        exited=ended[EnrolmentState.EXITED],
        finished=ended[EnrolmentState.FINISHED],
        passed_over=len(moves) - len(current),
    )


def _held(session: Session, moves: Sequence[Move]) -> dict[int, tuple[int, str | None]]:
    """The enrolments under way, locked, and the run and the step at which each stands.

    Who finds one locked leaves it alone, so nobody here ever waits for anybody.
    """
    query = select(col(Enrolment.id), col(Enrolment.run_id), col(Enrolment.step)).where(
        among(col(Enrolment.id), [move.enrolment_id for move in moves]),
        col(Enrolment.state) == EnrolmentState.ENROLLED,
    )
    locked = session.execute(query.order_by(col(Enrolment.id)).with_for_update(skip_locked=True))
    return {row.id: (row.run_id, row.step) for row in locked}


def _step_row(change: Change, move: Move, taking: Taking, letters: Mapping[str, int]) -> dict[str, Any]:
    task = taking.task and plan_follow_up(
        change,
        taking.task.organization_id,
        taking.task.what,
        due=taking.task.due_on,
        owner_id=taking.task.owner_id,
    )
    return {
        "enrolment_id": move.enrolment_id,
        "step": taking.step,
        "at": change.now,
        "outbox_id": letters[taking.letter.key] if taking.letter else None,
        "follow_up_id": task.id if task else None,
        "outcome": taking.outcome,
    }


def _place(move: Move, leaves_at: datetime | None, *, now: datetime) -> dict[str, Any]:
    """Where an enrolment stands after its move; it is looked at again when its letter leaves, if that is later."""
    return {
        "id": move.enrolment_id,
        "step": move.step,
        "due_at": leaves_at if leaves_at and leaves_at > now else move.due_at,
        "state": move.ended or EnrolmentState.ENROLLED,
        "reason": move.reason,
        "held_at": move.held_at,
        "ended_at": now if move.ended else None,
    }
