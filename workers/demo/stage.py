"""What every scene needs: the screen, the folder for what is made, the settings, and books under several names."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import crm
from crm.book import Book
from crm.config import Settings, StatedSettings
from workers.demo.cast import DANA, Colleague
from workers.demo.output import Output
from workers.demo.screen import Screen

BOOK = "demo"
_TICK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Stage:
    """What every scene needs.

    Attributes:
        books: closes every book at the end.
        companies: how many companies to import; None: all of them.
    """

    screen: Screen
    output: Output
    settings: Settings
    books: ExitStack
    companies: int | None

    def book(self, who: Colleague = DANA) -> Book:
        """The demonstration's book, under a colleague's name."""
        return self.books.enter_context(crm.open(who.email, settings=self.settings))


def demo_settings(*, data_folder: Path, smtp_port: int, inbox: Path) -> Settings:
    """The settings of the demonstration: its own book on the embedded server, its own mail server, nothing else.

    They are not read from the environment, so that no demonstration can touch a configured database or mail server.

    Args:
        data_folder: where the embedded servers are.
        smtp_port: where the local mail server listens.
        inbox: the Maildir that answers arrive in.
    """
    return StatedSettings.model_validate(
        {
            "data_folder": data_folder,
            "book": BOOK,
            "smtp_host": "127.0.0.1",
            "smtp_port": smtp_port,
            "tick_seconds": _TICK_SECONDS,
            "inbox": inbox,
            "sender_name": "Membership team (demonstration)",
            "send_hours": "always",  # a demonstration is given at any hour
        }
    )


def today(book: Book) -> date:
    """The present day by the book's clock."""
    return book.clock.now().date()


def shown(path: Path) -> str:
    """A path as it is best told: from the working folder, where that is shorter."""
    return min(str(path), os.path.relpath(path), key=len)
