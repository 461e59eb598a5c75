"""When a Member State that was asked for its class of contribution, and has not answered, is due a reminder."""

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty


class RoundReminderStep(Fact, table=True):
    """One step of the reminders.

    Attributes:
        step: its key; what is reminded of is the deadline, so a step is due again when the deadline moves.
        position: its place in their order.
        days_before: so many days before the deadline; -1 is the day after it.
    """

    __tablename__ = "round_reminder_step"

    step: str = Field(primary_key=True)
    position: int
    days_before: int
    certainty: Certainty = certainty()


def reminder_steps(session: Session) -> tuple[RoundReminderStep, ...]:
    """The steps, the earliest first."""
    query = select(RoundReminderStep).where(col(RoundReminderStep.retired_on).is_(None))
    return tuple(session.exec(query.order_by(col(RoundReminderStep.position))))
