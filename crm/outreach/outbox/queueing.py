"""Letters on their way into the outbox: an order each, and one row under its key however often it is ordered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, col, select

from crm.dates import in_utc
from crm.mail.message import Enclosure
from crm.mail.templates import TemplateVersion
from crm.outreach.identity import Identity
from crm.outreach.outbox.wordings import keep_wordings, kept_facts
from crm.outreach.outbox_tables import DeliveryEvent, Enclosed, Letter, MessageClass, MessageStatus
from crm.outreach.run_tables import Run
from crm.reference.languages import Language
from crm.store.columns import UtcDateTime
from crm.store.inserting import documents, insert_rows
from crm.store.store import Change
from crm.store.trail import take_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterOrder:
    """A letter to be queued.

    Attributes:
        key: makes it unique; a second order with the same key queues nothing.
        template: the wording, e.g. ``plain_letter`` for one written by hand.
        facts: what it is filled with: plain values only.
        kept: what else it is filled with, and was frozen before: a document that `kept_facts` made. `facts` come first.
        due_at: not to be sent before.
        staff_id: one of our own, for a notice; then there is neither account nor person.
        enclosures: files that go out with it.
    """

    key: str
    message_class: MessageClass
    organization_id: int | None = None
    person_id: int | None = None
    staff_id: int | None = None
    to_name: str
    to_address: str
    from_name: str
    language: str
    template: TemplateVersion
    facts: Mapping[str, Any]
    due_at: datetime
    run_id: int | None = None
    enrolment_id: int | None = None
    step: str | None = None
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    enclosures: Sequence[Enclosure] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)


def queue_letters(change: Change, orders: Sequence[LetterOrder], *, identity: Identity) -> dict[str, int]:
    """Queue letters inside a verb.

    Args:
        change: the verb.
        orders: what to send; an order whose key is in the book already is passed over.
        identity: who we are.

    Returns:
        The ids of the letters under the orders' keys, old and new.
    """
    if not orders:
        return {}
    keep_wordings(change.session, [order.template for order in orders])
    numbers = take_ids(change.session, len(orders))
    streams = _streams(change.session, orders)
    rows = [
        _row(order, number, identity, stream=streams.get(order.run_id), now=change.now)
        for order, number in zip(orders, numbers, strict=True)
    ]
    common = _common(identity, now=change.now)
    new = insert_rows(change.session, Letter, rows, common=common, unless="uq_outbox_key")
    queued = {"at": change.now, "what": MessageStatus.QUEUED, "fence": 0, "detail": ""}
    insert_rows(change.session, DeliveryEvent, [{"outbox_id": n} for n in sorted(new)], common=queued)
    files = [
        {"outbox_id": n, "name": file.name, "media_type": file.media_type, "content": file.content}
        for n, order in zip(numbers, orders, strict=True)
        if n in new
        for file in order.enclosures
    ]
    if files:
        change.session.execute(insert(Enclosed), files)
    ids = {order.key: n for n, order in zip(numbers, orders, strict=True) if n in new}
    known = [order.key for order in orders if order.key not in ids]
    if known:
        found = select(Letter.key, Letter.id).where(col(Letter.key).in_(known))
        ids |= dict(change.session.exec(found).all())
    return ids


def rewrite_waiting(change: Change, orders: Sequence[LetterOrder]) -> None:
    """Have letters of journeys that wait say inside a verb what these orders say.

    One that somebody holds, has left, or may have been seen by its reader stays as it is.
    """
    if not orders:
        return
    rows = [
        {
            **{name: getattr(order, name) for name in ("enrolment_id", "step", "to_name", "to_address")},
            "from_name": order.from_name,
            "facts": {**order.kept, **kept_facts(order.facts)},
        }
        for order in orders
    ]
    change.session.execute(_REWRITE, {"rows": documents(rows), "at": change.now})


_REWRITE = text("""
WITH anew AS (
    SELECT * FROM jsonb_to_recordset(:rows) AS anew (
        enrolment_id bigint, step text, to_name text, to_address text, from_name text, facts jsonb
    )
), waiting AS (
    SELECT outbox.id, outbox.fence, anew.* FROM outbox JOIN anew USING (enrolment_id, step)
    WHERE outbox.status = 'queued' AND NOT outbox.may_duplicate
    ORDER BY outbox.id FOR UPDATE OF outbox SKIP LOCKED
), rewritten AS (
    UPDATE outbox SET to_name = waiting.to_name, to_address = waiting.to_address, from_name = waiting.from_name,
        facts = waiting.facts, dated_at = :at
    FROM waiting WHERE outbox.id = waiting.id
    RETURNING outbox.id, outbox.fence
)
INSERT INTO delivery (id, outbox_id, at, what, fence, detail)
SELECT nextval('accord_id'), id, :at, 'proposed anew', fence, '' FROM rewritten
""").bindparams(bindparam("rows", type_=JSONB), bindparam("at", type_=UtcDateTime))


def letter_of(
    order: LetterOrder, number: int, identity: Identity, *, stream: str | None, now: datetime
) -> Letter:
    """The letter that an order asks for, as it stands in the outbox once it is queued."""
    row = _row(order, number, identity, stream=stream, now=now)
    return Letter.model_validate({**_common(identity, now=now), **row})


def _streams(session: Session, orders: Iterable[LetterOrder]) -> dict[int | None, str]:
    """The campaigns that the letters' runs are runs of."""
    ids = {order.run_id for order in orders if order.run_id is not None}
    return dict(session.exec(select(Run.id, Run.campaign).where(col(Run.id).in_(ids))).all()) if ids else {}


def _common(identity: Identity, *, now: datetime) -> dict[str, Any]:
    """The columns of letters that are queued at once, where they say nothing else themselves."""
    return {**_AT_FIRST, "from_address": identity.sender_address, "queued_at": now}


def _row(
    order: LetterOrder, number: int, identity: Identity, *, stream: str | None, now: datetime
) -> dict[str, Any]:
    """A letter by its columns; a model in between would take as long as all the rest of queuing it."""
    return {
        **{name: getattr(order, name) for name in _AS_ORDERED},
        "id": number,
        "stream": stream,
        "language": Language(order.language),
        "template": order.template.sha256,
        "facts": {**order.kept, **kept_facts(order.facts)},
        "references": list(order.references),
        "message_id": identity.message_id(number),
        "due_at": in_utc(order.due_at),
        "dated_at": max(now, order.due_at),
    }


_AS_ORDERED = tuple(name for name in LetterOrder.__slots__ if name in Letter.model_fields)
_AT_FIRST = {
    name: field.get_default(call_default_factory=True)
    for name, field in Letter.model_fields.items()
    if not field.is_required()
}
