"""`make mail-lab`: letters through a real Postfix, and what comes back of them through a real Dovecot, into a book."""

import os
import smtplib
import sys
import tempfile
from contextlib import ExitStack, closing
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import typer
from mail_lab.servers import PASSWORD, PATIENCE, READER_DOMAIN, arrived, dovecot, postfix, program
from support.books import MakeBook, books_on, settings_for_tests, template_database
from support.inbound_mail import message
from support.outbox import MANAGER, campaign_letters, contact, running, staffed
from support.smtp_conversation import CERTIFICATE

from crm.book import Book
from crm.clock import SystemClock
from crm.config import Settings
from crm.mail.imap import mailbox_of
from crm.outreach.delivery.delivery import Delivery
from crm.outreach.outbox_tables import Letter
from crm.store.postgres import open_server
from crm.store.shared_server import wait_until
from workers import jobs
from workers.runtime import transport_of

READERS = ("amina", "baraka", "unknown", "full", "strict", "group")
"""The first two have a mailbox; the last is a list, of which one member has one and the other has left."""


def main() -> int:
    """Play the round trip; 0 also where there are no servers to play it with."""
    missing = [name for name in ("postfix", "dovecot") if program(name) is None]
    if missing or os.geteuid() != 0:
        why = f"not installed: {', '.join(missing)}" if missing else "Postfix can be started by root only"
        typer.echo(f"The mail lab was left out ({why}).")
        return 0
    os.environ["SSL_CERT_FILE"] = str(CERTIFICATE)  # the authority that vouches for Dovecot here
    with tempfile.TemporaryDirectory(prefix="accord-mail-lab-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        smtp, imap = stack.enter_context(postfix(folder)), stack.enter_context(dovecot(folder))
        server = stack.enter_context(closing(open_server(folder / "book")))
        template_database(server)
        make_book = _Books(stack.enter_context(books_on(server)), SystemClock(), smtp=smtp, imap=imap)
        play(folder, stack.enter_context(closing(make_book)), smtp=smtp)
    typer.echo("Everything came back, and had its effect once.")
    return 0


class _Books(MakeBook):
    """Opens books that know the two servers."""

    def __init__(self, url: str, clock: SystemClock, *, smtp: int, imap: int) -> None:
        super().__init__(url, clock)
        self.ways = {
            "smtp_port": smtp,
            "send_hours": "always",
            "imap_host": "127.0.0.1",
            "imap_port": imap,
            "imap_username": "accord",
            "imap_password": PASSWORD,
        }

    def __call__(self, actor: str = MANAGER, **settings: object) -> Book:
        return super().__call__(actor, **(self.ways | settings))

    @property
    def settings(self) -> Settings:
        return settings_for_tests(**self.ways)


def play(folder: Path, make_book: _Books, *, smtp: int) -> None:
    """Write to everybody, let them answer or not, and look at the book."""
    book = make_book()
    letters = _sent(book, make_book)
    typer.echo(f"{len(letters)} letters handed to Postfix.")
    _answered(book, folder, smtp)
    counted = _fetched(book, make_book.settings, folder)
    typer.echo(f"Fetched from Dovecot: {counted}.")
    assert counted == {"reply": 1, "unsubscribe": 1, "bounce": 4, "copy": 1}, counted
    _looked_at(book, letters)


def _sent(book: Book, make_book: _Books) -> dict[str, Letter]:
    staffed(book)
    everybody = [contact(book, name, owner=MANAGER) for name in READERS]
    run = running(make_book, *everybody)
    letters = campaign_letters(book, run, *everybody)
    done = Delivery(
        book.handover, transport_of(make_book.settings), identity=book.identity, window=2
    ).deliver(limit=len(letters))
    kept = {name: book.outbox.get(letter) for name, letter in zip(READERS, letters, strict=True)}
    assert {letter.status for letter in kept.values()} == {"accepted"}, done
    return kept


def _answered(book: Book, folder: Path, smtp: int) -> None:
    amina, baraka = (_delivered(folder, name) for name in READERS[:2])
    yes = message(
        "Yes please.\n",
        From=f"amina@{READER_DOMAIN}",
        To=amina["Reply-To"],
        In_Reply_To=amina["Message-ID"],
        Date=None,
    )
    stop = baraka["List-Unsubscribe"].partition("<mailto:")[2].partition(">")[0].partition("?")[0]
    note = message(
        "The fees as agreed.\n", From=MANAGER, To=f"amina@{READER_DOMAIN}", Message_ID="<2@lab>", Date=None
    )
    with smtplib.SMTP("127.0.0.1", smtp) as line:
        line.sendmail(f"amina@{READER_DOMAIN}", [_address(amina["Reply-To"])], yes)
        line.sendmail(f"baraka@{READER_DOMAIN}", [stop], message("", To=stop, Message_ID="<3@lab>"))
        line.sendmail(MANAGER, [f"amina@{READER_DOMAIN}", book.answers.drop_address(MANAGER)], note)


def _delivered(folder: Path, user: str) -> Message:
    assert wait_until(lambda: bool(arrived(folder, user)), seconds=PATIENCE), f"nothing came to {user}"
    return message_from_bytes(arrived(folder, user)[0])


def _address(field: str) -> str:
    return field.rpartition("<")[2].rstrip(">")


def _fetched(book: Book, settings: Settings, folder: Path) -> dict[str, int]:
    expected = 7  # a reply, an unsubscribe, a copy, and a report on each address without a mailbox
    came = wait_until(lambda: len(arrived(folder, "answers")) >= expected, seconds=PATIENCE)
    assert came, f"only {len(arrived(folder, 'answers'))} of {expected} messages came back"
    counted = jobs.fetch(book, mailbox_of(settings))
    assert jobs.fetch(book, mailbox_of(settings)) == {}, "what was marked as seen came again"
    assert len(arrived(folder, "answers")) == expected, "a message was lost from the mailbox"
    return counted


def _looked_at(book: Book, letters: dict[str, Letter]) -> None:
    listed = {
        name: [(entry.scope.value, entry.reason.value) for entry in book.suppressions.of(letter.to_address)]
        for name, letter in letters.items()
    }
    assert listed == {
        "amina": [],
        "baraka": [("campaigns", "unsubscribed")],
        "unknown": [("all", "bounced")],
        "full": [],
        "strict": [],
        "group": [],
    }, listed
    (of_member,) = book.answers.of(letter=letters["group"])
    assert b"left@" in of_member.raw
    assert of_member.effect == "noted: the address is not known to be bad"
    assert [answer.effect for answer in book.answers.of(unmatched=True)] == []
    met = book.interactions.of(letters["amina"].organization_id)
    assert sorted((one.inbound, one.summary.splitlines()[-1]) for one in met) == [
        (False, "The fees as agreed."),
        (True, "Yes please."),
    ], met
    run = book.runs.get(letters["strict"].run_id)
    assert run.status == "paused", run
    typer.echo(f"The run: {run.note}")


if __name__ == "__main__":
    sys.exit(main())
