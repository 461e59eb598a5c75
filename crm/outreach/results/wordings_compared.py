"""What came of each wording of a step that is written in several."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.outreach.outbox_tables import Letter, Wording
from crm.outreach.run_tables import Enrolment, Run
from crm.outreach.runs.goals import reached_at
from crm.outreach.runs.responses import answered_at
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class WordingResult(Shown):
    """What came of one wording; whoever it was queued for counts, whether or not it went out.

    Attributes:
        step: the step of the journey.
        template: the name of the wording.
        written: accounts that it was queued for.
        answered: those that replied to a letter, or came to us in another way since the launch.
        converted: those that reached the goal.
    """

    step: str
    template: str
    written: int
    answered: int
    converted: int


def wordings_of(session: Session, run: Run, *, until: datetime) -> tuple[WordingResult, ...]:
    """The results of a run by step and wording, up to an instant: of the letters that had been queued by then."""
    query = (
        select(
            col(Letter.step),
            col(Wording.name),
            func.count(),
            func.count().filter(answered_at() <= until),
            func.count().filter(reached_at(run.approved.goal) <= until),
        )
        .join(Enrolment, col(Enrolment.id) == col(Letter.enrolment_id))
        .join(Run, col(Run.id) == col(Enrolment.run_id))
        .join(Wording, col(Wording.sha256) == col(Letter.template))
        .where(col(Letter.run_id) == run.id, col(Letter.queued_at) <= until)
        .group_by(col(Letter.step), col(Wording.name))
        .order_by(func.min(col(Letter.id)))
    )
    return tuple(WordingResult(*row) for row in session.execute(query))
