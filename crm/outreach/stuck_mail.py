"""Outgoing mail that goes no further without a person: runs that paused themselves, letters that are held or in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import Session, col

from crm.directory.people import Person
from crm.directory.staff import Staff
from crm.directory.tables import Organization
from crm.insight.attention_scope import AttentionScope, Source
from crm.insight.need import NeedReason, Sign, in_days
from crm.insight.timeline_sources import in_a_line
from crm.outreach.draft_tables import LetterDraft
from crm.outreach.outbox_tables import NEVER_TWICE, Letter, MessageStatus
from crm.outreach.run_tables import Enrolment, Run, RunStatus

Lines = Select[*tuple[Any, ...]]

_HELD = col(Letter.status) == MessageStatus.HELD
# About letters of other classes nobody need decide: what is in doubt is assumed sent after a while.
_IN_DOUBT = (col(Letter.status) == MessageStatus.IN_DOUBT) & col(Letter.message_class).not_in(NEVER_TWICE)


@dataclass(frozen=True, slots=True)
class StuckMail:
    """What goes no further without a person.

    Attributes:
        held: how many letters are held.
        in_doubt: how many are in doubt, and are not settled by time.
        halted: the runs that paused themselves, the oldest first.
    """

    held: int
    in_doubt: int
    halted: Sequence[Run]

    @property
    def letters(self) -> str:
        """The letters in words."""
        return letters_in_words(self.held, self.in_doubt)


def stuck_mail(session: Session) -> StuckMail:
    """What of all outgoing mail goes no further without a person."""
    counts = select(func.count().filter(_HELD), func.count().filter(_IN_DOUBT)).where(_HELD | _IN_DOUBT)
    held, in_doubt = session.execute(counts).one()
    halted = select(Run).where(_halted()).order_by(col(Run.halted_at), col(Run.id))
    return StuckMail(held, in_doubt, session.scalars(halted).all())


def letters_in_words(held: int, in_doubt: int) -> str:
    """How many letters are held and in doubt, e.g. "3 letters held, 1 in doubt"; "" where none is."""
    told = [f"{count} {how}" for count, how in ((held, "held"), (in_doubt, "in doubt")) if count]
    first, *rest = told or [""]
    number, _, how = first.partition(" ")
    noun = "letter" if number == "1" else "letters"
    return ", ".join([f"{number} {noun} {how}", *rest]) if told else ""


def _halted() -> ColumnElement[bool]:
    return (col(Run.status) == RunStatus.PAUSED) & col(Run.halted_at).is_not(None)


def _runs(scope: AttentionScope) -> Lines:
    stuck = (
        select(
            col(Letter.run_id).label("run_id"),
            func.count().filter(_HELD).label("held"),
            func.count().filter(_IN_DOUBT).label("in_doubt"),
            func.max(Letter.id).label("latest"),
            func.min(func.coalesce(Letter.handed_at, Letter.due_at)).label("since"),
        )
        .where(col(Letter.run_id).is_not(None), _HELD | _IN_DOUBT)
        .group_by(col(Letter.run_id))
        .subquery()
    )
    # A need is one of an account: that of the latest such letter, or else one that takes part.
    of_letter = select(col(Letter.organization_id)).where(col(Letter.id) == stuck.c.latest).scalar_subquery()
    takes_part = select(func.min(Enrolment.organization_id)).where(
        col(Enrolment.run_id) == col(Run.id), col(Enrolment.arm).is_not(None)
    )
    since = func.coalesce(Run.halted_at, stuck.c.since)
    return (
        select(
            *(col(Run.id), col(Run.title), col(Run.note), _halted().label("halted")),
            *(
                stuck.c.held,
                stuck.c.in_doubt,
                col(Organization.id).label("account"),
                col(Staff.id).label("author"),
            ),
            scope.day(since).label("since_on"),
        )
        .join(Staff, col(Staff.email) == col(Run.author))
        .outerjoin(stuck, stuck.c.run_id == col(Run.id))
        .join(Organization, col(Organization.id) == func.coalesce(of_letter, takes_part.scalar_subquery()))
        .where(
            col(Run.status).in_([RunStatus.RUNNING, RunStatus.PAUSED]),
            _halted() | stuck.c.run_id.is_not(None),
        )
        .where(scope.owes(col(Staff.id)), scope.place(), since < scope.until)
    )


def _told_run(row: Any, scope: AttentionScope) -> Sign:
    letters = letters_in_words(row.held or 0, row.in_doubt or 0)
    days = (scope.on - row.since_on).days
    paused = f"paused itself {f'{in_days(days)} ago' if days else 'today'}: {in_a_line(row.note)}"
    parts = [paused if row.halted else "waits for a decision", letters]
    return Sign(
        organization_id=row.account,
        owner_id=row.author,
        reason=NeedReason.HALTED,
        words=f"{row.title} (run {row.id}) {'; '.join(filter(None, parts))}",
        refers_to=f"run:{row.id}",
        since_on=row.since_on,
    )


def _by_hand(scope: AttentionScope) -> Lines:
    since = func.coalesce(Letter.handed_at, Letter.due_at)
    return (
        select(
            *(col(Letter.id), col(Letter.organization_id), col(Letter.status), col(Letter.verdict)),
            *(col(LetterDraft.author_id), col(Person.name), scope.day(since).label("since_on")),
        )
        .join(LetterDraft, col(LetterDraft.outbox_id) == col(Letter.id))
        .join(Organization, col(Organization.id) == col(Letter.organization_id))
        .join(Person, col(Person.id) == col(Letter.person_id))
        .where(_HELD | _IN_DOUBT)
        .where(scope.owes(col(LetterDraft.author_id)), scope.place(), since < scope.until)
    )


def _told_letter(row: Any, scope: AttentionScope) -> Sign:  # noqa: ARG001 - the signature of a source
    stands = "is held" if row.status is MessageStatus.HELD else "is in doubt"
    return Sign(
        organization_id=row.organization_id,
        owner_id=row.author_id,
        reason=NeedReason.UNDECIDED,
        words=f"Letter to {row.name} {stands}: {in_a_line(row.verdict)}",
        refers_to=f"outbox:{row.id}",
        since_on=row.since_on,
    )


SOURCES = (
    Source(frozenset({NeedReason.HALTED}), _runs, _told_run),
    Source(frozenset({NeedReason.UNDECIDED}), _by_hand, _told_letter),
)
"""What stuck mail has to say to an attention list: to the author of the run, or of the letter."""
