"""`book.participation`: what an organisation does in the study groups; the strongest sign of an upgrade."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, col, select

from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import day_said
from crm.errors import AlreadyExists
from crm.reference.study_groups import find_study_group
from crm.store.columns import choice, chosen, id_field, personal, ref
from crm.store.records import Record
from crm.store.store import Store
from crm.store.violations import means


class ParticipationKind(StrEnum):
    """In what way an organisation took part, or asked to."""

    ASKED = "asked"
    ATTENDED = "attended"
    CONTRIBUTED = "contributed"
    RAPPORTEUR = "rapporteur"


class Participation(Record, table=True):
    """One part that an organisation took in a study group on a day."""

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("organization_id", "study_group", "kind", "on", name="uq_participation_once"),
        Index("ix_participation_organization_on", "organization_id", "on"),
    )
    changed_by: ClassVar[str] = "book.participation.record"

    id: int = id_field()
    organization_id: int = ref("organization.id", index=False)
    study_group: str = Field(foreign_key="study_group.code")
    kind: ParticipationKind = choice(ParticipationKind, name="kind")
    on: date
    source: str = personal(default="")
    synthetic: bool = False


means("uq_participation_once", AlreadyExists, "That is on record for the day.", field="on")


class Participations:
    """`book.participation`: record and read what accounts do in the study groups."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(
        self,
        key: OrganizationKey,
        study_group: str,
        kind: ParticipationKind | str,
        *,
        on: date | str,
        source: str = "",
        synthetic: bool = False,
    ) -> Participation:
        """Record that an organisation took part in a study group, or asked about it.

        Args:
            key: which organisation.
            study_group: e.g. "T-SG13".
            kind: asked, attended, contributed or rapporteur.
            on: the day.
            source: where it is documented.
            synthetic: whether it is made up for a demonstration or test.

        Raises:
            AlreadyExists: it is on record.
        """
        with self._store.changing("participation.recorded") as change:
            day = day_said(change, on)
            row = find_organization(change.session, key)
            values = {"organization_id": row.id, "on": day, "source": source, "synthetic": synthetic}
            values |= {
                "kind": chosen(ParticipationKind, kind, field="kind"),
                "study_group": find_study_group(change.session, study_group).code,
            }
            return change.add(Participation.model_validate(values))

    def of(self, key: OrganizationKey) -> tuple[Participation, ...]:
        """What an organisation did in the study groups, the newest first."""
        with self._store.reading() as session:
            row = find_organization(session, key)
            query = select(Participation).where(Participation.organization_id == row.id)
            return tuple(
                session.exec(query.order_by(col(Participation.on).desc(), col(Participation.id).desc()))
            )
