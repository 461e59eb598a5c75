"""What an attention list is asked about, and what a room of the book has to say to one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, cast, func, true
from sqlmodel import col

from crm.dates import end_of
from crm.directory.merged import among, stands
from crm.directory.tables import Organization
from crm.insight.need import NeedReason, Sign
from crm.insight.touches import TouchSource
from crm.membership.contributions.votes import Vote
from crm.reference.countries import countries_in
from crm.reference.senior_roles import SeniorRole


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionScope:
    """Whose needs, where and when.

    Attributes:
        on: the day.
        zone: where it is that day.
        touches: where touches stand on record.
        staff: whose needs, by their ids; None: everybody's, and those that are nobody's.
        region: only accounts based in this development region, by slug.
        senior_roles: how senior roles are called.
        patience: for how many days an application may wait for each party.
        votes: the votes of Member States that are lost or at stake, by account; empty where they are not asked for.
    """

    on: date
    zone: tzinfo
    touches: tuple[TouchSource, ...]
    staff: Sequence[int] | None = None
    region: str | None = None
    senior_roles: Sequence[SeniorRole] = ()
    patience: Mapping[str, int] = field(default_factory=dict)
    votes: Mapping[int, Vote] = field(default_factory=dict)

    @property
    def until(self) -> datetime:
        """The instant at which the day is over."""
        return end_of(self.on, self.zone)

    @property
    def values(self) -> dict[str, datetime]:
        """The parameters that its statements are executed with."""
        return {"until": self.until}

    def day(self, at: Any) -> ColumnElement[date]:
        """The day of an instant, where it is; for queries."""
        return cast(func.timezone(str(self.zone), at), Date)

    def owes(self, staff_id: Any) -> ColumnElement[bool]:
        """Whether a column names one of the staff whose needs these are."""
        return true() if self.staff is None else among(staff_id, self.staff)

    def place(self) -> ColumnElement[bool]:
        """Whether an organisation is based where the needs are asked for."""
        if self.region is None:
            return true()
        return col(Organization.country).in_(countries_in(self.region))

    def accounts(self) -> ColumnElement[bool]:
        """Whether an organisation is one of their accounts."""
        return stands(Organization) & self.owes(col(Organization.owner_id)) & self.place()


@dataclass(frozen=True, slots=True)
class Source:
    """What one room has to say: one statement, whatever the number of accounts.

    Attributes:
        reasons: what it may give.
        lines: the statement for a scope; it is executed with the scope's `values`.
        told: what a row of it means on the day; None where it means nothing.
    """

    reasons: frozenset[NeedReason]
    lines: Callable[[AttentionScope], Select[*tuple[Any, ...]]]
    told: Callable[[Any, AttentionScope], Sign | None]
