"""Taking an ask a step further: finding it, its stages, and writing the step down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from crm.directory.staff import today_of
from crm.engagement.opportunity_rules import refuse_odd_sector
from crm.engagement.opportunity_tables import MoveKind, Opportunity, OpportunityMove, OpportunityNote
from crm.errors import NotFound, Refused
from crm.reference.opportunity_stages import (
    OpportunityKind,
    OpportunityStage,
    Outcome,
    find_stage,
    first_stage,
)
from crm.shown import Shown
from crm.store.records import by_id
from crm.store.store import Change

OpportunityKey = int | Opportunity
_TOLD = frozenset({"stage", "amount", "currency", "probability", "expected_on"})


@dataclass(frozen=True, slots=True)
class OpportunityStep(Shown):
    """One step of an ask.

    Attributes:
        at: when it was written down.
        on: the day on which it happened.
        from_stage: where it stood before; None where it was opened.
        amount, currency, probability, expected_on: what was asked, how likely it was, and by when, after the step.
        note: what somebody had to say to it.
    """

    at: datetime
    on: date
    by: str
    kind: MoveKind
    from_stage: str | None
    to_stage: str
    amount: Decimal | None
    currency: str
    probability: int
    expected_on: date | None
    note: str


def find_opportunity(session: Session, key: OpportunityKey) -> Opportunity:
    """Look an ask up by its number, or by the object.

    Raises:
        NotFound: there is none with this number.
    """
    row = by_id(session, Opportunity, key.id if isinstance(key, Opportunity) else key)
    if row is None:
        raise NotFound(f"There is no opportunity {key}.", field="opportunity", value=str(key))
    return row


def open_opportunity(session: Session, key: OpportunityKey) -> Opportunity:
    """An open ask that nobody else changes until this verb ends.

    Raises:
        NotFound: there is none with this number.
        Refused: it is closed.
    """
    row = locked_opportunity(session, key)
    if row.closed_on is not None:
        raise Refused(
            f"It was {row.outcome.value} on {row.closed_on:%-d %B %Y}.",
            rule="opportunities.open",
            subject=row.title,
            hint="Open it again with book.opportunities.reopen.",
        )
    return row


def locked_opportunity(session: Session, key: OpportunityKey) -> Opportunity:
    """An ask that nobody else changes until this verb ends."""
    row = find_opportunity(session, key)
    session.refresh(row, with_for_update=True)
    return row


def open_stage(session: Session, kind: OpportunityKind, stage: str | None) -> OpportunityStage:
    """The open stage that a key means; the first one of the kind where none is given.

    Raises:
        Refused: it belongs to another kind, or ends an ask.
        NotFound: there is no such stage.
    """
    there = first_stage(session, kind, Outcome.OPEN) if stage is None else find_stage(session, kind, stage)
    if there.outcome is not Outcome.OPEN:
        verb = "win" if there.outcome is Outcome.WON else "lose"
        raise Refused(
            f"{there.name!r} ends an ask.",
            rule="opportunities.closing_has_its_verb",
            field="stage",
            value=there.stage,
            hint=f"Close it with book.opportunities.{verb}.",
        )
    return there


def last_open_stage(session: Session, row: Opportunity) -> str | None:
    """The stage in which an ask stood when it was closed."""
    closing = select(OpportunityMove.from_stage).where(
        OpportunityMove.opportunity_id == row.id,
        col(OpportunityMove.kind).in_([MoveKind.WON, MoveKind.LOST]),
    )
    return session.exec(closing.order_by(col(OpportunityMove.id).desc())).first()


def take_step(
    change: Change, row: Opportunity, kind: MoveKind, changes: Mapping[str, Any], note: str
) -> Opportunity:
    """Take changes of an ask over, and write the step down if it tells how the ask stands."""
    change.about(row)
    before = {name: getattr(row, name) for name in _TOLD}
    row.amend(changes)
    refuse_odd_sector(row)
    if kind is not MoveKind.CHANGED or any(getattr(row, name) != before[name] for name in _TOLD):
        write_step(change, row, kind, before["stage"], note)
    return row


def write_step(change: Change, row: Opportunity, kind: MoveKind, came_from: str | None, note: str) -> None:
    """Write a step down, as the ask stands after it, and what there is to say to it."""
    values = {name: getattr(row, name) for name in _TOLD - {"stage"}}
    values |= {"opportunity_id": row.id, "from_stage": came_from, "to_stage": row.stage}
    values |= {"kind": kind, "at": change.now, "by": change.actor}
    values |= {"on": row.closed_on or today_of(change.session, change.now, change.actor)}
    step = change.add(OpportunityMove.model_validate(values))
    if note.strip():
        change.add(OpportunityNote(move_id=step.id, text=note.strip()))


def steps_of(session: Session, row: Opportunity) -> Iterator[OpportunityStep]:
    """The steps of an ask, the oldest first."""
    query = (
        select(OpportunityMove, col(OpportunityNote.text))
        .outerjoin(OpportunityNote, col(OpportunityNote.move_id) == col(OpportunityMove.id))
        .where(OpportunityMove.opportunity_id == row.id)
    )
    told = [name for name in OpportunityStep.__slots__ if name != "note"]
    for step, text in session.exec(query.order_by(col(OpportunityMove.id))):
        yield OpportunityStep(**{name: getattr(step, name) for name in told}, note=text or "")
