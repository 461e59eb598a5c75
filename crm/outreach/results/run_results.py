"""What came of a run: who was enrolled in which arm, what became of the letters, who answered, and with whom the goal is reached."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from crm.engagement.opportunity_tables import Frequency, Opportunity
from crm.outreach.delivery.budget import HARD_BOUNCE
from crm.outreach.goal import Goal
from crm.outreach.outbox_tables import DeliveryEvent, Letter, MessageStatus
from crm.outreach.reasons import Leave, Reason
from crm.outreach.results.exposure import Exposure
from crm.outreach.run_tables import TOOK_PART, Arm, Enrolment, EnrolmentState, Run, begun_at
from crm.outreach.runs.goals import reached_at
from crm.outreach.runs.responses import answered_at
from crm.reference.languages import Language
from crm.reference.opportunity_stages import Outcome
from crm.shown import Shown

_Why = TypeVar("_Why", Reason, Leave)


@dataclass(frozen=True, slots=True)
class ArmResult(Shown):
    """What came of one arm.

    Attributes:
        enrolled: accounts in the arm.
        underway: those whose journey goes on.
        answered: those that replied to a letter, or came to us in another way since the launch.
        converted: those with which the run's goal is reached.
        won: what they have agreed to since the launch: the asks won, in CHF a year.
        letters: letters by where they stand, those in doubt and those assumed sent included.
        bounced: letters that a mail server took, and about which a report came back that their address does not exist.
        held: accounts under way whose next letter is held back for now, by reason.
        exits: accounts that left the journey, by reason.
    """

    arm: Arm
    enrolled: int = 0
    underway: int = 0
    answered: int = 0
    converted: int = 0
    won: Decimal = Decimal(0)
    letters: Mapping[MessageStatus, int] = field(default_factory=dict)
    bounced: int = 0
    held: Mapping[Reason, int] = field(default_factory=dict)
    exits: Mapping[Leave, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunResults(Shown):
    """Where a run stands and what came of it so far.

    Attributes:
        left_out: accounts left out, by reason.
        languages: accounts written to, by the language of their letters.
        awaiting: accounts beyond the ceiling of a standing run, which await an approval.
    """

    run: Run
    arms: tuple[ArmResult, ...]
    left_out: Mapping[Reason, int]
    languages: Mapping[Language, int] = field(default_factory=dict)
    awaiting: int = 0

    @property
    def goal(self) -> Goal:
        """What the run is for."""
        return self.run.approved.goal

    @property
    def enrolled(self) -> int:
        """Accounts in both arms."""
        return sum(arm.enrolled for arm in self.arms)

    def arm(self, arm: Arm | str) -> ArmResult:
        """One of the two arms, "treatment" or "hold_out"."""
        return next(found for found in self.arms if found.arm is Arm(arm))


def results_of(session: Session, run: Run, *, exposure: Exposure | None = None) -> RunResults:
    """The results of a run as the book stands.

    Args:
        session: the session to read in.
        run: which.
        exposure: a reading: answers, goals and money within so many days of each account's own entry, and only of those
            who have had these days since they entered for the first time, whichever version of a standing campaign has
            taken them over since.
    """
    counts = _counts(session, run, exposure)
    won = _won(session, run, exposure)
    letters, bounced = _letters(session, run), _bounced(session, run)
    exits = _reasons(session, run, Leave, EnrolmentState.EXITED)
    held = _reasons(session, run, Reason, EnrolmentState.ENROLLED)
    arms = [
        ArmResult(
            arm,
            **counts.get(arm, {}),
            won=won.get(arm, Decimal(0)),
            letters=letters.get(arm, {}),
            bounced=bounced.get(arm, 0),
            held=held.get(arm, {}),
            exits=exits.get(arm, {}),
        )
        for arm in Arm
    ]
    left_out = _reasons(session, run, Reason, EnrolmentState.LEFT_OUT).get(None, {})
    return RunResults(run, tuple(arms), left_out, _languages(session, run), _awaiting(session, run))


def _counts(session: Session, run: Run, exposure: Exposure | None) -> dict[Arm | None, dict[str, int]]:
    query = (
        select(
            col(Enrolment.arm),
            (col(Enrolment.state) == EnrolmentState.ENROLLED).label("underway"),
            begun_at().label("begun_at"),
            answered_at().label("answered_at"),
            reached_at(run.approved.goal).label("reached_at"),
        )
        .join(Run, col(Run.id) == col(Enrolment.run_id))
        .where(*_counting(run, exposure))
    )
    found: dict[Arm | None, Counter[str]] = defaultdict(Counter)
    for row in session.execute(query):
        if exposure is None or exposure.compares(row.begun_at):
            found[row.arm] += Counter(
                enrolled=1,
                underway=int(row.underway),
                answered=int(_came(row.answered_at, row.begun_at, exposure)),
                converted=int(_came(row.reached_at, row.begun_at, exposure)),
            )
    return {arm: dict(counts) for arm, counts in found.items()}


def _counting(run: Run, exposure: Exposure | None) -> tuple[ColumnElement[bool], ...]:
    """Whose outcomes count: of all who take part, or of those who may be compared at a reading."""
    part = col(Enrolment.state).in_(TOOK_PART)
    if exposure is None:
        return (part, col(Enrolment.run_id) == run.id)
    still_here = (col(Enrolment.run_id) == run.id) & col(Enrolment.entered_run_id).is_(None)
    entered_here = still_here | (col(Enrolment.entered_run_id) == run.id)
    return (part, entered_here, col(Enrolment.rotation) == 0)


def _won(session: Session, run: Run, exposure: Exposure | None) -> dict[Arm | None, Decimal]:
    """What the accounts of each arm agreed to since the launch."""
    query = (
        select(
            col(Enrolment.arm),
            begun_at().label("begun_at"),
            col(Opportunity.closed_at),
            col(Opportunity.amount),
        )
        .join(Run, col(Run.id) == col(Enrolment.run_id))
        .join(Opportunity, col(Opportunity.organization_id) == col(Enrolment.organization_id))
        .where(
            *_counting(run, exposure),
            col(Opportunity.outcome) == Outcome.WON,
            col(Opportunity.currency) == "CHF",
            col(Opportunity.frequency) == Frequency.YEARLY,
            col(Opportunity.amount).is_not(None),
            col(Opportunity.closed_at) >= begun_at(),
        )
    )
    found: dict[Arm | None, Decimal] = defaultdict(Decimal)
    for row in session.execute(query):
        compared = exposure is None or exposure.compares(row.begun_at)
        if compared and _came(row.closed_at, row.begun_at, exposure):
            found[row.arm] += row.amount
    return found


def _came(at: datetime | None, begun: datetime, exposure: Exposure | None) -> bool:
    """Whether something has come of an account that began then, within the days of a reading where one is looked at."""
    return at is not None if exposure is None else exposure.counts(at, begun_at=begun)


def _letters(session: Session, run: Run) -> dict[Arm | None, dict[MessageStatus, int]]:
    query = (
        select(col(Enrolment.arm), col(Letter.status), func.count())
        .join(Enrolment, col(Enrolment.id) == col(Letter.enrolment_id))
        .where(col(Letter.run_id) == run.id)
        .group_by(col(Enrolment.arm), col(Letter.status))
    )
    found: dict[Arm | None, dict[MessageStatus, int]] = defaultdict(dict)
    for arm, status, count in session.execute(query):
        found[arm][status] = count
    return found


def _bounced(session: Session, run: Run) -> dict[Arm | None, int]:
    query = (
        select(col(Enrolment.arm), func.count(func.distinct(col(Letter.id))))
        .join(Enrolment, col(Enrolment.id) == col(Letter.enrolment_id))
        .join(DeliveryEvent, col(DeliveryEvent.outbox_id) == col(Letter.id))
        .where(col(Letter.run_id) == run.id, col(DeliveryEvent.what) == HARD_BOUNCE)
        .group_by(col(Enrolment.arm))
    )
    return {arm: count for arm, count in session.execute(query)}  # noqa: C416 - dict() would take the result for a mapping


def _languages(session: Session, run: Run) -> dict[Language, int]:
    query = (
        select(col(Enrolment.language), func.count())
        .where(
            col(Enrolment.run_id) == run.id,
            col(Enrolment.arm) == Arm.TREATMENT,
            col(Enrolment.state).in_(TOOK_PART),
        )
        .group_by(col(Enrolment.language))
    )
    return {language: count for language, count in session.execute(query) if language is not None}


def _awaiting(session: Session, run: Run) -> int:
    awaits = col(Enrolment.state) == EnrolmentState.AWAITING
    return session.scalar(select(func.count()).where(col(Enrolment.run_id) == run.id, awaits)) or 0


def _reasons(
    session: Session, run: Run, kind: type[_Why], state: EnrolmentState
) -> dict[Arm | None, dict[_Why, int]]:
    """How many accounts are in a state for each reason, by arm; what is left out has no arm."""
    query = (
        select(col(Enrolment.arm), col(Enrolment.reason), func.count())
        .where(
            col(Enrolment.run_id) == run.id, col(Enrolment.state) == state, col(Enrolment.reason).is_not(None)
        )
        .group_by(col(Enrolment.arm), col(Enrolment.reason))
        .order_by(func.count().desc(), col(Enrolment.reason))
    )
    found: dict[Arm | None, dict[_Why, int]] = defaultdict(dict)
    for arm, reason, count in session.execute(query):
        found[arm][kind(reason)] = count
    return found
