"""What a report is read with. A report is a function in a file of its own; the shelf makes it a method of `book.reports`."""

from datetime import date

from crm.directory.staff import day_asked, today_of
from crm.store.store import Store


class Reader:
    """Reads the book for reports.

    Args:
        store: the door to the database.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def day(self, on: date | str | None, *, field: str = "on") -> date:
        """The day of a report, as whoever asks means it; today where they name none.

        Raises:
            InvalidInput: it is no day.
        """
        with self.store.reading() as session:
            return day_asked(self.store, session, on, field=field)

    def today(self) -> date:
        """The day it is where whoever asks works; the day of a report where none is given."""
        with self.store.reading() as session:
            return today_of(session, self.store.now(), self.store.actor)
