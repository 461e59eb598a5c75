"""What a report is read with. A report is a function in a file of its own; the shelf makes it a method of `book.reports`."""

from datetime import date

from crm.directory.staff import today_of
from crm.store.store import Store


class Reader:
    """Reads the book for reports.

    Args:
        store: the door to the database.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def today(self) -> date:
        """The day it is where whoever asks works; the day of a report where none is given."""
        with self.store.reading() as session:
            return today_of(session, self.store.now(), self.store.actor)
