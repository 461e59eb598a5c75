"""One line of a timeline, and what a room of the book has to say to one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Select,
    SelectBase,
    String,
    cast,
    func,
    literal,
    select,
    union,
)
from sqlalchemy import any_ as sql_any
from sqlmodel import col

from crm.directory.merged import among
from crm.directory.tables import Organization
from crm.shown import Shown
from crm.store.records import Record


class HappeningKind(StrEnum):
    """What happened."""

    INTERACTION = "interaction"
    FOLLOW_UP = "follow_up"
    MEMBERSHIP = "membership"
    APPLICATION = "application"
    STANDING = "standing"
    INVOICE = "invoice"
    PAYMENT = "payment"
    REPAYMENT_PLAN = "plan"
    SUSPENSION_NOTICE = "notice"
    EXEMPTION = "exemption"
    PARTICIPATION = "participation"
    OPPORTUNITY = "opportunity"
    LETTER = "letter"
    ANSWER = "answer"
    COMPLAINT = "complaint"
    DRAFT = "draft"
    RUN = "run"
    MERGE = "merge"
    OVERRIDE = "override"
    RESERVATION = "reservation"


@dataclass(frozen=True, slots=True)
class Happening(Shown):
    """Something that happened, or is due to happen.

    Attributes:
        at: when; what is on record by its day alone stands at midnight UTC.
        title: what it was, in a line.
        organization_id: the account under which it is on record; None for what concerns a person alone.
        organization: the name of that account.
        people: the contacts concerned, by name.
        office: which of our offices it was, where that is on record.
        refers_to: the record, as the trail names it: "interaction:4711".
    """

    at: datetime
    kind: HappeningKind
    title: str
    organization_id: int | None
    organization: str | None
    people: tuple[str, ...]
    office: str | None
    refers_to: str

    def __str__(self) -> str:
        who = ", ".join([*self.people, *([self.office] if self.office else [])])
        where = f"{self.organization}: " if self.organization else ""
        return f"{self.at:%Y-%m-%d}  {self.kind:<13} {where}{self.title}{f' ({who})' if who else ''}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a timeline is about: accounts, or people; those merged into them included."""

    organizations: tuple[int, ...] = ()
    people: tuple[int, ...] = ()

    def account(self, column: Any) -> ColumnElement[bool]:
        """Whether a column is one of the accounts."""
        return among(column, self.organizations)

    def person(self, column: Any) -> ColumnElement[bool]:
        """Whether a column is one of the people."""
        return among(column, self.people)


@dataclass(frozen=True, slots=True)
class Source:
    """What one room has to say: one statement, whatever the number of accounts.

    Attributes:
        kind: what it is about.
        record: the table that a line refers to.
        lines: the statement for a scope, begun with `lines_of`.
        title: puts a row of it into words.
        texts: the tables whose words tell what a line is about, each with the column of the statement that is its id.
    """

    kind: HappeningKind
    record: type[Record]
    lines: Callable[[Scope], Select[*tuple[Any, ...]]]
    title: Callable[[Any], str]
    texts: Mapping[str, str] = field(default_factory=dict)


def lines_of(
    record: Any,
    *,
    at: Any,
    organization_id: Any,
    number: Any = None,
    people: Any = None,
    office: Any = None,
    **more: Any,
) -> Select[*tuple[Any, ...]]:
    """Begin the statement of a source.

    Args:
        record: the table that a line refers to; its id numbers the lines.
        at: when.
        organization_id: the account under which it is on record.
        number: what orders the lines of an instant, where several refer to one record.
        people: an array of names.
        office: the code of our office.
        **more: what the title is made of.
    """
    nobody = literal([], ARRAY(String))
    return (
        select(
            col(record.id).label("record_id"),
            (col(record.id) if number is None else number).label("number"),
            at.label("at"),
            col(Organization.id).label("organization_id"),
            col(Organization.name).label("organization"),
            (nobody if people is None else func.coalesce(people, nobody)).label("people"),
            (literal(None, String) if office is None else office).label("office"),
            *(column.label(name) for name, column in more.items()),
        )
        .select_from(record)
        .outerjoin(Organization, col(Organization.id) == organization_id)
    )


def any_of(record: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of several conditions is true of a row of a table.

    Each is answered by itself: PostgreSQL asks an OR over subqueries anew for every row once they are large.
    """
    return col(record.id).in_(union(*(select(col(record.id)).where(condition) for condition in conditions)))


def given_by(column: Any, query: SelectBase) -> ColumnElement[bool]:
    """Whether a column is among what a query gives; it is answered once, and its answers are looked up by an index."""
    found: ColumnElement[bool] = column == sql_any(func.array(query.scalar_subquery()))
    return found


def midnight(day: Any) -> ColumnElement[datetime]:
    """The instant at which a day on record stands in a timeline; for queries."""
    return func.timezone("UTC", cast(day, DateTime), type_=DateTime(timezone=True))
