"""Where the readers of letters are, and when they are next at work."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from crm.directory.merged import among
from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.outreach.outbox.queueing import LetterOrder
from crm.outreach.send_hours import SendHours


def in_working_hours(
    session: Session, orders: Sequence[LetterOrder], hours: SendHours | None
) -> list[LetterOrder]:
    """The same orders, those of campaigns due when their readers are next at work.

    Args:
        session: the session of the verb that queues them.
        orders: what is to be sent.
        hours: when campaigns may write; None: at any time.
    """
    waiting = [order for order in orders if order.run_id is not None]
    if hours is None or not waiting:
        return list(orders)
    countries = _read(session, Organization.id, Organization.country, {o.organization_id for o in waiting})
    zones = _read(session, Person.id, Person.time_zone, {order.person_id for order in waiting})

    def opening(order: LetterOrder) -> datetime:
        country, zone = countries.get(order.organization_id), zones.get(order.person_id)
        return hours.next_opening(country, order.due_at, zone=zone)

    return [order if order.run_id is None else replace(order, due_at=opening(order)) for order in orders]


def _read(
    session: Session, number: Any, column: Any, ids: Iterable[int | None]
) -> dict[int | None, str | None]:
    wanted = among(col(number), [one for one in ids if one is not None])
    rows = session.execute(select(col(number), col(column)).where(wanted))
    return {one: value for one, value in rows}  # noqa: C416 - dict() would take the result for a mapping
