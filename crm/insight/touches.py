"""When an account and we were last in touch: the one place that says what counts as a touch.

- A touch is an interaction other than a note, whoever began it. A reply of theirs is logged as one, and counts.
- A letter that one of us wrote and that went out is a touch of ours.
- A note is none, since they do not notice it. A campaign's letter is none either: it is written to many, and an account
  that hears nothing else from us is going cold all the same.
- Ours are those letters, and the interactions that they did not begin. Whoever comes to us waits until a touch of ours
  follows, or a next step with them is completed.
- What was never touched counts from the day on which its account manager was named, else from that on which it was added.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, false, func, select, union_all
from sqlalchemy.sql.selectable import LateralFromClause
from sqlmodel import col

from crm.directory.tables import Organization
from crm.engagement.interactions import Interaction, InteractionKind
from crm.store.columns import UtcDateTime
from crm.store.trail import TrailChange, TrailEntry

UNTIL = bindparam("until", type_=UtcDateTime)
"""Only what was before this instant counts: a parameter, so that what asks for it is put together once."""


class TouchSource(Protocol):
    """A kind of record that touches stand on."""

    def __call__(self, *, ours: bool) -> Select[*tuple[Any, ...]]:
        """The latest touch of one account before `UNTIL`, begun with `latest_of`.

        Args:
            ours: only what went from us.
        """
        ...


def noticed() -> ColumnElement[bool]:
    """Whether an interaction is one that the account noticed; for queries."""
    return col(Interaction.kind) != InteractionKind.NOTE


def latest_of(record: Any, *, at: Any, kind: Any, office: Any) -> Select[*tuple[Any, ...]]:
    """Begin the statement of a source: the latest touch of the organisation that the query around it is at.

    Args:
        record: the table.
        at: when.
        kind: what it was.
        office: the code of our office.
    """
    return (
        select(
            at.label("at"),
            cast(kind, String).label("kind"),
            office.label("office"),
            func.concat(f"{record.__tablename__}:", col(record.id)).label("record"),
        )
        .where(col(record.organization_id) == col(Organization.id), at < UNTIL)
        .order_by(at.desc(), col(record.id).desc())
        .limit(1)
        .correlate(Organization)
    )


def interactions(*, ours: bool) -> Select[*tuple[Any, ...]]:
    """The latest interaction of an account, other than a note."""
    latest = latest_of(
        Interaction,
        at=col(Interaction.at),
        kind=col(Interaction.kind),
        office=col(Interaction.office),
    ).where(noticed())
    return latest.where(col(Interaction.inbound) == false()) if ours else latest


def last_touch(sources: Iterable[TouchSource], *, ours: bool = False) -> LateralFromClause:
    """The last touch before `UNTIL` of the organisation that the query around it is at, to be joined.

    For each source the index leads to the one latest row; nothing is read that is older.

    Args:
        sources: where touches stand.
        ours: only what went from us.
    """
    found = union_all(*(source(ours=ours) for source in sources)).subquery()
    return select(found).order_by(found.c.at.desc()).limit(1).lateral("touch")


def owned_since(touch: LateralFromClause) -> LateralFromClause:
    """When an organisation without a touch got its account manager, to be joined; only the trail knows it."""
    record = func.concat(f"{Organization.__tablename__}:", col(Organization.id))
    return (
        select(func.max(col(TrailEntry.at)).label("at"))
        .join(TrailChange, col(TrailChange.entry_id) == col(TrailEntry.id))
        .where(touch.c.at.is_(None), col(TrailChange.record) == record)
        .where(col(TrailChange.after).op("?")("owner_id"))
        .correlate(Organization, touch)
        .lateral("owned")
    )
