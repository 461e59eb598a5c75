import pytest
from support.pages import WEB_URL, letter_to, served
from support.smtp_server import RecordingServer


@pytest.fixture
def book(make_book):
    return make_book("web", web_url=WEB_URL)


@pytest.fixture
def site(book):
    with served(book) as pages:
        yield pages


@pytest.fixture
def sent(book):
    """A marketing letter, and the pages that it opens."""
    return letter_to(book, "Amina Odhiambo")


@pytest.fixture
def mail_server():
    with RecordingServer() as server:
        yield server
