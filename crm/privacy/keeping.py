"""What each retention rule is about: which rows, counted from when, and which of their words go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import col

from crm.directory.merged import stands
from crm.directory.people import Person, Position, not_over
from crm.engagement.interactions import Interaction, InteractionPerson
from crm.imports.batches import ImportBatch, ImportRow
from crm.outreach.answer_tables import AnswerReceived
from crm.outreach.draft_tables import LetterDraft
from crm.outreach.outbox_tables import Enclosed, Letter
from crm.privacy.about import table_of
from crm.privacy.blanking import holds_something
from crm.reference.retention_rules import RetentionAction
from crm.store.records import Record
from crm.store.trail import TrailChange, TrailEntry, TrailPersonal


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a rule is about.

    Attributes:
        record: the table.
        since: from when on a row is counted, for queries; a row without it is kept.
        fields: the columns whose words go; none where the row goes, or the person.
        only: which rows of the table.
    """

    record: type[Record]
    since: Any
    fields: tuple[str, ...] = ()
    only: ColumnElement[bool] | None = None

    @property
    def action(self) -> RetentionAction:
        """What can be done about it."""
        if self.fields:
            return RetentionAction.BLANK
        return RetentionAction.ERASE if self.record is Person else RetentionAction.REMOVE

    def due(self, cutoff: datetime) -> ColumnElement[bool]:
        """Whether a row has been kept for long enough, and still holds anything."""
        conditions = [self.since < cutoff]
        if self.only is not None:
            conditions.append(self.only)
        if self.fields:
            columns = table_of(self.record).columns
            conditions.append(or_(*(holds_something(columns[field]) for field in self.fields)))
        return and_(*conditions)


def keepings(today: date) -> Mapping[str, Keeping]:
    """What every rule is about, by its slug.

    Args:
        today: the day on which positions are looked at.
    """
    return {
        "answers_raw": Keeping(AnswerReceived, col(AnswerReceived.received_at), ("raw",)),
        "drafts_discarded": Keeping(LetterDraft, col(LetterDraft.discarded_at), ("subject", "text")),
        "enclosures": Keeping(Enclosed, _of(Letter.settled_at, Letter.id, Enclosed.outbox_id), ("content",)),
        "import_rows_cells": Keeping(
            ImportRow,
            _of(ImportBatch.started_at, ImportBatch.id, ImportRow.batch_id),
            ("cells", "problems"),
        ),
        "letter_facts": Keeping(Letter, col(Letter.settled_at), ("facts",)),
        "people_without_position": Keeping(Person, _last_of(), only=_without_position(today)),
        "interactions": Keeping(Interaction, col(Interaction.at), ("summary",)),
        "trail_personal": Keeping(
            TrailPersonal,
            select(col(TrailEntry.at))
            .join(TrailChange, col(TrailChange.entry_id) == col(TrailEntry.id))
            .where(col(TrailChange.id) == col(TrailPersonal.change_id))
            .correlate(TrailPersonal)
            .scalar_subquery(),
        ),
    }


def _of(field: Any, key: Any, reference: Any) -> ColumnElement[Any]:
    """A field of the row that another row belongs to."""
    return select(col(field)).where(col(key) == col(reference)).correlate_except(key.class_).scalar_subquery()


def _without_position(today: date) -> ColumnElement[bool]:
    held = select(col(Position.id)).where(
        col(Position.person_id) == col(Person.id),
        not_over(today),
    )
    return and_(stands(Person), col(Person.erased_at).is_(None), ~held.exists())


def _last_of() -> ColumnElement[datetime | None]:
    """The last thing that is on record with a person."""
    met = select(func.max(col(Interaction.at))).join(
        InteractionPerson, col(InteractionPerson.interaction_id) == col(Interaction.id)
    )
    left = select(func.max(func.timezone("UTC", col(Position.until_on))))
    found = [
        met.where(col(InteractionPerson.person_id) == col(Person.id)),
        left.where(col(Position.person_id) == col(Person.id)),
        select(func.max(col(Letter.queued_at))).where(col(Letter.person_id) == col(Person.id)),
        select(func.max(col(AnswerReceived.received_at))).where(
            col(AnswerReceived.person_id) == col(Person.id)
        ),
    ]
    return func.greatest(
        col(Person.created_at), *(query.correlate(Person).scalar_subquery() for query in found)
    )
