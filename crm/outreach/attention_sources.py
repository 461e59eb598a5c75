"""What outreach has to say to an attention list: letters as touches of ours, drafts that wait, mail that is stuck.

A reply has become an interaction by the time it is here (`crm/outreach/answers/answers.py`), and is seen as one.
"""

from typing import Any

from sqlalchemy import Select, literal, select
from sqlmodel import col

from crm.directory.people import Person
from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.insight import signs_of_applications, signs_of_change, signs_of_contact, signs_of_votes
from crm.insight.attention import Attention
from crm.insight.attention_scope import AttentionScope, Source
from crm.insight.need import NeedReason, Sign, in_days
from crm.insight.timeline_sources import in_a_line
from crm.insight.touches import interactions, latest_of
from crm.outreach import stuck_mail
from crm.outreach.draft_tables import LetterDraft, waits
from crm.outreach.outbox_tables import WENT_OUT, Letter, MessageClass
from crm.store.store import Store

Lines = Select[*tuple[Any, ...]]


def letters(*, ours: bool) -> Lines:  # noqa: ARG001 - a letter is always ours
    """The latest letter to an account that one of us wrote by hand and that went out."""
    office = (
        select(col(Staff.office))
        .join(LetterDraft, col(LetterDraft.author_id) == col(Staff.id))
        .where(col(LetterDraft.outbox_id) == col(Letter.id))
        .limit(1)
        .correlate(Letter)
        .scalar_subquery()
    )
    return latest_of(Letter, at=col(Letter.handed_at), kind=literal("letter"), office=office).where(
        col(Letter.message_class) == MessageClass.CORRESPONDENCE, col(Letter.status).in_(sorted(WENT_OUT))
    )


def _drafts(scope: AttentionScope) -> Lines:
    return (
        select(
            col(LetterDraft.id),
            col(LetterDraft.organization_id),
            col(LetterDraft.author_id),
            col(LetterDraft.subject),
            col(Person.name),
            scope.day(col(LetterDraft.drafted_at)).label("since_on"),
        )
        .join(Organization, col(Organization.id) == col(LetterDraft.organization_id))
        .join(Person, col(Person.id) == col(LetterDraft.person_id))
        .where(waits())
        .where(
            scope.owes(col(LetterDraft.author_id)), scope.place(), col(LetterDraft.drafted_at) < scope.until
        )
    )


def _told_draft(row: Any, scope: AttentionScope) -> Sign:
    days = (scope.on - row.since_on).days
    since = f"for {in_days(days)}" if days else "since today"
    return Sign(
        organization_id=row.organization_id,
        owner_id=row.author_id,
        reason=NeedReason.DRAFT,
        words=f"Letter to {row.name} waits for approval {since}: {in_a_line(row.subject)}",
        refers_to=f"letter_draft:{row.id}",
        since_on=row.since_on,
    )


TOUCHES = (interactions, letters)
"""Where touches stand on record, all of them."""


def attention(store: Store) -> Attention:
    """The attention list with all that the book has to say to it."""
    drafts = Source(frozenset({NeedReason.DRAFT}), _drafts, _told_draft)
    signs = (signs_of_contact, signs_of_change, signs_of_applications, signs_of_votes)
    sources = (*(source for each in signs for source in each.SOURCES), drafts, *stuck_mail.SOURCES)
    return Attention(store, sources=sources, touches=TOUCHES)
