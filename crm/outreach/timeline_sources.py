"""What outreach has to say to a timeline: letters, answers to them, drafts, and the runs an account is in."""

from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import array
from sqlmodel import col

from crm.directory.people import Person
from crm.directory.staff import Staff
from crm.insight.happening import HappeningKind, Scope, Source, any_of, lines_of
from crm.insight.timeline_sources import Lines, in_a_line, interactions_of
from crm.outreach.answer_tables import AnswerReceived
from crm.outreach.draft_tables import LetterDraft
from crm.outreach.outbox_tables import Letter, Wording
from crm.outreach.run_tables import Enrolment, EnrolmentState, Run, reason_of


def _letters_of(scope: Scope) -> Any:
    """The letters of a scope; those of an enrolment belong to the enrolled account."""
    enrolled = select(col(Enrolment.id)).where(scope.account(col(Enrolment.organization_id)))
    return select(col(Letter.id)).where(
        any_of(
            Letter,
            scope.account(col(Letter.organization_id)),
            scope.person(col(Letter.person_id)),
            col(Letter.enrolment_id).in_(enrolled),
        )
    )


def _letters(scope: Scope) -> Lines:
    lines = lines_of(
        Letter,
        at=func.coalesce(col(Letter.handed_at), col(Letter.due_at)),
        organization_id=col(Letter.organization_id),
        people=array([col(Letter.to_name)]),
        subject=col(Letter.facts)["letter"]["subject"].astext,
        wording=col(Wording.name),
        status=col(Letter.status),
    )
    lines = lines.join(Wording, col(Wording.sha256) == col(Letter.template))
    return lines.where(col(Letter.id).in_(_letters_of(scope)))


def _answers(scope: Scope) -> Lines:
    lines = lines_of(
        AnswerReceived,
        at=col(AnswerReceived.received_at),
        organization_id=col(AnswerReceived.organization_id),
        people=array([func.coalesce(col(Person.name), col(AnswerReceived.sender))]),
        what=col(AnswerReceived.kind),
        subject=col(AnswerReceived.subject),
    )
    about = any_of(
        AnswerReceived,
        scope.account(col(AnswerReceived.organization_id)),
        scope.person(col(AnswerReceived.person_id)),
        col(AnswerReceived.outbox_id).in_(_letters_of(scope)),
        col(AnswerReceived.interaction_id).in_(interactions_of(scope)),
    )
    return lines.outerjoin(Person, col(Person.id) == col(AnswerReceived.person_id)).where(about)


def _drafts(scope: Scope) -> Lines:
    state = case(
        (col(LetterDraft.outbox_id).is_not(None), "approved"),
        (col(LetterDraft.discarded_at).is_not(None), "discarded"),
        else_="waits for approval",
    )
    lines = lines_of(
        LetterDraft,
        at=col(LetterDraft.drafted_at),
        organization_id=col(LetterDraft.organization_id),
        people=array([col(Person.name)]),
        office=col(Staff.office),
        subject=col(LetterDraft.subject),
        state=state,
    )
    about = any_of(
        LetterDraft,
        scope.account(col(LetterDraft.organization_id)),
        scope.person(col(LetterDraft.person_id)),
        col(LetterDraft.interaction_id).in_(interactions_of(scope)),
    )
    lines = lines.join(Person, col(Person.id) == col(LetterDraft.person_id))
    return lines.join(Staff, col(Staff.id) == col(LetterDraft.author_id)).where(about)


def _enrolments(scope: Scope) -> Lines:
    lines = lines_of(
        Enrolment,
        at=func.coalesce(col(Run.launched_at), col(Run.prepared_at)),
        organization_id=col(Enrolment.organization_id),
        people=func.array_remove(array([col(Person.name)]), None),
        run=col(Run.title),
        state=col(Enrolment.state),
        reason=col(Enrolment.reason),
    )
    about = any_of(
        Enrolment, scope.account(col(Enrolment.organization_id)), scope.person(col(Enrolment.person_id))
    )
    lines = lines.join(Run, col(Run.id) == col(Enrolment.run_id))
    return lines.outerjoin(Person, col(Person.id) == col(Enrolment.person_id)).where(about)


def _told_letter(line: Any) -> str:
    what = in_a_line(line.subject or line.wording.replace("_", " "))
    return f"Letter: {what} ({line.status.replace('_', ' ')})"


def _told_answer(line: Any) -> str:
    what = line.what.replace("_", " ").capitalize()
    return f"{what} received: {in_a_line(line.subject)}" if line.subject else f"{what} received"


def _told_enrolment(line: Any) -> str:
    # The arm stays untold: whoever knows an account is held out treats it otherwise.
    out = line.state is EnrolmentState.LEFT_OUT
    why = reason_of(line.state, line.reason)
    reason = f": {why.words}" if why else ""
    return f"{'Left out of' if out else 'In'} the run {line.run} ({line.state.replace('_', ' ')}{reason})"


SOURCES = (
    Source(HappeningKind.LETTER, Letter, _letters, _told_letter),
    Source(HappeningKind.ANSWER, AnswerReceived, _answers, _told_answer),
    Source(
        HappeningKind.DRAFT,
        LetterDraft,
        _drafts,
        lambda line: f"Draft: {in_a_line(line.subject)} ({line.state})",
    ),
    Source(HappeningKind.RUN, Enrolment, _enrolments, _told_enrolment),
)
"""What is known from the mail on."""
