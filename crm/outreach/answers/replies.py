"""What a reply does, whether a letter proves it or a person assigns it: logged, with a follow-up; the journey ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from crm.directory.people import Person
from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.engagement.follow_ups import plan_follow_up
from crm.engagement.interactions import InteractionKind, log_interaction
from crm.mail.answers import Answer
from crm.outreach.answer_tables import AnswerReceived
from crm.outreach.answers.meeting_answers import next_with, note_participation
from crm.outreach.outbox_tables import Letter
from crm.outreach.run_tables import Arm, Enrolment, EnrolmentState, Run, begun_at
from crm.outreach.runs.runs import mark_answered
from crm.store.store import Change

OLDEST = timedelta(days=30)
"""A message that says it was written longer before it came was written by a clock that is wrong."""

_ANSWER_WITHIN = "2d"


def reply_to_letter(change: Change, answer: Answer, letter: Letter, row: AnswerReceived) -> str:
    """Log a reply to a letter inside a verb, and end the journey that the letter belongs to.

    Args:
        change: the verb.
        answer: the message.
        letter: which letter it answers, locked.
        row: the message as the book keeps it.

    Returns:
        What it did, in words.
    """
    account = change.session.get_one(Organization, letter.organization_id)
    people = [person for person in [change.session.get(Person, letter.person_id)] if person]
    at = written_at(answer, after=letter.dated_at, received=row.received_at)
    effect = _log(change, answer, row, account=account, people=people, at=at)
    if answer.participation:
        note_participation(change, letter, answer.participation)
    if letter.enrolment_id:
        mark_answered(change, letter.enrolment_id, at=row.received_at)
    return effect


def reply_from_account(
    change: Change, answer: Answer, account: Organization, people: Sequence[Person], row: AnswerReceived
) -> str:
    """Log inside a verb what an account wrote to us, and end its journeys that had begun by then; see `reply_to_letter`."""
    at = written_at(answer, after=row.received_at - OLDEST, received=row.received_at)
    effect = _log(change, answer, row, account=account, people=people, at=at)
    for enrolment_id in _under_way(change.session, account, at=at):
        mark_answered(change, enrolment_id, at=row.received_at)
    return effect


def written_at(answer: Answer, *, after: datetime, received: datetime) -> datetime:
    """When a message says it was written, unless its clock is wrong: before what it answers, or after it came."""
    return answer.date if answer.date and after <= answer.date <= received else received


def summary(answer: Answer, *more: str, otherwise: str) -> str:
    """What is logged of a message: its subject and its own words."""
    return "\n".join(filter(None, [answer.subject, answer.text.replace("\0", ""), *more])) or otherwise


def _log(
    change: Change,
    answer: Answer,
    row: AnswerReceived,
    *,
    account: Organization,
    people: Sequence[Person],
    at: datetime,
) -> str:
    owner = change.session.get(Staff, account.owner_id) if account.owner_id else None
    values = {
        "kind": InteractionKind.EMAIL,
        "at": at,
        "summary": summary(answer, otherwise="(an empty reply)"),
        "office": owner.office if owner else None,
        "inbound": True,
    }
    met = log_interaction(change, account, values, people=people, staff=[owner] if owner else [])
    name = people[0].name if people else account.name
    said = answer.participation
    plan_follow_up(
        change,
        account.id,
        next_with(name, said) if said else f"Answer the reply from {name}",
        due=_ANSWER_WITHIN,
        owner_id=account.owner_id,
        interaction_id=met.id,
    )
    row.interaction_id = met.id
    return f"{said.words}: logged, with a follow-up" if said else "logged as an interaction, with a follow-up"


def _under_way(session: Session, account: Organization, *, at: datetime) -> Sequence[int]:
    query = select(col(Enrolment.id)).join(Run, col(Run.id) == col(Enrolment.run_id))
    query = query.where(
        col(Enrolment.organization_id) == account.id,
        col(Enrolment.state) == EnrolmentState.ENROLLED,
        col(Enrolment.arm) == Arm.TREATMENT,  # what a held-out account says is counted where it is read
        begun_at() <= at,
    )
    return session.exec(query.order_by(col(Enrolment.id))).all()
