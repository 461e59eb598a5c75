"""What calls for attention in a book, in few words."""

from datetime import timedelta


def ago(book, days):
    """An instant so many days before now."""
    return book.clock.now() - timedelta(days=days)


def seen(book, **asked):
    """Each need as the name of its account and its reason."""
    return [(need.organization.name, need.reason.value) for need in book.attention(**asked)]


def the_need(book, **asked):
    """The only need there is."""
    (need,) = book.attention(**asked)
    return need
