"""Roles: which organisations are prospects or donors, and since when. Membership is told by the terms."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, Index, and_, exists, or_
from sqlmodel import Session, col, select

from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import day_said
from crm.directory.tables import Organization
from crm.errors import AlreadyExists, InvalidInput, NotFound
from crm.store.columns import choice, chosen, id_field, personal, ref
from crm.store.records import Record
from crm.store.restoring import restores
from crm.store.store import Change, Store
from crm.store.violations import means


class RoleKind(StrEnum):
    """What an organisation is to us besides a member; one may be several of these at once."""

    PROSPECT = "prospect"
    DONOR = "donor"


class Role(Record, table=True):
    """An organisation's role from a day on.

    Attributes:
        since_on: the first day.
        until_on: the last day; empty while it goes on.
        source: where we know it from.
    """

    __tablename__ = "role"
    __table_args__ = (
        CheckConstraint("until_on >= since_on", name="order"),
        # One open role of a kind: marking twice is a mistake, not a second role.
        Index("uq_role_open", "organization_id", "kind", unique=True, postgresql_where="until_on IS NULL"),
        Index("ix_role_kind_until", "kind", "until_on", "organization_id"),
    )
    changed_by: ClassVar[str] = "book.roles.end"

    id: int = id_field()
    organization_id: int = ref("organization.id")
    kind: RoleKind = choice(RoleKind, name="kind")
    since_on: date
    until_on: date | None = None
    source: str = personal(default="")


means("uq_role_open", AlreadyExists, "The organisation has this role already.", field="kind")
means("ck_role_order", InvalidInput, "The role would end before it began.", field="on")
restores(Role, "until_on", through=lambda _, role, values: role.amend(values))


class Roles:
    """`book.roles`: mark organisations as prospects or donors."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def give(
        self, key: OrganizationKey, kind: RoleKind | str, *, since: date | str | None = None, source: str = ""
    ) -> Role:
        """Mark an organisation as a prospect or donor.

        Args:
            key: which organisation.
            kind: "prospect" or "donor".
            since: the first day; today where none is given.
            source: where we know it from.

        Raises:
            AlreadyExists: it has the role already.
            InvalidInput: there is no such role.
        """
        with self._store.changing("role.given") as change:
            day = day_said(change, since, field="since")
            row = find_organization(change.session, key)
            known = chosen(RoleKind, kind, field="kind")
            return give_role(change, row, known, since=day, source=source)

    def end(
        self, key: OrganizationKey, kind: RoleKind | str, *, on: date | str | None = None, reason: str
    ) -> Role:
        """End a role; it stays on record with its last day.

        Raises:
            NotFound: the organisation has no such role.
        """
        with self._store.changing("role.ended", reason=reason) as change:
            day = day_said(change, on)
            row = find_organization(change.session, key)
            role = open_role(change.session, row, chosen(RoleKind, kind, field="kind"))
            if role is None:
                raise NotFound(f"{row.name} is no {kind}.", field="kind", value=str(kind))
            return role.amend({"until_on": day})

    def of(self, key: OrganizationKey) -> tuple[Role, ...]:
        """All roles of an organisation, past and present."""
        with self._store.reading() as session:
            row = find_organization(session, key)
            query = select(Role).where(Role.organization_id == row.id).order_by(col(Role.since_on))
            return tuple(session.exec(query))


def give_role(
    change: Change, organization: Organization, kind: RoleKind, *, since: date, source: str
) -> Role:
    """Open a role inside a verb."""
    values = {"organization_id": organization.id, "kind": kind, "since_on": since, "source": source}
    return change.add(Role.model_validate(values))


def has_role(kind: RoleKind, day: date) -> ColumnElement[bool]:
    """Whether an organisation has a role on a day; for queries that the organisation stands in."""
    held = exists().where(
        col(Role.organization_id) == col(Organization.id), col(Role.kind) == kind, lasts(day)
    )
    return held.correlate(Organization)


def lasts(day: date) -> ColumnElement[bool]:
    """Whether a role lasts on a day; for queries."""
    return and_(col(Role.since_on) <= day, or_(col(Role.until_on).is_(None), col(Role.until_on) >= day))


def open_role(session: Session, organization: Organization, kind: RoleKind) -> Role | None:
    """The role of a kind that goes on, if there is one."""
    query = select(Role).where(
        Role.organization_id == organization.id, Role.kind == kind, col(Role.until_on).is_(None)
    )
    return session.exec(query).first()
