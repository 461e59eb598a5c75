"""Letters that come back although the address is not known to be bad: a full mailbox, a server that was away for days.

One says nothing. Where three letters within ninety days came back, and nobody at the address answered in between,
campaigns no longer write to it, since mailbox providers count undeliverable letters against their sender; notices and
letters by hand still try. No standard states a number: three in ninety days is our choice, above what one absence or
one broken server brings about at the usual pace of a campaign.
"""

from datetime import timedelta

from sqlalchemy import func
from sqlmodel import col, select

from crm.mail.answers import AnswerKind
from crm.outreach.outbox.outbox import note
from crm.outreach.outbox_tables import DeliveryEvent, Letter
from crm.store.store import Change

SOFT_BOUNCE = "soft_bounce"
MOST = 3
WITHIN = timedelta(days=90)
_SIGNS_OF_LIFE = (AnswerKind.REPLY.value, AnswerKind.CALENDAR_REPLY.value)


def too_often(change: Change, letter: Letter) -> bool:
    """Note inside a verb that a letter came back; says whether too many to its address have.

    Args:
        change: the verb.
        letter: which, locked with its reader.
    """
    note(change.session, [letter], SOFT_BOUNCE, at=change.now)
    here = select(DeliveryEvent.at, DeliveryEvent.what, DeliveryEvent.outbox_id).join(
        Letter, col(Letter.id) == col(DeliveryEvent.outbox_id)
    )
    here = here.where(
        Letter.person_id == letter.person_id,
        Letter.to_address == letter.to_address,
        col(DeliveryEvent.at) >= change.now - WITHIN,
    )
    events = here.subquery()
    alive = select(func.max(events.c.at)).where(events.c.what.in_(_SIGNS_OF_LIFE)).scalar_subquery()
    since = func.coalesce(alive, change.now - WITHIN)
    came_back = select(func.count(func.distinct(events.c.outbox_id))).where(
        events.c.what == SOFT_BOUNCE, events.c.at >= since
    )
    return (change.session.scalar(came_back) or 0) >= MOST
