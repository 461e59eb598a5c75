"""What a calendar answers to a meeting that a letter proposed: noted on the journey, as an answer."""

from sqlalchemy import update
from sqlmodel import col

from crm.mail.calendar_replies import Participation
from crm.outreach.outbox_tables import Letter
from crm.outreach.run_tables import StepTaken
from crm.store.store import Change

_NEXT = {
    Participation.ACCEPTED: "Confirm the meeting with {name} and prepare it",
    Participation.DECLINED: "Ask {name} whether another time suits: the meeting was declined",
    Participation.TENTATIVE: "Ask {name} whether the meeting stands: they may come",
    Participation.COUNTERED: "Answer {name}, who proposes another time for the meeting",
}


def next_with(name: str, said: Participation) -> str:
    """What the account manager does next, in words."""
    return _NEXT[said].format(name=name)


def note_participation(change: Change, letter: Letter, said: Participation) -> None:
    """Note inside a verb what somebody said to an invitation; who changes their mind has said the latter."""
    step = col(StepTaken.outbox_id) == letter.id
    change.session.execute(update(StepTaken).where(step).values(outcome=said.value))
