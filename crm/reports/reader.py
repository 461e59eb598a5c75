"""What a report is read with. A report is a function in a file of its own; the shelf makes it a method of `book.reports`."""

from crm.store.store import Store


class Reader:
    """Reads the book for reports.

    Args:
        store: the door to the database.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
