"""`crm letter …`: letters that wait for their author's approval: follow-ups, drafted from an interaction, and reminders."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from crm.cli.deciding import LETTERS
from crm.cli.mail import show_rendered
from crm.cli.options import PERSON, Number, examples
from crm.cli.session import invocation, opened, say, show
from crm.errors import InvalidInput
from crm.mail.letters_page import sample_page
from crm.mail.templates import TemplateFolder
from crm.reference.languages import Language
from crm.reports.forms.file import written

app = typer.Typer(
    help="Drafted letters, follow-ups and reminders: show, edit, approve; and a look at the letters on file.",
    no_args_is_help=True,
)

_DRAFTS = {"id": "id", "drafted": "drafted_at", "language": "language", "subject": "subject"}


@app.command(epilog=examples("crm letter draft 4711", "crm letter show 4720", "crm letter approve 4720"))
def draft(
    ctx: typer.Context,
    interaction: Annotated[int, typer.Argument(metavar="INTERACTION", help="The id that `crm log` gave.")],
    to: Annotated[str | None, typer.Option(metavar="PERSON", help=f"The reader. {PERSON}")] = None,
    language: Annotated[Language | None, typer.Option(help="The reader's, where none is given.")] = None,
    template: Annotated[str, typer.Option(help="The letter to start from.")] = "follow_up",
) -> None:
    """Draft a letter that follows up an interaction and its next step; nothing is sent."""
    with opened(ctx) as book:
        made = book.letters.draft(interaction, to=to, language=language, template=template)
        show(ctx, made)
    say(ctx, f"Look at it with `crm letter show {made.id}`, send it with `crm letter approve {made.id}`.")


@app.command(name="show")
def show_draft(
    ctx: typer.Context,
    *,
    number: Number,
    html: Annotated[
        bool, typer.Option("--html", help="The page instead of the text, to be put into a file.")
    ] = False,
) -> None:
    """Show a draft as its reader would see it."""
    with opened(ctx) as book:
        show_rendered(ctx, book.letters.shown(number), html=html)


@app.command(epilog=examples("crm letter edit 4720 --subject 'Fee table' --text letter.txt"))
def edit(
    ctx: typer.Context,
    number: Number,
    subject: Annotated[str | None, typer.Option(help="The subject line.")] = None,
    text: Annotated[
        str | None, typer.Option(metavar="FILE", help="A file with the words, or - for standard input.")
    ] = None,
) -> None:
    """Put other words into a draft."""
    if subject is None and text is None:
        raise InvalidInput("Nothing is to be changed.", hint="Give --subject or --text.")
    with opened(ctx) as book:
        show(ctx, book.letters.edit(number, subject=subject, text=_words(text)))


@app.command(
    epilog=examples(
        "crm letter preview associate_upgrade", "crm letter preview follow_up --to /tmp/follow_up.html"
    )
)
def preview(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The letter on file, such as associate_upgrade.")
    ],
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The page; NAME.html in this folder where none is given."),
    ] = None,
) -> None:
    """Write a letter in all its languages, side by side and filled with its sample, as one page to look at."""
    path = written(sample_page(TemplateFolder(), name), to or Path(f"{name}.html"))
    show(ctx, {"file": path} if invocation(ctx).as_json else f"Written to {path}.")


@app.command()
def approve(ctx: typer.Context, number: Number) -> None:
    """Approve a draft: it goes out through the outbox, and answers the mail that it follows up, if there is one."""
    with opened(ctx) as book:
        letter = book.letters.approve(number)
        show(ctx, letter, LETTERS)
    say(ctx, f"It is queued; see `crm mail events {letter.id}`.")


@app.command()
def discard(ctx: typer.Context, number: Number) -> None:
    """Decide not to send a draft; it stays on record."""
    with opened(ctx) as book:
        show(ctx, book.letters.discard(number))


@app.command(name="list")
def list_drafts(ctx: typer.Context) -> None:
    """List the drafts that wait for approval, the oldest first."""
    with opened(ctx) as book:
        show(ctx, book.letters.open(), _DRAFTS, empty="No draft waits.")


def _words(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return sys.stdin.read() if text == "-" else Path(text).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{text} is not UTF-8.", field="text", value=text, hint="Save it as UTF-8."
        ) from error
    except OSError as error:
        raise InvalidInput(f"{text} cannot be read: {error.strerror}.", field="text", value=text) from error
