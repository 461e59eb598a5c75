"""Arguments and options that several commands share, and how days and times are read."""

from datetime import UTC, date, datetime, time
from typing import Annotated

import typer

from crm.book import Book
from crm.dates import FORMS, day_of
from crm.errors import InvalidInput

ORGANIZATION = "Id, name, alias, LEI, domain, e-mail address, or the ISO code of an administration."
PERSON = "Id, e-mail address or exact name."
STAFF = "A colleague: id, e-mail address or exact name."
DAY = f"A day: {FORMS}."

Organization = Annotated[str, typer.Argument(metavar="ORG", help=ORGANIZATION)]
Person = Annotated[str, typer.Argument(metavar="PERSON", help=PERSON)]
At = Annotated[str, typer.Argument(metavar="ORG", help=ORGANIZATION)]
On = Annotated[str, typer.Option(metavar="DAY", help=DAY)]
OptionalOn = Annotated[str | None, typer.Option(metavar="DAY", help=DAY)]
Reason = Annotated[str, typer.Option(help="Why, for the trail.")]
OptionalReason = Annotated[str, typer.Option(help="Why, for the trail.")]
Source = Annotated[str, typer.Option(help="Where it is documented.")]
Synthetic = Annotated[bool, typer.Option("--synthetic", help="Made up, for a demonstration or a test.")]
After = Annotated[
    str | None, typer.Option(metavar="PLACE", help="Where to go on, as the part before said at its end.")
]
_NOON = time(12)

Number = Annotated[int, typer.Argument(metavar="ID", min=1)]


def examples(*lines: str) -> str:
    """Examples at the end of a command's help."""
    return "\n\n".join(("Examples:", *(f"  {line}" for line in lines)))


def day(book: Book, text: str) -> date:
    """The day that a person means, where they work."""
    return day_of(text, today=book.staff.today())


def optional_day(book: Book, text: str | None) -> date | None:
    """The day that a person means, if they named one."""
    return None if text is None else day(book, text)


def instant(book: Book, text: str | None) -> datetime | None:
    """The instant that a person means: a time with its offset, or a day, which is now or else at noon where they work.

    Raises:
        InvalidInput: the time has no offset, or it is no time.
    """
    if text is None:
        return None
    try:
        on = day(book, text)
    except InvalidInput:
        return _exact(text)
    return book.clock.now() if on == book.staff.today() else datetime.combine(on, _NOON, book.staff.zone())


def _exact(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InvalidInput(
            f"{text!r} is no time with its offset.",
            field="at",
            value=text,
            hint="Write 2027-04-01T15:30+02:00, or a day.",
        )
    return at.astimezone(UTC)
