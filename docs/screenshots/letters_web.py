"""The three pages that letters open, served as they are in production, and a reader with a real browser who uses them."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from faults import Fault, faults_of
from visitor import Visitor, visitor

import crm
from crm.config import Settings, StatedSettings
from crm.opening import open_book
from crm.outreach.outbox_tables import Letter
from crm.web.app import application
from crm.web.serving import OPTIONS

_ACTOR = "dana@accord.example"
_WEB_URL = "https://letters.accord.example"
_LANGUAGES = ("en", "ar")
_WIDE, _NARROW = 900, 360


@dataclass(frozen=True, slots=True)
class LettersPages:
    """The pages of a synthetic book on a port of this machine.

    Attributes:
        book: where choices are kept.
        address: where its pages are.
    """

    book: crm.Book
    address: str

    def looked_at(self, into: Path, axe: Path) -> list[Fault]:
        """Visit every page in every language, take pictures, and use the buttons.

        Raises:
            SystemExit: a button does not do what it says.
        """
        found: list[Fault] = []
        with visitor() as reader:
            for language in _LANGUAGES:
                letter = _letter(self.book, language)
                found += self._visited(reader, letter, into, axe)
        return found

    def _visited(self, reader: Visitor, letter: Letter, into: Path, axe: Path) -> list[Fault]:
        unsubscribe = self._path(self.book.identity.unsubscribe_page(letter.id))
        choices = unsubscribe.replace("/u/", "/c/")
        found = self._examined(reader, unsubscribe, "unsubscribe", letter, into, axe)
        found += self._examined(reader, choices, "choices", letter, into, axe)
        reader.click("button.quiet")
        link = next(one for one in self.book.outbox.of(letter.organization_id) if one.id != letter.id)
        preferences = self._path(self.book.identity.preferences_page(link.id))
        found += self._examined(reader, preferences, "preferences", letter, into, axe)

        reader.visit(unsubscribe, width=_WIDE)
        asked = reader.text()
        reader.click("button")
        scopes = [entry.scope.value for entry in self.book.suppressions.of(letter.to_address)]
        if scopes != ["campaigns"] or reader.text() == asked:
            raise SystemExit(f"{unsubscribe}: the button was clicked, and the list says {scopes}.")
        print(f"the button of {letter.language} was clicked: {letter.to_address} gets no more letters")
        return found

    def _examined(
        self, reader: Visitor, address: str, name: str, letter: Letter, into: Path, axe: Path
    ) -> list[Fault]:
        """What axe-core says of a page, wide, narrow and dark; a picture is taken of the narrow one."""
        found = []
        for width, dark in ((_WIDE, True), (_WIDE, False), (_NARROW, False)):
            reader.visit(address, width=width, dark=dark)
            for fault in faults_of(reader.faults(axe)):
                print(f"{name} ({letter.language}), {width} px{', dark' if dark else ''}: {fault}")
                found.append(fault)
        picture = into / f"letters-{name}-{letter.language}.png"
        reader.picture(picture)
        print(f"{picture.name}: {picture.stat().st_size // 1000} KB")
        return found

    def _path(self, page: str | None) -> str:
        assert page
        return page.replace(_WEB_URL, self.address)


@contextmanager
def letters_pages(folder: Path) -> Iterator[LettersPages]:
    """Serve the pages of a synthetic book in a folder of its own."""
    settings: Settings = StatedSettings.model_validate({"data_folder": folder, "web_url": _WEB_URL})
    with open_book(_ACTOR, settings=settings) as book, socket.create_server(("127.0.0.1", 0)) as listener:
        book.staff.add("Dana Novak", email=_ACTOR, office="BDT", title="Account manager")
        server = uvicorn.Server(uvicorn.Config(application(book), **{**OPTIONS, "log_config": None}))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield LettersPages(book, f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            server.should_exit = True
            thread.join()


def _letter(book: crm.Book, language: str) -> Letter:
    """A letter that somebody made up has had, in a language."""
    account = book.organizations.add(f"Acme {language}", country="KE", synthetic=True)
    reader = book.people.add(
        "Amina Odhiambo", email=f"amina-{language}@acme.example", at=account, language=language
    )
    met = book.log("meeting", account, "Wants study group access", people=[reader])
    return book.letters.approve(book.letters.draft(met))
