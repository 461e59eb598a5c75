"""A mail server beside the book, a colleague who approves, and two accounts to write to."""

from collections.abc import Iterator

import pytest
from support.associates import associate, staff
from support.outbox import MANAGER, campaign_letters, contact, running, staffed
from support.sending import delivery
from support.smtp_server import RecordingServer


@pytest.fixture
def mail_server() -> Iterator[RecordingServer]:
    with RecordingServer() as server:
        yield server


@pytest.fixture
def sent(book, make_book, mail_server):
    """A letter of a running campaign that the server has taken; the account is Dana's."""
    staffed(book)
    to = contact(book, owner=MANAGER, language="en")
    run = running(make_book, to)
    (letter,) = campaign_letters(book, run, to)
    delivery(book, mail_server).deliver(limit=1)
    return book.outbox.get(letter)


@pytest.fixture
def colleague(make_book, book):
    """The book of somebody else on the staff."""
    staff(book, "dana@accord.example", "joao@accord.example")
    return make_book("joao@accord.example")


@pytest.fixture
def acme(book):
    """An account and its contact."""
    return associate(book, "Acme")


@pytest.fixture
def orbit(book):
    """Another account and its contact."""
    return associate(book, "Orbit")
