"""The web pages of a book on a real server, and somebody who asks it, octet by octet where it matters."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlencode

import uvicorn
from support.outbox import contact, order, queue

from crm.book import Book
from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.outreach.outbox_tables import Letter, MessageClass
from crm.web.app import application
from crm.web.serving import OPTIONS

FORM = "application/x-www-form-urlencoded"
ONE_CLICK = "List-Unsubscribe=One-Click"
WEB_URL = "https://letters.accord.example"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str


@dataclass(frozen=True)
class Site:
    """A server of a book's pages."""

    port: int

    def ask(self, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, given)
            reply = connection.getresponse()
            return Answer(reply.status, reply.headers, reply.read().decode())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: str | bytes | dict | list = ONE_CLICK, **headers: str) -> Answer:
        raw = body if isinstance(body, str | bytes) else urlencode(body, doseq=True)
        return self.ask("POST", path, raw, **{"Content_Type": FORM, **headers})

    def raw(self, request: bytes) -> bytes:
        """What comes back to octets that no client would send; nothing where the server hangs up on them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
            try:
                line.sendall(request)
                line.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: line.recv(65_536), b""))
            except OSError:
                return b""


@dataclass(frozen=True)
class Sent:
    """A marketing letter to somebody, and the paths of the pages that it opens."""

    account: Organization
    reader: Person
    letter: Letter
    unsubscribe: str
    choices: str

    @property
    def address(self) -> str:
        assert self.reader.email
        return self.reader.email


def letter_to(book: Book, name: str, *, language: str = "en") -> Sent:
    """A marketing letter to a new contact."""
    account, reader = contact(book, name, language=language)
    changes = {
        "message_class": MessageClass.MARKETING,
        "language": language,
        "template": book.templates.version("plain_letter", language),
    }
    (letter,) = queue(book, order(book, (account, reader), **changes))
    page = path_of(book.identity.unsubscribe_page(letter.id))
    return Sent(account, reader, letter, page, page.replace("/u/", "/c/"))


def link_to(book: Book, sent: Sent, site: Site) -> str:
    """The path of the page whose link a reader has had sent to them."""
    assert site.post(sent.choices, {"do": "link"}).status == 200
    (link,) = links_of(book, sent)
    return path_of(book.identity.preferences_page(link.id))


def links_of(book: Book, sent: Sent) -> list[Letter]:
    """The letters that bring a link to a reader."""
    return [letter for letter in book.outbox.of(sent.account) if letter.key.startswith("preferences:")]


def erase(book: Book, sent: Sent, *, suppress: bool = True) -> None:
    """Erase a letter's reader."""
    given = {"reason": "They asked.", "suppress": suppress}
    book.people.erase(
        sent.reader, confirm=book.people.erase(sent.reader, dry_run=True, **given).count, **given
    )


def path_of(url: str | None) -> str:
    """Where on the site an address is."""
    assert url
    assert url.startswith(WEB_URL)
    return url.removeprefix(WEB_URL)


@contextmanager
def served(book: Book) -> Iterator[Site]:
    """The pages of a book on a free port of this machine, served by uvicorn in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application(book), **{**OPTIONS, "log_config": None}))
    started = threading.Event()
    thread = threading.Thread(target=_run, args=(server, listener, started))
    thread.start()
    try:
        assert started.wait(60)
        yield Site(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(60)
        listener.close()


def _run(server: uvicorn.Server, listener: socket.socket, started: threading.Event) -> None:
    # The listener is open already: whoever connects from now on waits until the loop below takes it.
    started.set()
    server.run(sockets=[listener])
