"""Where the readers of letters are, and when they are next at work."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import Session, col

from crm.directory.merged import among
from crm.directory.tables import Organization
from crm.outreach.outbox_tables import MessageClass
from crm.outreach.queueing import LetterOrder
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
    marketing = [order for order in orders if order.message_class is MessageClass.MARKETING]
    waiting = {order.organization_id for order in marketing if order.organization_id is not None}
    if hours is None or not waiting:
        return list(orders)
    rows = session.execute(
        select(col(Organization.id), col(Organization.country)).where(among(col(Organization.id), waiting))
    )
    countries = {number: country for number, country in rows}  # noqa: C416 - dict() would take the result for a mapping
    return [
        replace(order, due_at=hours.next_opening(countries[order.organization_id], order.due_at))
        if order.message_class is MessageClass.MARKETING
        else order
        for order in orders
    ]
