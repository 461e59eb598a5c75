"""Campaigns that stand open, in a book."""

from datetime import timedelta

from campaigns import desk
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from campaigns.standing import take_in
from crm.outreach.entry import Entry

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OPEN = ASSOCIATE_UPGRADE.but(entry=Entry(ceiling=2, period_days=30, every_hours=24), hold_out=0)


def launched(book, colleague, campaign=OPEN):
    """A version on its way: prepared by one, approved with its ceiling by another."""
    run = desk.prepare(book, campaign, standing=True)
    desk.approve(colleague, run.id, count=campaign.entry.ceiling, campaign=campaign)
    return desk.launch(book, run.id, campaign=campaign)


def looked(book, campaign=OPEN):
    """What came of the one standing run's look."""
    (found,) = take_in(book, campaigns={campaign.name: campaign}).values()
    return found


def entered(book, run):
    """Who is in a run, by account."""
    return {row.organization_id: row for row in book.runs.audience(run.id)}


def accepted(book):
    """Every letter has been taken."""
    with book.engine.begin() as connection:
        handed = "UPDATE outbox SET status = 'accepted', handed_at = %(now)s, settled_at = %(now)s"
        connection.exec_driver_sql(handed, {"now": book.clock.now()})
