"""Taking back that a message was assigned to an account: what was logged of it goes, and the journeys it ended go on."""

from sqlalchemy import exists, update
from sqlmodel import Session, col, select

from crm.engagement.follow_ups import FollowUp
from crm.engagement.interactions import Interaction, InteractionPerson, InteractionStaff
from crm.errors import Refused
from crm.mail import inbound
from crm.outreach.answer_tables import AnswerReceived
from crm.outreach.answers.assigning import REPLIES
from crm.outreach.draft_tables import LetterDraft
from crm.outreach.reasons import Leave
from crm.outreach.run_tables import Enrolment, EnrolmentState, Run, RunStatus
from crm.outreach.runs.rules import engaged_groups
from crm.store.store import Change


def take_back(change: Change, row: AnswerReceived) -> AnswerReceived:
    """Let a message wait for a person again inside a verb, as if nobody had assigned it.

    Args:
        change: the verb.
        row: the message, assigned to an account.

    Raises:
        Refused: it was not, or somebody has gone on from it: its next step is done, or a letter follows it up.
    """
    session = change.session
    if row.outbox_id is not None or row.interaction_id is None or row.kind not in REPLIES:
        raise _refused(row, "It was not assigned to an account.")
    met = session.get_one(Interaction, row.interaction_id)
    steps = session.exec(select(FollowUp).where(FollowUp.interaction_id == met.id)).all()
    followed_up = session.scalar(select(exists().where(col(LetterDraft.interaction_id) == met.id)))
    if followed_up or any(step.done_at is not None for step in steps):
        raise _refused(row, "Somebody has gone on from it: its next step is done, or a letter follows it up.")
    _let_journeys_go_on(change, met.organization_id, row)
    kind = inbound.parse(row.raw).kind if row.raw else row.kind
    nobody = {"organization_id": None, "person_id": None, "interaction_id": None}
    row.amend({**nobody, "kind": kind, "effect": "fits no letter of ours"})
    session.flush()
    for link in (InteractionPerson, InteractionStaff):
        for there in session.exec(select(link).where(col(link.interaction_id) == met.id)):
            session.delete(there)
    for step in steps:
        session.delete(step)
    session.flush()
    session.delete(met)
    return row


def _let_journeys_go_on(change: Change, organization_id: int, row: AnswerReceived) -> None:
    """Let the journeys that this answer ended go on, unless their run is over or another campaign is busy with the group."""
    session: Session = change.session
    answered = (
        col(Enrolment.organization_id) == organization_id,
        col(Enrolment.answered_at) == row.received_at,
    )
    session.execute(
        update(Enrolment)
        .where(
            *answered,
            col(Enrolment.state) == EnrolmentState.EXITED,
            col(Enrolment.reason) == Leave.ANSWERED,
            col(Enrolment.run_id).in_(
                select(Run.id).where(col(Run.status).in_((RunStatus.RUNNING, RunStatus.PAUSED)))
            ),
            col(Enrolment.group_id).not_in(engaged_groups()),
        )
        .values(state=EnrolmentState.ENROLLED, reason=None, ended_at=None, due_at=change.now)
    )
    session.execute(update(Enrolment).where(*answered).values(answered_at=None))


def _refused(row: AnswerReceived, what: str) -> Refused:
    return Refused(what, rule="answers.unassign", subject=f"answer:{row.id}")
