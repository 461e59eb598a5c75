"""Runs of the upgrade campaign at the desk, and days that go by for them."""

from datetime import timedelta
from decimal import Decimal
from string import ascii_lowercase

from sqlalchemy import text

from campaigns import desk
from campaigns.arms import arm_of
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from crm.outreach.run_tables import Arm

NOBODY_HELD_OUT = ASSOCIATE_UPGRADE.but(hold_out=0)


DAY = timedelta(days=1)


def launched(book, colleague, campaign=NOBODY_HELD_OUT):
    run = desk.prepare(book, campaign)
    desk.approve(colleague, run, count=run.count, campaign=campaign)
    return desk.launch(book, run, campaign=campaign)


def holding_out(account):
    """The campaign under a name by whose hash this account is held out."""
    half = Decimal("0.5")
    name = next(n for n in ascii_lowercase if arm_of(account.id, salt=n, share=half) is Arm.HOLD_OUT)
    return ASSOCIATE_UPGRADE.but(name=name, hold_out=half)


def deliver(book, status="accepted"):
    """What a worker would have done with every letter by now."""
    query = text("UPDATE outbox SET status = :status, handed_at = :now WHERE status = 'queued'")
    with book.engine.begin() as connection:
        connection.execute(query, {"status": status, "now": book.clock.now()})


def sweep(worker, clock, *, days, status="accepted"):
    """The sweep comes by once a day, and what it queues is delivered."""
    for _ in range(days):
        desk.advance(worker)
        deliver(worker, status)
        clock.advance(DAY)


def steps(book, account):
    return [letter.step for letter in reversed(book.outbox.of(account))]
